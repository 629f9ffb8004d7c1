import * as tf from '@tensorflow/tfjs';

/** Height and width of [N,H,W,C]. */
const SPATIAL = [1, 2];

const EPSILON = 1e-5;

/** What both directions need: the normalised value and the reciprocal of its deviation. */
const standardise = (x: tf.Tensor4D, epsilon: number) => {
  const centred = tf.sub(x, tf.mean(x, SPATIAL, true));
  const variance = tf.mean(tf.square(centred), SPATIAL, true);
  const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
  return { normalised: tf.mul<tf.Tensor4D>(centred, reciprocal), reciprocal };
};

/**
 * Instance normalisation (Ulyanov, Vedaldi, Lempitsky: "Instance Normalization", arXiv 1607.08022): each channel of each
 * picture is brought to mean 0 and variance 1 over its pixels, then scaled and shifted if `scale` and `offset`, both
 * [C], are given. `x` is [N,H,W,C]; so is the result.
 *
 * The gradient is the closed form, which passes over the picture half as often as what differentiation gives:
 * dx = r·(dy − mean(dy) − y·mean(dy·y)), y being the normalised value and r the reciprocal deviation.
 */
export const instanceNorm = (
  x: tf.Tensor4D,
  scale?: tf.Tensor,
  offset?: tf.Tensor,
  epsilon: number = EPSILON,
): tf.Tensor4D => {
  const normalise = tf.customGrad<tf.Tensor4D>((...inputs) => {
    const [picture, save] = inputs as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    save([picture]);
    return {
      value: standardise(picture, epsilon).normalised,
      // Computed again from the input, so that it can be differentiated itself; compiled, both are one.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const { normalised, reciprocal } = standardise(saved[0] as tf.Tensor4D, epsilon);
        const mean = tf.mean(dy, SPATIAL, true);
        const along = tf.mean(tf.mul(dy, normalised), SPATIAL, true);
        return tf.mul(tf.sub(tf.sub(dy, mean), tf.mul(normalised, along)), reciprocal);
      },
    };
  });
  const normalised = normalise(x);
  const scaled = scale === undefined ? normalised : tf.mul<tf.Tensor4D>(normalised, scale);
  return offset === undefined ? scaled : tf.add(scaled, offset);
};
