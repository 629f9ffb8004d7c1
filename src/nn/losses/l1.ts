import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

/** Mean absolute difference. */
export const l1: PictureLoss = (x, y) => tf.mean<tf.Scalar>(tf.abs(tf.sub(x, y)));
