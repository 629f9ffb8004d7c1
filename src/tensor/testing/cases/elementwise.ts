import fc from 'fast-check';
import type { HostTensor } from '../../../ports/index.js';
import type { KernelName } from '../../lower/index.js';
import type { Case, Sample } from '../agree.js';
import { bools, broadcastShapes, distinctFloats, floats, ints, NOT_FINITE, shape } from '../tensors.js';
import { type Cases, either, kernel, oneKernel } from './programs.js';

const HALVES = [-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5];

interface UnaryOptions {
  readonly min?: number;
  readonly max?: number;
  /** Values where the function has a kink or a step, or where it is not finite. */
  readonly specials?: readonly number[];
  /** Whether integers go in too. */
  readonly integers?: boolean;
  /** Whether it has kinks or steps, which differentiated values keep away from: at multiples of 1/16. */
  readonly kinks?: boolean;
  readonly attrs?: object;
}

/** A kernel of one operand `x`, of any shape: on smooth values with its gradient, on special ones, on integers. */
const unary = (name: KernelName, options: UnaryOptions = {}): Case => {
  const { integers = false, kinks = false, attrs = {}, min = -2, max = 2, specials = [] } = options;
  const smooth = shape().chain((dims) =>
    oneKernel(name, { x: kinks ? distinctFloats(dims) : floats(dims, { min, max }) }, attrs, ['x']),
  );
  const special = shape().chain((dims) =>
    oneKernel(name, { x: floats(dims, { min, max, specials }) }, attrs),
  );
  const whole = shape().chain((dims) =>
    oneKernel(name, { x: ints(dims, Math.ceil(min), Math.floor(max)) }, attrs),
  );
  return either(smooth, ...(specials.length > 0 ? [special] : []), ...(integers ? [whole] : []));
};

type Operand = (dims: readonly number[]) => fc.Arbitrary<HostTensor>;

/** A kernel of two operands `a` and `b` that broadcast, differentiable or not. */
const binary = (name: KernelName, a: Operand, b: Operand = a, by?: readonly string[]): fc.Arbitrary<Sample> =>
  broadcastShapes().chain(([left, right]) => oneKernel(name, { a: a(left), b: b(right) }, {}, by));

const BOTH = ['a', 'b'];

const any: Operand = (dims) => floats(dims, { specials: [...NOT_FINITE, 0, 1] });
const plain: Operand = (dims) => floats(dims);
const apart: Operand = (dims) => distinctFloats(dims);
const positive: Operand = (dims) => floats(dims, { min: 0.2, max: 2 });
const awayFromZero: Operand = (dims) =>
  fc.oneof(floats(dims, { min: 0.3, max: 3 }), floats(dims, { min: -3, max: -0.3 }));
const whole: Operand = (dims) => ints(dims);
const large: Operand = (dims) => ints(dims, -1_000_000_000, 1_000_000_000);
const few: Operand = (dims) => ints(dims, -2, 2);
const truth: Operand = (dims) => bools(dims);

// Ties of a maximum have no derivative, so the operands of the differentiated samples are never equal.
const shifted: Operand = (dims) =>
  distinctFloats(dims).map(
    (t) => ({ ...t, data: (t.data as Float32Array).map((v) => v + 1 / 128) }) as HostTensor,
  );

const comparison = (name: KernelName): Case =>
  either(binary(name, any), binary(name, few), binary(name, truth));

const logical = (name: KernelName): Case => either(binary(name, truth));

const test = (name: KernelName): Case =>
  either(
    shape().chain((dims) => oneKernel(name, { x: floats(dims, { specials: NOT_FINITE }) })),
    shape().chain((dims) => oneKernel(name, { x: ints(dims) })),
  );

const like = (name: KernelName): Case =>
  either(
    shape().chain((dims) => oneKernel(name, { x: floats(dims) })),
    shape().chain((dims) => oneKernel(name, { x: ints(dims) })),
    shape().chain((dims) => oneKernel(name, { x: bools(dims) })),
  );

