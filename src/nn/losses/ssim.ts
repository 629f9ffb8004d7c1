import { C1, C2, WINDOW, weights } from '../../picture/measures/ssim-window.js';
import * as tf from '../../tensor/tfjs.js';
import { sameForEach } from '../depthwise.js';
import type { PictureLoss } from './picture-loss.js';

/** Means under the Gaussian window, over all windows that lie inside. */
const windowed = (x: tf.Tensor4D): tf.Tensor4D => {
  const channels = x.shape[3];
  const down = tf.depthwiseConv2d(
    x,
    sameForEach(
      [...weights].map((w) => [w]),
      channels,
    ),
    1,
    'valid',
  );
  return tf.depthwiseConv2d(down, sameForEach([[...weights]], channels), 1, 'valid');
};

/** The two factors of the index at each window: how like the means are, and how like contrast and structure. */
export interface Similarity {
  readonly luminance: tf.Tensor4D;
  readonly structure: tf.Tensor4D;
}

/** Of pictures in 0..1. Throws RangeError for pictures smaller than the window. */
export const similarity = (x: tf.Tensor4D, y: tf.Tensor4D): Similarity => {
  const [, height, width] = x.shape;
  if (Math.min(height, width) < WINDOW) {
    throw new RangeError(
      `SSIM needs pictures of at least ${WINDOW}x${WINDOW} pixels, not ${height}x${width}`,
    );
  }
  const [mx, my] = [windowed(x), windowed(y)];
  const [xx, yy, xy] = [tf.square(mx), tf.square(my), tf.mul<tf.Tensor4D>(mx, my)];
  const variances = tf.sub<tf.Tensor4D>(windowed(tf.add(tf.square(x), tf.square(y))), tf.add(xx, yy));
  const covariance = tf.sub<tf.Tensor4D>(windowed(tf.mul(x, y)), xy);
  const ratio = (twice: tf.Tensor4D, sum: tf.Tensor4D, constant: number): tf.Tensor4D =>
    tf.div(tf.add(tf.mul(twice, 2), constant), tf.add(sum, constant));
  return { luminance: ratio(xy, tf.add(xx, yy), C1), structure: ratio(covariance, variances, C2) };
};

/** -1..1 to 0..1 */
export const unit = (x: tf.Tensor4D): tf.Tensor4D => tf.mul<tf.Tensor4D>(tf.add(x, 1), 0.5);

/**
 * One minus the index of structural similarity of pictures in -1..1 (Wang, Bovik, Sheikh, Simoncelli: "Image quality
 * assessment: from error visibility to structural similarity", 2004), averaged over windows, channels and pictures: the
 * same index that `compare` measures. Throws RangeError for pictures under 11x11 pixels.
 */
export const ssim: PictureLoss = (x, y) => {
  const { luminance, structure } = similarity(unit(x), unit(y));
  return tf.sub(1, tf.mean<tf.Scalar>(tf.mul(luminance, structure)));
};
