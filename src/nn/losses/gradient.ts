import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

/** Differences of neighbours, along the rows and along the columns. Throws RangeError for pictures under 2x2 pixels. */
export const steps = (x: tf.Tensor4D): readonly [across: tf.Tensor4D, down: tf.Tensor4D] => {
  const [n, h, w, c] = x.shape;
  if (Math.min(h, w) < 2) {
    throw new RangeError(`differences of neighbours need pictures of at least 2x2 pixels, not ${h}x${w}`);
  }
  const part = (top: number, left: number, height: number, width: number): tf.Tensor4D =>
    tf.slice(x, [0, top, left, 0], [n, height, width, c]);
  return [
    tf.sub(part(0, 1, h, w - 1), part(0, 0, h, w - 1)),
    tf.sub(part(1, 0, h - 1, w), part(0, 0, h - 1, w)),
  ];
};

/**
 * Mean absolute difference of the image gradients (Mathieu, Couprie, LeCun: "Deep multi-scale video prediction beyond
 * mean square error", 2016, with the differences signed): edges stay where they are and as strong.
 */
export const gradient: PictureLoss = (x, y) => {
  const [across, down] = steps(tf.sub(x, y));
  return tf.add(tf.mean<tf.Scalar>(tf.abs(across)), tf.mean<tf.Scalar>(tf.abs(down)));
};
