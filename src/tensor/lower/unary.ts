import type { GraphBuilder, NodeId, UnaryFn } from '../graph/index.js';
import { convert, float, scalarLike } from './dtypes.js';
import type { NoAttrs } from './kernel-attrs.js';
import { operand, type Rule, type Rules, UnsupportedError } from './rule.js';

type One = (b: GraphBuilder, x: NodeId) => NodeId;

const fn =
  (name: UnaryFn): One =>
  (b, x) =>
    b.unary(name, x);

/** Computed on floats and given back in the dtype that came in, as tfjs does. */
const onFloats =
  (f: One): Rule<NoAttrs> =>
  ({ b, on }) => {
    const x = operand(on, 'x');
    return convert(b, f(b, float(b, x)), b.dtype(x));
  };

/** Computed in the dtype that comes in. */
const onNumbers =
  (f: One): Rule<NoAttrs> =>
  ({ b, on }) => {
    const x = operand(on, 'x');
    if (b.dtype(x) === 'bool') throw new UnsupportedError('booleans; cast them to int32 or float32');
    return f(b, x);
  };

/** What does nothing to integers. */
const onFractions = (f: One): Rule<NoAttrs> => onNumbers((b, x) => (b.dtype(x) === 'float32' ? f(b, x) : x));

/** 1, 0 or -1; NaN gives 0. Two comparisons, which are faster in ONNX Runtime than its Sign. */
const sign: One = (b, x) => {
  const zero = scalarLike(b, x, 0);
  const is = (test: 'greater' | 'less'): NodeId => b.cast(b.compare(test, x, zero), b.dtype(x));
  return b.binary('sub', is('greater'), is('less'));
};

/** exp(x) - 1 without cancellation near 0: 2t / (1 - t) with t = tanh(x/2). */
const expm1: One = (b, x) => {
  const one = scalarLike(b, x, 1);
  const t = b.unary('tanh', b.binary('mul', x, scalarLike(b, x, 0.5)));
  const near = b.binary('div', b.binary('add', t, t), b.binary('sub', one, t));
  const far = b.binary('sub', b.unary('exp', x), one);
  return b.select(b.compare('less', b.unary('abs', x), one), near, far);
};

/** log(1 + x) without cancellation near 0: the rounding of u = 1 + x is undone by the factor x / (u - 1). */
const log1p: One = (b, x) => {
  const one = scalarLike(b, x, 1);
  const u = b.binary('add', x, one);
  const far = b.unary('log', u);
  const rounded = b.binary('sub', u, one);
  const near = b.select(
    b.compare('equal', rounded, scalarLike(b, x, 0)),
    x,
    b.binary('mul', far, b.binary('div', x, rounded)),
  );
  return b.select(b.compare('less', b.unary('abs', x), scalarLike(b, x, 0.5)), near, far);
};

/** Functions of each element. */
export const unaryRules = {
  Abs: onNumbers(fn('abs')),
  Acos: onFloats(fn('acos')),
  Acosh: onFloats(fn('acosh')),
  Asin: onFloats(fn('asin')),
  Asinh: onFloats(fn('asinh')),
  Atan: onFloats(fn('atan')),
  Atanh: onFloats(fn('atanh')),
  Cast: ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    const { dtype } = attrs;
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
      throw new UnsupportedError(`dtype ${dtype}; use float32, int32 or bool`);
    return convert(b, x, dtype);
  },
  Ceil: onFractions(fn('ceil')),
  ClipByValue: ({ b, on, attrs }) =>
    b.add('clip', [operand(on, 'x')], { min: attrs.clipValueMin, max: attrs.clipValueMax }),
  Cos: onFloats(fn('cos')),
  Cosh: onFloats(fn('cosh')),
  Erf: onFloats(fn('erf')),
  Exp: ({ b, on }) => b.unary('exp', float(b, operand(on, 'x'))),
  Expm1: onFloats(expm1),
  Floor: onFractions(fn('floor')),
  Identity: ({ on }) => operand(on, 'x'),
  Log: onFloats(fn('log')),
  Log1p: onFloats(log1p),
  Neg: onNumbers(fn('neg')),
  Reciprocal: onFloats(fn('reciprocal')),
  Round: onFractions(fn('round')),
  Rsqrt: onFloats((b, x) => b.unary('reciprocal', b.unary('sqrt', x))),
  Sign: onNumbers(sign),
  Sin: onFloats(fn('sin')),
  Sinh: onFloats(fn('sinh')),
  Sqrt: onFloats(fn('sqrt')),
  Square: onNumbers((b, x) => b.binary('mul', x, x)),
  Tan: onFloats(fn('tan')),
} satisfies Partial<Rules>;
