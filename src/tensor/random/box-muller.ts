import * as tf from '../tfjs.js';

// Engines differ in their logarithms and sines: GPUs may be off by 2^-11. These are made of additions, multiplications and
// one division, which IEEE 754 rounds alike everywhere.

/** The polynomial with the given coefficients, the constant term last. */
const polynomial = (x: tf.Tensor, [highest = 0, ...others]: readonly number[]): tf.Tensor =>
  others.reduce<tf.Tensor>((sum, term) => tf.add(tf.mul(sum, x), term), tf.fill(x.shape, highest));

/** ln u for multiples of 2^-24 in (0, 1], right to 3e-7 of its size. */
export const logarithm = (u: tf.Tensor): tf.Tensor => {
  // Brought to at least a half by doubling, which is exact, 31 times at most.
  const { mantissa, doublings } = [16, 8, 4, 2, 1].reduce(
    ({ mantissa: m, doublings: d }, step) => {
      const small = tf.cast(tf.less(m, 2 ** -step), 'float32');
      return {
        mantissa: tf.mul(m, tf.add(tf.mul(small, 2 ** step - 1), 1)),
        doublings: tf.add(d, tf.mul(small, step)),
      };
    },
    { mantissa: u, doublings: tf.zerosLike(u) },
  );
  // ln m = 2·artanh z with z = (m - 1) / (m + 1), by its series in z².
  const z = tf.div(tf.sub(mantissa, 1), tf.add(mantissa, 1));
  const series = polynomial(tf.square(z), [1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1]);
  return tf.sub(tf.mul(tf.mul(z, 2), series), tf.mul(doublings, Math.LN2));
};

/** Cosine and sine of the angle 2π(u - 1/2) for u in [0, 1), right to 1e-6: the series at half the angle, doubled. */
export const circle = (u: tf.Tensor): readonly [tf.Tensor, tf.Tensor] => {
  const x = tf.mul(tf.sub(u, 0.5), Math.PI);
  const square = tf.square(x);
  const sin = tf.mul(x, polynomial(square, [-1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6, 1]));
  const cos = polynomial(square, [1 / 479001600, -1 / 3628800, 1 / 40320, -1 / 720, 1 / 24, -1 / 2, 1]);
  return [tf.sub(1, tf.mul(tf.square(sin), 2)), tf.mul(tf.mul(sin, cos), 2)];
};

/**
 * Two normally distributed numbers of two uniform ones in [0, 1) that are multiples of 2^-24 (Box, Muller: "A note on the
 * generation of random normal deviates", 1958).
 */
export const boxMuller = (first: tf.Tensor, second: tf.Tensor): readonly [tf.Tensor, tf.Tensor] => {
  const radius = tf.sqrt(tf.mul(logarithm(tf.sub(1, first)), -2));
  const [cos, sin] = circle(second);
  return [tf.mul(radius, cos), tf.mul(radius, sin)];
};
