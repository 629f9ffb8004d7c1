import { evenTable, rootTable, srgbCurve } from './curves.js';

/**
 * The sRGB transfer curve on the whole real line, as extended sRGB (IEC 61966-2-2 scRGB’s encoded form) has it: odd
 * symmetric below zero, and carried on above one, so that colours outside the gamut survive.
 */
const encoded = rootTable(srgbCurve.toSample);
const decoded = evenTable(srgbCurve.toLight);

/** Linear light to an sRGB-encoded value, by a table on 0..1: the error is below 1e-6. */
export const encodeSrgb = (light: number): number => {
  const x = light < 0 ? -light : light;
  const value = x < 1 ? encoded(x) : 1.055 * x ** (1 / 2.4) - 0.055;
  return light < 0 ? -value : value;
};

/** An sRGB-encoded value to linear light, by a table on 0..1: the error is below 5e-8. */
export const decodeSrgb = (value: number): number => {
  const x = value < 0 ? -value : value;
  const light = x < 1 ? decoded(x) : ((x + 0.055) / 1.055) ** 2.4;
  return value < 0 ? -light : light;
};
