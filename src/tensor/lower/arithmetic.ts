import type { BinaryFn, GraphBuilder, NodeId } from '../graph/index.js';
import { convert, float, numeric, scalarLike, together } from './dtypes.js';
import type { NoAttrs } from './kernel-attrs.js';
import { type Call, member, operand, type Rule, type Rules, UnsupportedError } from './rule.js';

type Two = (b: GraphBuilder, x: NodeId, y: NodeId) => NodeId;

const onTwo =
  (f: Two): Rule<NoAttrs> =>
  ({ b, on }) => {
    const [x, y] = together(b, operand(on, 'a'), operand(on, 'b')) as [NodeId, NodeId];
    return f(b, x, y);
  };

// tfjs stores 2, 255 and the like in boolean tensors here; no two backends read them back alike.
const numbersOnly =
  (what: string, f: Two): Two =>
  (b, x, y) => {
    if (b.dtype(x) !== 'bool') return f(b, x, y);
    throw new UnsupportedError(`${what} of two booleans; cast them to int32, or use the logical operations`);
  };

const arithmetic = (fn: BinaryFn): Two => numbersOnly(fn, (b, x, y) => b.binary(fn, x, y));

const extreme =
  (fn: 'max' | 'min'): Two =>
  (b, x, y) =>
    b.binary(fn, numeric(b, x), numeric(b, y));

const multiply: Two = (b, x, y) =>
  b.dtype(x) === 'bool' ? b.add('logical', [x, y], { fn: 'and' }) : b.binary('mul', x, y);

/**
 * Dividing integers by 0 ends the process on some processors, and so does the least integer by -1: both divisors are
 * replaced by 1, and the quotient and the remainder set right afterwards, unless the divisor is a constant that is neither.
 */
const guardedDivisor = (b: GraphBuilder, y: NodeId) => {
  const node = b.node(y);
  const constant = node.op === 'fill' ? node.attrs.value : undefined;
  if (constant !== undefined && constant !== 0 && constant !== -1)
    return { divisor: y, fixed: (x: NodeId) => x };
  const is = (value: number): NodeId => b.compare('equal', y, scalarLike(b, y, value));
  const [zero, minusOne] = [is(0), is(-1)];
  const divisor = b.select(b.add('logical', [zero, minusOne], { fn: 'or' }), scalarLike(b, y, 1), y);
  const fixed = (result: NodeId, byMinusOne: NodeId): NodeId =>
    b.select(zero, scalarLike(b, y, 0), b.select(minusOne, byMinusOne, result));
  return { divisor, fixed };
};

/** Towards minus infinity; integers divided by 0 give 0, as floats that are infinite or NaN do once they are integers. */
const floorDivide: Two = numbersOnly('floorDiv', (b, x, y) => {
  if (b.dtype(x) === 'float32') return convert(b, b.unary('floor', b.binary('div', x, y)), 'int32');
  const { divisor, fixed } = guardedDivisor(b, y);
  const quotient = b.binary('div', x, divisor);
  // ONNX cuts the quotient towards 0, while its remainder has the divisor's sign: where they disagree, one is taken off.
  const remainder = b.binary('mod', x, divisor);
  const cut = b.binary('sub', x, b.binary('mul', quotient, divisor));
  const down = b.cast(b.unary('not', b.compare('equal', cut, remainder)), 'int32');
  return fixed(b.binary('sub', quotient, down), b.unary('neg', x));
});

/** The remainder with the sign of the divisor. */
const modulo: Two = numbersOnly('mod', (b, x, y) => {
  if (b.dtype(x) !== 'float32') {
    const { divisor, fixed } = guardedDivisor(b, y);
    return fixed(b.binary('mod', x, divisor), scalarLike(b, y, 0));
  }
  const zero = scalarLike(b, x, 0);
  const sameSign = b.compare(
    'equal',
    b.cast(b.compare('less', x, zero), 'int32'),
    b.cast(b.compare('less', y, zero), 'int32'),
  );
  const rest = b.binary('mod', x, y);
  return b.select(sameSign, rest, b.binary('mod', b.binary('add', rest, y), y));
});

/** The angle of the point (x, y): an arc tangent below 45 degrees, mirrored into the other octants. */
const arcTangent2: Two = (b, y, x) => {
  const [ay, ax] = [b.unary('abs', y), b.unary('abs', x)];
  const [small, large] = [b.binary('min', ax, ay), b.binary('max', ax, ay)];
  const [zero, one] = [scalarLike(b, x, 0), scalarLike(b, x, 1)];
  const ratio = b.select(
    b.compare('equal', large, zero),
    zero,
    b.select(b.compare('equal', small, large), one, b.binary('div', small, large)),
  );
  const octant = b.unary('atan', ratio);
  const minus = (angle: number, from: NodeId): NodeId => b.binary('sub', scalarLike(b, x, angle), from);
  const quadrant = b.select(b.compare('greater', ay, ax), minus(Math.PI / 2, octant), octant);
  const half = b.select(b.compare('less', x, zero), minus(Math.PI, quadrant), quadrant);
  return b.select(b.compare('less', y, zero), b.unary('neg', half), half);
};

const divide: Two = (b, x, y) => {
  const quotient = b.binary('div', float(b, x), float(b, y));
  return convert(b, quotient, b.dtype(x));
};

const squaredDifference: Two = numbersOnly('squaredDifference', (b, x, y) => {
  const d = b.binary('sub', x, y);
  return b.binary('mul', d, d);
});

const addAll = ({ b, list }: Call<NoAttrs>): NodeId => {
  const add = arithmetic('add');
  return list.slice(1).reduce((sum, x) => add(b, sum, x), member(list, 0));
};

/** Arithmetic of two tensors. Operands of different dtypes meet in the wider one; comparisons are elsewhere. */
export const arithmeticRules = {
  Add: onTwo(arithmetic('add')),
  AddN: addAll,
  Atan2: onTwo((b, y, x) => convert(b, arcTangent2(b, float(b, y), float(b, x)), b.dtype(y))),
  BitwiseAnd: onTwo((b, x, y) => b.add('bitwise', [x, y], { fn: 'and' })),
  FloorDiv: onTwo(floorDivide),
  Maximum: onTwo(extreme('max')),
  Minimum: onTwo(extreme('min')),
  Mod: onTwo(modulo),
  Multiply: onTwo(multiply),
  Pow: onTwo(arithmetic('pow')),
  RealDiv: onTwo(divide),
  SquaredDifference: onTwo(squaredDifference),
  Sub: onTwo(arithmetic('sub')),
} satisfies Partial<Rules>;
