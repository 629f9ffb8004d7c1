import * as tf from '../tfjs.js';
import { type Gradient, gradient } from './gradient.js';

interface Running {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** tfjs permutes this one's axes once too often when the axis is not the last. */
const cumsum = gradient<Running>('Cumsum', {}, ({ dy, attrs: { axis, exclusive, reverse } }) => ({
  x: () => tf.cumsum(dy, axis, exclusive, !reverse),
}));

/** Moves an axis to the end, and gives the way back. */
const axisLast = (rank: number, axis: number) => {
  const perm = [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis), axis];
  const back = perm.map((_, i) => perm.indexOf(i));
  return { there: (x: tf.Tensor) => tf.transpose(x, perm), back: (x: tf.Tensor) => tf.transpose(x, back) };
};

/**
 * The product without its i-th factor, for every i and up to every place: no division, so a factor may be 0. Memory grows
 * with the square of the axis.
 */
const cumprod = gradient<Running>('Cumprod', { inputs: ['x'] }, ({ dy, saved: [x], attrs }) => ({
  x: () => {
    const { exclusive, reverse } = attrs;
    const { there, back } = axisLast(x!.rank, attrs.axis < 0 ? attrs.axis + x!.rank : attrs.axis);
    const [last, slope] = [there(x!), there(dy)];
    const size = last.shape.at(-1)!;
    const own = tf.eye(size);
    const factors = tf.add(tf.mul(tf.expandDims(last, -2), tf.sub(1, own)), own);
    const products = tf.cumprod(factors, last.rank, exclusive, reverse);
    const place = tf.range(0, size);
    const [left, upTo] = [tf.expandDims(place, 1), tf.expandDims(place, 0)];
    const ahead = reverse ? tf.less(upTo, left) : tf.greater(upTo, left);
    const counted = tf.cast(exclusive ? ahead : tf.logicalOr(ahead, tf.equal(upTo, left)), 'float32');
    return back(tf.sum(tf.mul(tf.mul(products, counted), tf.expandDims(slope, -2)), -1));
  },
}));

/** The product of all other factors: those before times those behind. */
const prod = gradient<{ readonly axis: number | number[] }>(
  'Prod',
  { inputs: ['x'] },
  ({ dy, saved: [x], attrs }) => ({
    x: () => {
      const axes = tf.util.parseAxisParam(attrs.axis, x!.shape);
      if (axes.length === 0) return dy;
      const kept = x!.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
      const perm = [...kept, ...axes];
      const moved = tf.transpose(x!, perm);
      const count = axes.reduce((n, a) => n * x!.shape[a]!, 1);
      const rows = tf.reshape(moved, [moved.size / count, count]);
      const others = tf.mul(tf.cumprod(rows, 1, true, false), tf.cumprod(rows, 1, true, true));
      const slope = tf.mul(tf.reshape(dy, [moved.size / count, 1]), others);
      return tf.transpose(
        tf.reshape(slope, moved.shape),
        perm.map((_, i) => perm.indexOf(i)),
      );
    },
  }),
);

export const reductionGradients: readonly Gradient[] = [cumsum, cumprod, prod];