const unaryCases = {
  Abs: unary('Abs', { kinks: true, integers: true, specials: NOT_FINITE }),
  Acos: unary('Acos', { min: -0.95, max: 0.95, integers: true }),
  Acosh: unary('Acosh', { min: 1.1, max: 4, integers: true }),
  Asin: unary('Asin', { min: -0.95, max: 0.95, integers: true }),
  Asinh: unary('Asinh', { integers: true }),
  Atan: unary('Atan', { integers: true, specials: NOT_FINITE }),
  Atanh: unary('Atanh', { min: -0.9, max: 0.9, integers: true }),
  Ceil: unary('Ceil', { kinks: true, integers: true, specials: [...HALVES, ...NOT_FINITE] }),
  Cos: unary('Cos', { min: -6, max: 6, integers: true }),
  Cosh: unary('Cosh', { integers: true, min: -3, max: 3 }),
  Elu: unary('Elu', { kinks: true, min: -4, max: 4 }),
  Erf: unary('Erf', { min: -3, max: 3, integers: true }),
  Exp: unary('Exp', { min: -4, max: 3, integers: true, specials: NOT_FINITE }),
  Expm1: unary('Expm1', { integers: true, specials: [...NOT_FINITE, 1e-4, -1e-5, 0] }),
  Floor: unary('Floor', { kinks: true, integers: true, specials: [...HALVES, ...NOT_FINITE] }),
  Identity: like('Identity'),
  IsFinite: test('IsFinite'),
  IsInf: test('IsInf'),
  IsNan: test('IsNan'),
  Log: unary('Log', { min: 0.1, max: 9, integers: true, specials: [0, -1, ...NOT_FINITE] }),
  Log1p: unary('Log1p', { min: -0.9, max: 9, integers: true, specials: [0, 1e-4, -1e-5, ...NOT_FINITE] }),
  LogicalNot: either(shape().chain((dims) => oneKernel('LogicalNot', { x: bools(dims) }))),
  Neg: unary('Neg', { integers: true, specials: NOT_FINITE }),
  OnesLike: like('OnesLike'),
  Reciprocal: either(
    shape().chain((dims) => oneKernel('Reciprocal', { x: awayFromZero(dims) }, {}, ['x'])),
    shape().chain((dims) => oneKernel('Reciprocal', { x: floats(dims, { specials: [0, ...NOT_FINITE] }) })),
  ),
  Relu: unary('Relu', { kinks: true, integers: true, specials: NOT_FINITE }),
  Relu6: unary('Relu6', { kinks: true, min: -3, max: 9, integers: true }),
  Round: unary('Round', { kinks: true, integers: true, specials: [...HALVES, ...NOT_FINITE] }),
  Rsqrt: unary('Rsqrt', { min: 0.2, max: 9 }),
  Selu: unary('Selu', { kinks: true, min: -4, max: 4 }),
  Sigmoid: unary('Sigmoid', { min: -9, max: 9, specials: NOT_FINITE }),
  Sign: unary('Sign', { kinks: true, integers: true, specials: [0, ...NOT_FINITE] }),
  Sin: unary('Sin', { min: -6, max: 6, integers: true }),
  Sinh: unary('Sinh', { integers: true, min: -3, max: 3 }),
  Softplus: unary('Softplus', {
    min: -20,
    max: 20,
    specials: [-60, 60, ...NOT_FINITE],
  }),
  Sqrt: unary('Sqrt', { min: 0.1, max: 9, integers: true }),
  Square: unary('Square', { integers: true, specials: NOT_FINITE }),
  Step: either(
    ...[0, -1, 0.25].map(
      (alpha) => unary('Step', { kinks: true, specials: [0, ...NOT_FINITE], attrs: { alpha } }).samples,
    ),
    unary('Step', { kinks: true, attrs: { alpha: 0 }, integers: true }).samples,
  ),
  Tan: unary('Tan', { min: -1.2, max: 1.2, integers: true }),
  Tanh: unary('Tanh', { min: -4, max: 4, specials: NOT_FINITE }),
  ZerosLike: like('ZerosLike'),
} satisfies Partial<Cases>;

const arithmeticCases = {
  Add: either(binary('Add', plain, plain, BOTH), binary('Add', any), binary('Add', large)),
  AddN: either(
    fc.tuple(shape(), fc.integer({ min: 1, max: 4 })).chain(([dims, count]) =>
      fc.array(floats(dims), { minLength: count, maxLength: count }).map(
        (list): Sample => ({
          inputs: Object.fromEntries(list.map((t, i) => [`x${i}`, t])),
          run: (given) => kernel('AddN', Object.values(given)),
          by: list.map((_, i) => `x${i}`),
        }),
      ),
    ),
  ),
  Atan2: either(
    binary('Atan2', awayFromZero, awayFromZero, BOTH),
    binary('Atan2', (dims) => floats(dims, { specials: [1, -1, Infinity, -Infinity, Number.NaN] })),
  ),
  BitwiseAnd: either(binary('BitwiseAnd', large)),
  FloorDiv: either(
    binary('FloorDiv', large, whole),
    binary('FloorDiv', few),
    binary('FloorDiv', plain, awayFromZero),
  ),
  Maximum: either(binary('Maximum', any), binary('Maximum', whole), binary('Maximum', apart, shifted, BOTH)),
  Minimum: either(binary('Minimum', any), binary('Minimum', whole), binary('Minimum', apart, shifted, BOTH)),
  Mod: either(binary('Mod', plain, awayFromZero), binary('Mod', large, whole), binary('Mod', few)),
  Multiply: either(
    binary('Multiply', plain, plain, BOTH),
    binary('Multiply', any),
    binary('Multiply', whole),
    binary('Multiply', truth),
  ),
  Pow: either(
    binary('Pow', positive, plain, BOTH),
    binary('Pow', plain, (dims) =>
      ints(dims, 0, 3).map((t) => ({ ...t, dtype: 'float32', data: Float32Array.from(t.data) })),
    ),
    binary('Pow', few, (dims) => ints(dims, 0, 4)),
  ),
  RealDiv: either(binary('RealDiv', plain, awayFromZero, BOTH), binary('RealDiv', any, any)),
  SquaredDifference: either(
    binary('SquaredDifference', plain, plain, BOTH),
    binary('SquaredDifference', whole),
  ),
  Sub: either(binary('Sub', plain, plain, BOTH), binary('Sub', large)),
} satisfies Partial<Cases>;

