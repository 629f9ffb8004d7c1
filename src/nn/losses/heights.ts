import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

/** Bands that a picture is divided into from top to bottom. */
const BANDS = 8;

/** Rows of each band, as weights [BANDS, height] whose rows sum to 1; a row may belong to two in part. */
const bandsOf = (height: number): tf.Tensor2D => {
  const weights = Array.from({ length: BANDS }, (_, band) =>
    Array.from({ length: height }, (_, row) => {
      const [from, to] = [(band * height) / BANDS, ((band + 1) * height) / BANDS];
      return (Math.max(0, Math.min(to, row + 1) - Math.max(from, row)) * BANDS) / height;
    }),
  );
  return tf.tensor2d(weights);
};

/** The mean colours of a batch in each band, [BANDS, channels]. */
const profile = (x: tf.Tensor4D): tf.Tensor2D =>
  tf.matMul(bandsOf(x.shape[1]), tf.mean<tf.Tensor2D>(x, [0, 2]));

/**
 * The mean squared distance between the mean colours of two batches at each of eight heights: a sky is compared with skies,
 * the ground with the ground. Over many batches its gradient is that of the distance between the means of the two
 * collections, whatever the photos of a batch are.
 */
export const heights: PictureLoss = (x, y) => tf.mean<tf.Scalar>(tf.square(tf.sub(profile(x), profile(y))));
