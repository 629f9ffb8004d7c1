import type { NodeOf } from '../graph/index.js';
import type { Emitter } from './emitter.js';

/** A walk along one axis: `length` elements from `begin`, `step` apart. */
export interface Walk {
  readonly axis: number;
  readonly begin: number;
  readonly length: number;
  readonly step: number;
}

// ONNX counts a negative end from the back, so walking back past the first element needs one that is below all; GPUs
// count positions in 32 bits.
const BEFORE_FIRST = -(2 ** 30);

/** Takes several walks at once. Where an engine walks backwards wrongly, those axes are gathered by a list. */
export const emitWalks = (e: Emitter, x: string, walks: readonly Walk[]): string => {
  const gathered = walks.filter(({ step }) => step < 0 && !e.dialect.backwardSlices);
  const sliced = walks.filter((walk) => !gathered.includes(walk));
  const turned = gathered.reduce(
    (value, { axis, begin, length, step }) =>
      e.op('Gather', [value, e.ints(Array.from({ length }, (_, i) => begin + i * step))], { axis }),
    x,
  );
  if (sliced.length === 0) return turned;
  const ends = sliced.map(({ begin, length, step }) => {
    const end = begin + length * step;
    return end < 0 ? BEFORE_FIRST : end;
  });
  return e.op('Slice', [
    turned,
    e.ints(sliced.map((w) => w.begin)),
    e.ints(ends),
    e.ints(sliced.map((w) => w.axis)),
    e.ints(sliced.map((w) => w.step)),
  ]);
};

export const emitSlice = (e: Emitter, node: NodeOf<'slice'>): string => {
  const { begin, size, steps } = node.attrs;
  const walks = e.node(node.inputs[0]!).shape.flatMap((whole, axis): Walk[] => {
    const walk = { axis, begin: begin[axis]!, length: size[axis]!, step: steps[axis]! };
    return walk.begin === 0 && walk.length === whole && walk.step === 1 ? [] : [walk];
  });
  return emitWalks(e, e.value(node.inputs[0]!), walks);
};
