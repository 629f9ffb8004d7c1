import * as tf from '../../tensor/tfjs.js';
import { steps } from './gradient.js';

/**
 * Total variation, anisotropic: the mean absolute difference of neighbours across plus that down (Rudin, Osher, Fatemi:
 * "Nonlinear total variation based noise removal algorithms", 1992). Made small, it takes grain and ringing away.
 */
export const totalVariation = (pictures: tf.Tensor4D): tf.Scalar => {
  const [across, down] = steps(pictures);
  return tf.add(tf.mean<tf.Scalar>(tf.abs(across)), tf.mean<tf.Scalar>(tf.abs(down)));
};
