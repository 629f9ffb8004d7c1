import type { HostTensor } from '../../ports/index.js';
import type { GraphBuilder, NodeId } from '../graph/index.js';
import * as tf from '../tfjs.js';
import { dtypeOf, scalarLike } from './dtypes.js';
import type { NoAttrs } from './kernel-attrs.js';
import { type Call, operand, type Rule, type Rules, UnsupportedError } from './rule.js';

const like =
  (value: number): Rule<NoAttrs> =>
  ({ b, on }) => {
    const x = operand(on, 'x');
    return b.fill(value, b.shape(x), b.dtype(x));
  };

// A long sequence is a sum of two short ones, so that a model does not carry it in full.
const LONG = 4096;

/** The integers 0 … size-1. */
export const iota = (b: GraphBuilder, size: number): NodeId => {
  const counted = (n: number): NodeId =>
    b.constant({ dtype: 'int32', shape: [n], data: Int32Array.from({ length: n }, (_, i) => i) });
  if (size <= LONG) return counted(size);
  const columns = 2 ** Math.ceil(Math.log2(size) / 2);
  const rows = Math.ceil(size / columns);
  const starts = b.binary('mul', b.reshape(counted(rows), [rows, 1]), b.fill(columns, [], 'int32'));
  const grid = b.binary('add', starts, counted(columns));
  return b.slice(b.reshape(grid, [rows * columns]), [0], [size]);
};

const range = ({ b, attrs }: Call<tf.RangeAttrs>): NodeId => {
  const { start, stop, step, dtype } = attrs;
  const backwards = start < stop && step < 0;
  const size =
    start === stop || backwards || (stop < start && step > 1)
      ? 0
      : Math.abs(Math.ceil((stop - start) / step));
  // tfjs steps down by itself when the end is below the start and no step was given.
  const stride = stop < start && step === 1 ? -1 : step;
  if (dtype === 'int32' && Number.isInteger(start) && Number.isInteger(stride)) {
    const scaled = b.binary('mul', iota(b, size), b.fill(stride, [], 'int32'));
    return b.binary('add', scaled, b.fill(start, [], 'int32'));
  }
  return progression(b, dtype, size, start, stride);
};

/** Each element is the one before it plus the step, rounded to the dtype, as tfjs computes it. */
const progression = (
  b: GraphBuilder,
  dtype: 'float32' | 'int32',
  size: number,
  start: number,
  step: number,
): NodeId => {
  const data = dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
  data[0] = start;
  for (let i = 1; i < size; i++) data[i] = data[i - 1]! + step;
  return b.constant({ dtype, shape: [size], data } as HostTensor);
};

const linSpace = ({ b, attrs }: Call<tf.LinSpaceAttrs>): NodeId => {
  const { start, stop, num } = attrs;
  return progression(b, 'float32', num, start, (stop - start) / (num - 1));
};

/** Two shapes, given as tensors, as the one that they broadcast to. */
const broadcastArgs = ({ b, on }: Call<NoAttrs>): NodeId => {
  const shapes = [operand(on, 's0'), operand(on, 's1')];
  const rank = Math.max(...shapes.map((s) => b.shape(s)[0] ?? 0));
  const [first, second] = shapes.map((s) => {
    const missing = rank - (b.shape(s)[0] ?? 0);
    return b.pad(s, [missing], [0], 1);
  }) as [NodeId, NodeId];
  return b.select(b.compare('equal', first, scalarLike(b, first, 1)), second, first);
};

const fill = ({ b, attrs }: Call<tf.FillAttrs>): NodeId => {
  const { value, shape, dtype } = attrs;
  if (typeof value === 'string') throw new UnsupportedError('strings are not compiled');
  return b.fill(value, shape, dtypeOf(dtype ?? tf.util.inferDtype(value)));
};

const oneHot = ({ b, on, attrs }: Call<tf.OneHotAttrs>): NodeId => {
  const indices = operand(on, 'indices');
  const dtype = dtypeOf(attrs.dtype);
  const positions = b.reshape(indices, [...b.shape(indices), 1]);
  const hit = b.compare('equal', positions, iota(b, attrs.depth));
  if (attrs.onValue === 1 && attrs.offValue === 0) return b.cast(hit, dtype);
  const value = (v: number): NodeId => b.fill(v, [], 'float32');
  return b.cast(b.select(hit, value(attrs.onValue), value(attrs.offValue)), dtype);
};

/** A square tensor with x on its diagonal and 0 elsewhere. */
const diag = ({ b, on }: Call<NoAttrs>): NodeId => {
  const x = operand(on, 'x');
  const shape = b.shape(x);
  const size = shape.reduce((n, d) => n * d, 1);
  const row = iota(b, size);
  const diagonal = b.compare('equal', b.reshape(row, [size, 1]), row);
  const numbers = b.cast(b.reshape(x, [size]), b.dtype(x) === 'bool' ? 'int32' : b.dtype(x));
  const square = b.select(diagonal, numbers, scalarLike(b, numbers, 0));
  return b.cast(b.reshape(square, [...shape, ...shape]), b.dtype(x));
};

/** Tensors made from numbers, and from the shapes or positions that other tensors hold. */
export const constantRules = {
  BroadcastArgs: broadcastArgs,
  Diag: diag,
  Fill: fill,
  LinSpace: linSpace,
  OneHot: oneHot,
  OnesLike: like(1),
  Range: range,
  ZerosLike: like(0),
} satisfies Partial<Rules>;