const comparisonCases = {
  Equal: comparison('Equal'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessEqual'),
  LogicalAnd: logical('LogicalAnd'),
  LogicalOr: logical('LogicalOr'),
  NotEqual: comparison('NotEqual'),
  Select: either(
    shape().chain((dims) =>
      oneKernel('Select', {
        condition: bools(dims),
        t: floats(dims, { specials: NOT_FINITE }),
        e: floats(dims),
      }),
    ),
    shape().chain((dims) =>
      oneKernel('Select', { condition: bools(dims), t: floats(dims), e: floats(dims) }, {}, ['t', 'e']),
    ),
    shape().chain((dims) => oneKernel('Select', { condition: bools(dims), t: ints(dims), e: floats(dims) })),
    shape().chain((dims) => oneKernel('Select', { condition: bools(dims), t: bools(dims), e: bools(dims) })),
  ),
} satisfies Partial<Cases>;

const shapedCases = {
  Cast: either(
    ...(['float32', 'int32', 'bool'] as const).flatMap((dtype) => [
      shape().chain((dims) =>
        oneKernel(
          'Cast',
          { x: floats(dims, { min: -99, max: 99, specials: [0, 0.5, -0.5, ...NOT_FINITE] }) },
          { dtype },
        ),
      ),
      shape().chain((dims) => oneKernel('Cast', { x: few(dims) }, { dtype })),
      shape().chain((dims) => oneKernel('Cast', { x: bools(dims) }, { dtype })),
    ]),
  ),
  ClipByValue: either(
    fc
      .tuple(shape(), fc.integer({ min: -4, max: 0 }), fc.integer({ min: 1, max: 4 }))
      .chain(([dims, low, high]) => {
        const attrs = { clipValueMin: low / 2 - 0.1, clipValueMax: high / 2 };
        return fc.oneof(
          oneKernel('ClipByValue', { x: distinctFloats(dims) }, attrs, ['x']),
          oneKernel('ClipByValue', { x: floats(dims, { specials: NOT_FINITE }) }, attrs),
          oneKernel('ClipByValue', { x: ints(dims) }, attrs),
        );
      }),
  ),
  EluGrad: either(
    shape().chain((dims) =>
      oneKernel('EluGrad', { dy: floats(dims), y: floats(dims, { min: -0.99, max: 2 }) }, {}, ['dy']),
    ),
  ),
  LeakyRelu: either(
    fc
      .tuple(shape(), fc.constantFrom(0.2, 0.01, 1.5, 0))
      .chain(([dims, alpha]) =>
        fc.oneof(
          oneKernel('LeakyRelu', { x: apart(dims) }, { alpha }, ['x']),
          oneKernel('LeakyRelu', { x: ints(dims) }, { alpha }),
        ),
      ),
  ),
  Prelu: either(
    broadcastShapes()
      .map(
        ([x, alpha]) => [x.length >= alpha.length ? x : alpha, x.length >= alpha.length ? alpha : x] as const,
      )
      .chain(([x, alpha]) => {
        const full = x.map((d, i) => Math.max(d, alpha[i - x.length + alpha.length] ?? 1));
        return oneKernel('Prelu', { x: apart(full), alpha: floats(alpha) }, {}, ['x', 'alpha']);
      }),
  ),
  Softmax: either(
    shape(1).chain((dims) =>
      oneKernel('Softmax', { logits: floats(dims, { min: -9, max: 9 }) }, { dim: dims.length - 1 }, [
        'logits',
      ]),
    ),
  ),
} satisfies Partial<Cases>;

/** Kernels that work element by element. */
export const elementwiseCases = { ...unaryCases, ...arithmeticCases, ...comparisonCases, ...shapedCases };
