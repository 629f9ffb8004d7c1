import type { HostTensor } from '../../ports/index.js';
import {
  type BinaryFn,
  type CompareFn,
  elementCount,
  type IrDType,
  type Node,
  type UnaryFn,
} from '../graph/index.js';

type Numbers = Float32Array | Int32Array | Uint8Array;

/** Round half to even, as ONNX and tfjs do. */
const roundEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
};

const unaryFns: Partial<Record<UnaryFn, (x: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  floor: Math.floor,
  identity: (x) => x,
  log: Math.log,
  neg: (x) => -x,
  not: (x) => (x === 0 ? 1 : 0),
  reciprocal: (x) => 1 / x,
  relu: (x) => Math.max(x, 0),
  round: roundEven,
  sign: Math.sign,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
};

const binaryFns: Partial<Record<BinaryFn, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
  pow: Math.pow,
};

const compareFns: Readonly<Record<CompareFn, (a: number, b: number) => boolean>> = {
  equal: (a, b) => a === b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
};

const strides = (shape: readonly number[]): number[] => {
  const result = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) result[i] = result[i + 1]! * shape[i + 1]!;
  return result;
};

const arrayOf = (dtype: IrDType, length: number): Numbers | undefined => {
  if (dtype === 'float32') return new Float32Array(length);
  if (dtype === 'int32') return new Int32Array(length);
  return dtype === 'bool' ? new Uint8Array(length) : undefined;
};

/** A result whose element at each position of `shape` is `at` the given multi-index. */
const generate = (
  shape: readonly number[],
  dtype: IrDType,
  at: (index: readonly number[]) => number,
): HostTensor | undefined => {
  const data = arrayOf(dtype, elementCount(shape));
  if (data === undefined) return undefined;
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = at(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data } as HostTensor;
};

/** The element of `x` at a multi-index of the result, with broadcasting. */
const reader = (x: HostTensor): ((index: readonly number[]) => number) => {
  const steps = strides(x.shape).map((s, i) => (x.shape[i] === 1 ? 0 : s));
  return (index) => {
    const lead = index.length - x.shape.length;
    return x.data[steps.reduce((sum, s, i) => sum + s * index[i + lead]!, 0)]!;
  };
};

/** The result of an operator on known operands, where it is cheap and exact to compute here. */
export const evaluate = (node: Node, operands: readonly HostTensor[]): HostTensor | undefined => {
  const [x, y] = operands;
  if (x === undefined) return undefined;
  const read = reader(x);
  const { shape, dtype } = node;
  const result = (at: (index: readonly number[]) => number): HostTensor | undefined =>
    generate(shape, dtype, at);
  switch (node.op) {
    case 'unary': {
      const fn = unaryFns[node.attrs.fn];
      return fn === undefined ? undefined : result((i) => fn(read(i)));
    }
    case 'binary': {
      const fn = binaryFns[node.attrs.fn];
      // Integer division and powers have rules of their own, which the engine knows.
      if (
        fn === undefined ||
        y === undefined ||
        (dtype !== 'float32' && (node.attrs.fn === 'div' || node.attrs.fn === 'pow'))
      )
        return undefined;
      const readY = reader(y);
      return result((i) => fn(read(i), readY(i)));
    }
    case 'compare': {
      if (y === undefined) return undefined;
      const fn = compareFns[node.attrs.fn];
      const readY = reader(y);
      return result((i) => Number(fn(read(i), readY(i))));
    }
    case 'cast':
      return node.attrs.to === 'bool' ? result((i) => Number(read(i) !== 0)) : result(read);
    case 'transpose': {
      const inverse = node.attrs.perm.map((_, i) => node.attrs.perm.indexOf(i));
      return result((i) => read(inverse.map((p) => i[p]!)));
    }
    case 'slice': {
      const { begin, steps } = node.attrs;
      return result((i) => read(i.map((k, axis) => begin[axis]! + k * steps[axis]!)));
    }
    case 'expand':
      return result(read);
    case 'reshape':
      return { ...x, shape };
    default:
      return undefined;
  }
};
