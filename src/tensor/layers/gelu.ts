import * as tf from '../tfjs.js';

/**
 * The Gaussian error linear unit (Hendrycks, Gimpel: "Gaussian Error Linear Units", arXiv 1606.08415): x·Φ(x), Φ being the
 * normal distribution. `tanh` is the paper's approximation of it, off by at most 5e-4.
 */
export const gelu = <T extends tf.Tensor>(x: T, form: 'erf' | 'tanh' = 'erf'): T => {
  const inner =
    form === 'erf'
      ? tf.erf(tf.mul(x, Math.SQRT1_2))
      : tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI)));
  return tf.mul<T>(tf.mul(x, 0.5), tf.add(inner, 1));
};
