import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';

// The sRGB curve (IEC 61966-2-1) is straight below a knee and a power above it. Both parts are computed of the value
// clamped to their side and added up: choosing between them per pixel takes several times as long.
const KNEE = 0.0031308;
const ENCODED_KNEE = 12.92 * KNEE;
const POWER = 2.4;

/** The curve goes on below zero as its mirror image, so that colours outside the gamut are kept. */
const odd = (t: Tf, x: Tensor3D, curve: (size: Tensor3D) => Tensor3D): Tensor3D =>
  t.mul(t.sign(x), curve(t.abs(x)));

/** sRGB-encoded values to linear light. */
export const toLight = (t: Tf, encoded: Tensor3D): Tensor3D =>
  odd(t, encoded, (x) => {
    const straight = t.div<Tensor3D>(t.minimum<Tensor3D>(x, ENCODED_KNEE), 12.92);
    const base = t.div(t.add(t.maximum(x, ENCODED_KNEE), 0.055), 1.055);
    const powerAtKnee = ((ENCODED_KNEE + 0.055) / 1.055) ** POWER;
    return t.add(straight, t.sub(t.pow(base, POWER), powerAtKnee));
  });

/** Linear light to sRGB-encoded values. */
export const fromLight = (t: Tf, light: Tensor3D): Tensor3D =>
  odd(t, light, (x) => {
    const straight = t.mul<Tensor3D>(t.minimum<Tensor3D>(x, KNEE), 12.92);
    const power = t.mul(t.pow(t.maximum(x, KNEE), 1 / POWER), 1.055);
    return t.add(straight, t.sub(power, 1.055 * KNEE ** (1 / POWER)));
  });
