import type { GraphBuilder, NodeId } from '../graph/index.js';
import * as tf from '../tfjs.js';
import { float, numeric, scalarLike } from './dtypes.js';
import { type Call, operand, type Rule, type Rules } from './rule.js';

interface ReduceAttrs {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

type Reduction = (b: GraphBuilder, x: NodeId, axes: readonly number[], keepDims: boolean) => NodeId;

const axesOf = (b: GraphBuilder, x: NodeId, axis: number | number[]): number[] =>
  tf.util.parseAxisParam(axis, [...b.shape(x)]);

const reduced =
  (f: Reduction): Rule<ReduceAttrs> =>
  ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    return f(b, x, axesOf(b, x, attrs.axis), attrs.keepDims);
  };

/** The extreme, which is NaN wherever an element is: ONNX Runtime alone would pass over most NaNs. */
const extreme =
  (fn: 'max' | 'min'): Reduction =>
  (b, x, axes, keepDims) => {
    if (b.dtype(x) === 'bool') return b.cast(extreme(fn)(b, numeric(b, x), axes, keepDims), 'bool');
    const found = b.reduce(fn, x, axes, keepDims);
    if (b.dtype(x) !== 'float32' || axes.length === 0) return found;
    const nans = b.reduce('max', float(b, b.unary('isNaN', x)), axes, keepDims);
    return b.select(b.cast(nans, 'bool'), scalarLike(b, x, Number.NaN), found);
  };

const every: Reduction = (b, x, axes, keepDims) =>
  b.cast(b.reduce('min', b.cast(b.cast(x, 'bool'), 'int32'), axes, keepDims), 'bool');

const some: Reduction = (b, x, axes, keepDims) =>
  b.cast(b.reduce('max', b.cast(b.cast(x, 'bool'), 'int32'), axes, keepDims), 'bool');

const position =
  (fn: 'max' | 'min'): Rule<tf.ArgMaxAttrs> =>
  ({ b, on, attrs }) => {
    const x = numeric(b, operand(on, 'x'));
    const [axis = 0] = axesOf(b, x, attrs.axis);
    return b.add('argReduce', [x], { fn, axis });
  };

/**
 * Running products by doubling: after step k each element is the product of the 2^k elements up to it.
 */
const runningProduct = (b: GraphBuilder, x: NodeId, axis: number): NodeId => {
  const size = b.shape(x)[axis]!;
  let product = x;
  for (let reach = 1; reach < size; reach *= 2) {
    const shape = b.shape(x);
    const ones = b.fill(
      1,
      shape.map((d, i) => (i === axis ? reach : d)),
      b.dtype(x),
    );
    const earlier = b.concat([ones, b.sliceAxis(product, axis, 0, size - reach)], axis);
    product = b.binary('mul', product, earlier);
  }
  return product;
};

const cumulativeProduct = ({ b, on, attrs }: Call<tf.CumprodAttrs>): NodeId => {
  const x = numeric(b, operand(on, 'x'));
  const [axis = 0] = axesOf(b, x, attrs.axis);
  const size = b.shape(x)[axis]!;
  const flip = (v: NodeId): NodeId => (attrs.reverse ? b.sliceAxis(v, axis, size - 1, size, -1) : v);
  const product = runningProduct(b, flip(x), axis);
  if (!attrs.exclusive) return flip(product);
  const one = b.fill(
    1,
    b.shape(x).map((d, i) => (i === axis ? 1 : d)),
    b.dtype(x),
  );
  return flip(b.concat([one, b.sliceAxis(product, axis, 0, size - 1)], axis));
};

/** Reductions along axes, positions of extremes, running sums and products. */
export const reductionRules = {
  All: reduced(every),
  Any: reduced(some),
  ArgMax: position('max'),
  ArgMin: position('min'),
  Cumprod: cumulativeProduct,
  Cumsum: ({ b, on, attrs }) => {
    const x = numeric(b, operand(on, 'x'));
    const [axis = 0] = axesOf(b, x, attrs.axis);
    return b.add('cumulate', [x], { axis, exclusive: attrs.exclusive, reverse: attrs.reverse });
  },
  Max: ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    return extreme('max')(b, x, axesOf(b, x, attrs.reductionIndices), attrs.keepDims);
  },
  Mean: reduced((b, x, axes, keepDims) => b.reduce('mean', float(b, x), axes, keepDims)),
  Min: reduced(extreme('min')),
  Prod: reduced((b, x, axes, keepDims) => b.reduce('prod', numeric(b, x), axes, keepDims)),
  Sum: reduced((b, x, axes, keepDims) => b.reduce('sum', numeric(b, x), axes, keepDims)),
} satisfies Partial<Rules>;
