import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

/** Mean squared difference. */
export const mse: PictureLoss = (x, y) => tf.mean<tf.Scalar>(tf.square(tf.sub(x, y)));
