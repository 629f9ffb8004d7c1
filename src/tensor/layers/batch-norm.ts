import * as tf from '../tfjs.js';

/** The statistics of a batch normalisation's training, both [C]. */
export interface Statistics {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/**
 * Batch normalisation with given statistics, as at inference (Ioffe, Szegedy: "Batch Normalization", arXiv 1502.03167):
 * (x − mean) / √(variance + epsilon), then scaled and shifted if `scale` and `offset` are given. All are [C], C being the
 * last axis of `x`.
 */
export const batchNorm = <T extends tf.Tensor>(
  x: T,
  { mean, variance }: Statistics,
  scale?: tf.Tensor,
  offset?: tf.Tensor,
  epsilon = 1e-5,
): T => {
  const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
  const factor = scale === undefined ? reciprocal : tf.mul(reciprocal, scale);
  const y = tf.mul<T>(tf.sub(x, mean), factor);
  return offset === undefined ? y : tf.add<T>(y, offset);
};
