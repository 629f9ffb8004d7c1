import * as tf from '../tensor/tfjs.js';
import type { WholeMean } from './network.js';

/** The mean over the pixels that are at hand. */
export const meanHere: WholeMean = (values) => tf.mean(values, [1, 2], true);

/** Instance norm, as `instanceNorm` is, by means of the whole picture. */
export const normBy =
  (mean: WholeMean, epsilon = 1e-5) =>
  (x: tf.Tensor4D): tf.Tensor4D => {
    const centred = tf.sub<tf.Tensor4D>(x, mean(x));
    return tf.mul(centred, tf.rsqrt(tf.add(mean(tf.square(centred)), epsilon)));
  };
