import type { NodeOf } from '../graph/index.js';
import { padSources } from '../kernels/pad.js';
import type { Emitter } from './emitter.js';
import { emitWalks } from './slicing.js';

/** A stretch of one axis. */
interface Stretch {
  readonly value: string;
  readonly length: number;
}

/** `length` elements from `start` along one axis, backwards when `reversed`. */
const stretch = (
  e: Emitter,
  x: string,
  axis: number,
  start: number,
  length: number,
  reversed = false,
): string =>
  emitWalks(e, x, [{ axis, begin: reversed ? start + length - 1 : start, length, step: reversed ? -1 : 1 }]);

const join = (e: Emitter, parts: readonly string[], axis: number): string =>
  parts.length === 1 ? parts[0]! : e.op('Concat', parts, { axis });

/** ONNX pads in every mode but the symmetric one, which is put together from mirrored borders, axis by axis. */
export const emitPad = (e: Emitter, node: NodeOf<'pad'>): string => {
  const { mode, before, after, value } = node.attrs;
  const x = e.value(node.inputs[0]!);
  // A mirrored border of one pixel is the border repeated, which needs no positions in the picture.
  const repeats = e.dialect.relativeShapes === true && [...before, ...after].every((added) => added <= 1);
  if (mode !== 'symmetric' || repeats) {
    const fill = mode === 'constant' ? [e.scalar(value, node.dtype)] : [];
    return e.op('Pad', [x, e.ints([...before, ...after]), ...fill], {
      mode: mode === 'symmetric' ? 'edge' : mode,
    });
  }
  return e.node(node.inputs[0]!).shape.reduce((padded, size, axis) => {
    const [front, back] = [before[axis] ?? 0, after[axis] ?? 0];
    return join(
      e,
      [
        ...(front > 0 ? [stretch(e, padded, axis, 0, front, true)] : []),
        padded,
        ...(back > 0 ? [stretch(e, padded, axis, size - back, back, true)] : []),
      ],
      axis,
    );
  }, x);
};

interface Source {
  readonly start: number;
  readonly stretch: Stretch;
}

/** Sums stretches that lie over one another on an axis of the given size: cut where one begins or ends, then joined. */
const overlay = (e: Emitter, axis: number, size: number, sources: readonly Source[]): string => {
  const bounds = sources.flatMap((s) => [s.start, s.start + s.stretch.length]);
  const cuts = [...new Set([0, size, ...bounds])].sort((a, b) => a - b);
  const pieces = cuts.slice(0, -1).map((from, i) => {
    const to = cuts[i + 1]!;
    const over = sources.filter((s) => s.start <= from && to <= s.start + s.stretch.length);
    const terms = over.map((s) =>
      s.start === from && s.stretch.length === to - from
        ? s.stretch.value
        : stretch(e, s.stretch.value, axis, from - s.start, to - from),
    );
    return terms.reduce((sum, term) => e.op('Add', [sum, term]));
  });
  return join(e, pieces, axis);
};

/** The gradient of one axis's padding: the middle, with the gradients of both borders added where they came from. */
const foldAxis = (
  e: Emitter,
  dy: string,
  axis: number,
  size: number,
  { mode, before, after }: NodeOf<'padGradient'>['attrs'],
): string => {
  const [front, back] = [before[axis] ?? 0, after[axis] ?? 0];
  if (front === 0 && back === 0) return dy;
  const sources = padSources(mode, size, front, back);
  const border = (start: number, length: number, to: number): readonly Source[] => {
    if (length === 0) return [];
    const side = stretch(e, dy, axis, start, length, sources.reversed);
    return mode === 'edge'
      ? [
          {
            start: to,
            stretch: { value: e.op('ReduceSum', [side, e.ints([axis])]), length: 1 },
          },
        ]
      : [{ start: to, stretch: { value: side, length } }];
  };
  return overlay(e, axis, size, [
    { start: 0, stretch: { value: stretch(e, dy, axis, front, size), length: size } },
    ...border(0, front, sources.front),
    ...border(front + size, back, sources.back),
  ]);
};

export const emitPadGradient = (e: Emitter, node: NodeOf<'padGradient'>): string =>
  node.shape.reduce((dy, size, axis) => foldAxis(e, dy, axis, size, node.attrs), e.value(node.inputs[0]!));
