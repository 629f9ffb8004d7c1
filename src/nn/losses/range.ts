import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

/** Where black and white begin, in -1..1: one level of 8 bits before the ends. */
const LIMIT = 1 - 2 / 255;

/**
 * How far values come to lie beyond black and white, or farther beyond than the picture's own: the mean excess over
 * ±(1 - 2/255), of values in -1..1. What is clipped is lost, so that there is no way back from it.
 */
export const range: PictureLoss = (x, y) =>
  tf.mean<tf.Scalar>(tf.relu(tf.sub(tf.abs(x), tf.maximum(tf.abs(y), LIMIT))));
