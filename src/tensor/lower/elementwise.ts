import type { BinaryFn, CompareFn, GraphBuilder, NodeId, UnaryFn } from '../graph/index.js';
import { operand, type Rule } from './rule.js';

type NoAttrs = Readonly<Record<string, unknown>>;

/** A kernel that is one unary operator; integers are computed as floats, as tfjs does for these. */
const floatUnary =
  (fn: UnaryFn): Rule<NoAttrs> =>
  ({ b, on }) =>
    b.unary(fn, b.cast(operand(on, 'x'), 'float32'));

/** A unary kernel that keeps its operand's dtype. */
const unary =
  (fn: UnaryFn): Rule<NoAttrs> =>
  ({ b, on }) =>
    b.unary(fn, operand(on, 'x'));

const binary =
  (fn: BinaryFn): Rule<NoAttrs> =>
  ({ b, on }) =>
    b.binary(fn, operand(on, 'a'), operand(on, 'b'));

// Comparisons of booleans go through integers: ONNX compares numbers.
const numeric = (b: GraphBuilder, x: NodeId): NodeId => (b.dtype(x) === 'bool' ? b.cast(x, 'int32') : x);

const compare =
  (fn: CompareFn): Rule<NoAttrs> =>
  ({ b, on }) =>
    b.compare(fn, numeric(b, operand(on, 'a')), numeric(b, operand(on, 'b')));

export const elementwiseRules = {
  Abs: unary('abs'),
  Acos: floatUnary('acos'),
  Acosh: floatUnary('acosh'),
  Add: binary('add'),
  Asin: floatUnary('asin'),
  Asinh: floatUnary('asinh'),
  Atan: floatUnary('atan'),
  Ceil: floatUnary('ceil'),
  Cos: floatUnary('cos'),
  Cosh: floatUnary('cosh'),
  Erf: floatUnary('erf'),
  Exp: floatUnary('exp'),
  Floor: floatUnary('floor'),
  Greater: compare('greater'),
  GreaterEqual: compare('greaterEqual'),
  Less: compare('less'),
  LessEqual: compare('lessEqual'),
  Equal: compare('equal'),
  NotEqual: ({ b, on }) =>
    b.unary('not', b.compare('equal', numeric(b, operand(on, 'a')), numeric(b, operand(on, 'b')))),
  Log: floatUnary('log'),
  Maximum: binary('max'),
  Minimum: binary('min'),
  Multiply: binary('mul'),
  Neg: unary('neg'),
  Pow: binary('pow'),
  RealDiv: ({ b, on }) =>
    b.binary('div', b.cast(operand(on, 'a'), 'float32'), b.cast(operand(on, 'b'), 'float32')),
  Relu: unary('relu'),
  Rsqrt: ({ b, on }) => b.unary('reciprocal', b.unary('sqrt', b.cast(operand(on, 'x'), 'float32'))),
  Sigmoid: floatUnary('sigmoid'),
  Sign: unary('sign'),
  Sin: floatUnary('sin'),
  Sqrt: floatUnary('sqrt'),
  Square: ({ b, on }) => b.binary('mul', operand(on, 'x'), operand(on, 'x')),
  SquaredDifference: ({ b, on }) => {
    const d = b.binary('sub', operand(on, 'a'), operand(on, 'b'));
    return b.binary('mul', d, d);
  },
  Sub: binary('sub'),
  Tanh: floatUnary('tanh'),
  Identity: ({ on }) => operand(on, 'x'),
} satisfies Readonly<Record<string, Rule<NoAttrs>>>;
