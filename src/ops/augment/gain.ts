import { alongRows, asRows } from '../../picture/filters/rows.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor2D, Tensor3D } from '../../tensor/tfjs.js';

/**
 * Encoded values whose light is multiplied by gains [1, 1, channels]. The sRGB curve is a straight line near black and a
 * power above, and a multiple of the base of a power is a multiple of the power: so both parts stay straight lines here,
 * and no power has to be computed of any pixel. Where the two meet, for gains from 1/2 to 2, the result is less than half
 * a level of 8 bits off.
 */
export const amplified = (t: Tf, encoded: Tensor3D, gain: Tensor3D): Tensor3D => {
  const rows = asRows(t, encoded);
  const gains = alongRows(t, gain, encoded.shape[1]);
  const factors = t.pow(gains, 1 / 2.4);
  const dark: Tensor2D = t.mul(rows, gains);
  const bright: Tensor2D = t.add(t.mul(rows, factors), t.mul(t.sub(factors, 1), 0.055));
  // The curve is the lower of the two lines when light is added, and the upper one when it is taken away.
  const side = t.sign(t.sub(gains, 1));
  const lower: Tensor2D = t.add(dark, t.mul(side, t.minimum(t.mul(side, t.sub(bright, dark)), 0)));
  return t.reshape(lower, encoded.shape);
};
