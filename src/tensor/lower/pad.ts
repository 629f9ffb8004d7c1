import type { GraphBuilder, NodeId, PadMode } from '../graph/index.js';
import type { PadAttrs, PadGradientAttrs } from '../kernels/pad.js';
import { type Call, operand, type Rules, UnsupportedError } from './rule.js';

type Paddings = readonly (readonly number[])[];

const before = (paddings: Paddings): number[] => paddings.map((p) => p[0] ?? 0);
const after = (paddings: Paddings): number[] => paddings.map((p) => p[1] ?? 0);

const nothing = (paddings: Paddings): boolean => paddings.every((p) => p.every((n) => n === 0));

const padBy = (b: GraphBuilder, x: NodeId, mode: PadMode, paddings: Paddings): NodeId =>
  nothing(paddings)
    ? x
    : b.add('pad', [x], { mode, before: before(paddings), after: after(paddings), value: 0 });

const padGradient = ({ b, on, attrs }: Call<PadGradientAttrs>): NodeId => {
  const dy = operand(on, 'dy');
  const { mode, paddings } = attrs;
  return nothing(paddings)
    ? dy
    : b.add('padGradient', [dy], { mode, before: before(paddings), after: after(paddings) });
};

export const padRules = {
  MirrorPad: ({ b, on, attrs }) => padBy(b, operand(on, 'x'), attrs.mode, attrs.paddings),
  PadGradient: padGradient,
  BorderPad: ({ b, on, attrs }: Call<PadAttrs>) => padBy(b, operand(on, 'x'), attrs.mode, attrs.paddings),
  PadV2: ({ b, on, attrs }) => {
    const { paddings, constantValue } = attrs;
    if (paddings.some((p) => p.some((n) => n < 0)))
      throw new UnsupportedError(`negative padding ${JSON.stringify(paddings)}; use tf.slice`);
    return b.pad(operand(on, 'x'), before(paddings), after(paddings), constantValue);
  },
} satisfies Partial<Rules>;
