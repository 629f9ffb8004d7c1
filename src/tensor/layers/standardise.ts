import * as tf from '../tfjs.js';

/** What both directions need: the standardised value and the reciprocal of its deviation. */
const parts = (x: tf.Tensor, axes: readonly number[], epsilon: number) => {
  const centred = tf.sub(x, tf.mean(x, [...axes], true));
  const variance = tf.mean(tf.square(centred), [...axes], true);
  const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
  return { standard: tf.mul(centred, reciprocal), reciprocal };
};

/**
 * Brings x to mean 0 and variance 1 along some axes.
 *
 * The gradient is the closed form, which passes over the tensor half as often as what differentiation gives:
 * dx = r·(dy − mean(dy) − y·mean(dy·y)), y being the standardised value and r the reciprocal deviation.
 */
export const standardise = <T extends tf.Tensor>(x: T, axes: readonly number[], epsilon: number): T => {
  const withGradient = tf.customGrad<T>((...inputs) => {
    const [value, save] = inputs as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([value]);
    return {
      value: parts(value, axes, epsilon).standard as T,
      // Computed again from the input, so that it can be differentiated itself; compiled, both are one.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const { standard, reciprocal } = parts(saved[0]!, axes, epsilon);
        const mean = tf.mean(dy, [...axes], true);
        const along = tf.mean(tf.mul(dy, standard), [...axes], true);
        return tf.mul(tf.sub(tf.sub(dy, mean), tf.mul(standard, along)), reciprocal);
      },
    };
  });
  return withGradient(x);
};

/** Scales and shifts what was standardised, where there is something to do so with. */
export const affine = <T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor | undefined,
  offset: tf.Tensor | undefined,
): T => {
  const scaled = scale === undefined ? x : tf.mul<T>(x, scale);
  return offset === undefined ? scaled : tf.add<T>(scaled, offset);
};
