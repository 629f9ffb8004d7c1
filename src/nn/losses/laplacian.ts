import * as tf from '@tensorflow/tfjs';
import { sameForEach } from './depthwise.js';
import type { PictureLoss } from './picture-loss.js';

/** The Laplacian of eight neighbours; its weights sum to 0, so that a change of brightness does not count. */
const KERNEL = [-1, -1, -1, -1, 8, -1, -1, -1, -1].map((w) => w / 8);

const laplacianOf = (x: tf.Tensor4D): tf.Tensor4D =>
  tf.depthwiseConv2d(
    x,
    sameForEach([KERNEL.slice(0, 3), KERNEL.slice(3, 6), KERNEL.slice(6)], x.shape[3]),
    1,
    'valid',
  );

/**
 * Mean absolute difference of the Laplacians, which hold edges and texture and neither brightness nor a cast: content that
 * an edit of light and colour should keep (after Li, Xu, Nie, Liu: "Laplacian-Steered Neural Style Transfer", 2017).
 * Throws RangeError for pictures under 3x3 pixels.
 */
export const laplacian: PictureLoss = (x, y) => {
  const [, height, width] = x.shape;
  if (Math.min(height, width) < 3) {
    throw new RangeError(`the Laplacian needs pictures of at least 3x3 pixels, not ${height}x${width}`);
  }
  return tf.mean<tf.Scalar>(tf.abs(laplacianOf(tf.sub(x, y))));
};
