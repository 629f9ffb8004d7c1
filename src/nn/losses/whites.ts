import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

/** The least channel from which a pixel begins to count as white, in -1..1: 0.9 of the range. */
const FROM = 0.8;

/**
 * How dark whites become: the mean distance of each channel from the photo's, of values in -1..1, each pixel counted by its
 * least channel in the second picture: not at all up to 0.8 (0.9 of the range), fully at 1. What is clipped tells nothing of
 * what was there, and a white made grey is worse than a white.
 */
export const whites: PictureLoss = (x, y) => {
  const white = tf.div(tf.relu(tf.sub(tf.minimum(tf.min(y, 3, true), 1), FROM)), 1 - FROM);
  return tf.mean<tf.Scalar>(tf.mul(white, tf.relu(tf.sub(y, x))));
};
