import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

const EPSILON = 1e-3;

/**
 * Charbonnier's penalty, the mean of √(d² + ε²) − ε with ε = 1e-3 (Lai et al.: "Deep Laplacian Pyramid Networks for Fast
 * and Accurate Super-Resolution", 2017): a mean absolute difference without a kink at 0. The paper leaves −ε out, which
 * has no slope; with it, equal pictures are at 0.
 */
export const charbonnier: PictureLoss = (x, y) => {
  const root = tf.sqrt(tf.add(tf.square(tf.sub(x, y)), EPSILON ** 2));
  return tf.mean<tf.Scalar>(tf.sub(root, EPSILON));
};
