import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

/** The difference between the largest and the least channel, of values 0..1, from which a pixel is no longer neutral. */
const COLOURED = 0.25;

/** A pixel's colour without its brightness: each channel less the mean of the three. */
const colour = (x: tf.Tensor4D): tf.Tensor4D => tf.sub(x, tf.mean(x, 3, true));

/**
 * How much colour whites and light greys take on or lose: the mean square of the change of colour without brightness, of
 * values in -1..1, each pixel counted by how light and how neutral it was: by the square of its least channel (0..1), and
 * less the more its channels differ, to nothing at a quarter. So snow stays white, while shade and what has a colour are
 * free. The second picture is the one that says what is neutral.
 */
export const neutral: PictureLoss = (x, y) => {
  const [least, most] = [tf.min(y, 3, true), tf.max(y, 3, true)];
  const light = tf.square(tf.mul(tf.add(least, 1), 0.5));
  const grey = tf.relu(tf.sub(1, tf.div(tf.sub(most, least), 2 * COLOURED)));
  return tf.mean<tf.Scalar>(tf.mul(tf.mul(light, grey), tf.square(tf.sub(colour(x), colour(y)))));
};
