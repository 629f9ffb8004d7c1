import { elementCount, type GraphBuilder, type NodeId } from '../graph/index.js';
import * as tf from '../tfjs.js';
import { together } from './dtypes.js';
import { member, operand, type Rules } from './rule.js';

/** An axis counted from the end when it is negative. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const insertAxis = (b: GraphBuilder, x: NodeId, axis: number): NodeId => {
  const shape = b.shape(x);
  return b.reshape(x, shape.toSpliced(axisOf(axis, shape.length + 1), 0, 1));
};

const withoutAxis = (shape: readonly number[], axis: number): number[] => shape.toSpliced(axis, 1);

/** Repeats x along each axis: an expansion of new axes of length one, folded into the old ones. */
export const tile = (b: GraphBuilder, x: NodeId, reps: readonly number[]): NodeId => {
  const shape = b.shape(x);
  const result = shape.map((d, i) => d * (reps[i] ?? 1));
  if (shape.every((d, i) => d === 1 || reps[i] === 1)) return b.expand(x, result);
  const spread = b.reshape(
    x,
    shape.flatMap((d) => [1, d]),
  );
  return b.reshape(
    b.expand(
      spread,
      shape.flatMap((d, i) => [reps[i] ?? 1, d]),
    ),
    result,
  );
};

/** tfjs's three steps to or from blocks: reshape, transpose, reshape. */
const rearrange = (
  b: GraphBuilder,
  x: NodeId,
  split: readonly number[],
  perm: readonly number[],
  joined: readonly number[],
): NodeId => b.reshape(b.transpose(b.reshape(x, split), perm), joined);

const { getPermuted, getReshaped, getReshapedPermuted } = tf.backend_util;

/** The lengths of the parts that an axis is split into: so many equal ones, or a list in which one may be -1. */
const splitSizes = (length: number, parts: number | readonly number[]): readonly number[] => {
  if (typeof parts === 'number') return Array<number>(parts).fill(length / parts);
  const given = parts.reduce((sum, n) => sum + Math.max(0, n), 0);
  return parts.map((n) => (n < 0 ? length - given : n));
};

/** Reshaping, moving, joining and splitting: nothing here computes. */
export const shapeRules = {
  BatchToSpaceND: ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    const [shape, block, crops] = [[...b.shape(x)], attrs.blockShape, attrs.crops];
    const blocks = elementCount(block);
    const split = getReshaped(shape, block, blocks);
    const joined = getReshapedPermuted(shape, block, blocks);
    const whole = rearrange(b, x, split, getPermuted(split.length, block.length), joined);
    const crop = joined.map((_, i) => crops[i - 1] ?? [0, 0]);
    return b.slice(
      whole,
      crop.map(([first = 0]) => first),
      joined.map((d, i) => d - (crop[i]![0] ?? 0) - (crop[i]![1] ?? 0)),
    );
  },
  Concat: ({ b, list, attrs }) => {
    const parts = together(b, ...list);
    return b.concat(parts, axisOf(attrs.axis, b.shape(member(parts, 0)).length));
  },
  ExpandDims: ({ b, on, attrs }) => insertAxis(b, operand(on, 'input'), attrs.dim),
  FlipLeftRight: ({ b, on }) => {
    const x = operand(on, 'image');
    const width = b.shape(x)[2] ?? 1;
    return b.sliceAxis(x, 2, width - 1, width, -1);
  },
  Pack: ({ b, list, attrs }) => {
    const rank = b.shape(member(list, 0)).length + 1;
    const axis = axisOf(attrs.axis, rank);
    return b.concat(
      together(b, ...list).map((x) => insertAxis(b, x, axis)),
      axis,
    );
  },
  Reshape: ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    return b.reshape(x, tf.util.inferFromImplicitShape(attrs.shape, elementCount(b.shape(x))));
  },
  Reverse: ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    const shape = b.shape(x);
    const axes = new Set(tf.util.parseAxisParam(attrs.dims, [...shape]));
    if (axes.size === 0) return x;
    return b.slice(
      x,
      shape.map((d, i) => (axes.has(i) ? d - 1 : 0)),
      shape,
      shape.map((_, i) => (axes.has(i) ? -1 : 1)),
    );
  },
  SpaceToBatchND: ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    const { blockShape, paddings } = attrs;
    const blocks = elementCount(blockShape);
    const rest = b.shape(x).slice(1 + blockShape.length);
    const padded = b.pad(
      x,
      [0, ...paddings.map((p) => p[0] ?? 0), ...rest.map(() => 0)],
      [0, ...paddings.map((p) => p[1] ?? 0), ...rest.map(() => 0)],
    );
    const shape = [...b.shape(padded)];
    const split = getReshaped(shape, blockShape, blocks, false);
    const perm = getPermuted(split.length, blockShape.length, false);
    return rearrange(b, padded, split, perm, getReshapedPermuted(shape, blockShape, blocks, false));
  },
  SplitV: ({ b, on, attrs }) => {
    const x = operand(on, 'x');
    const shape = b.shape(x);
    const axis = axisOf(attrs.axis, shape.length);
    const sizes = splitSizes(shape[axis] ?? 1, attrs.numOrSizeSplits);
    const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, n) => sum + n, 0));
    return sizes.map((size, i) => b.sliceAxis(x, axis, ends[i]! - size, size));
  },
  Tile: ({ b, on, attrs }) => tile(b, operand(on, 'x'), attrs.reps),
  Transpose: ({ b, on, attrs }) => b.transpose(operand(on, 'x'), attrs.perm),
  Unpack: ({ b, on, attrs }) => {
    const x = operand(on, 'value');
    const shape = b.shape(x);
    const axis = axisOf(attrs.axis, shape.length);
    return Array.from({ length: shape[axis] ?? 0 }, (_, i) =>
      b.reshape(b.sliceAxis(x, axis, i, 1), withoutAxis(shape, axis)),
    );
  },
} satisfies Partial<Rules>;
