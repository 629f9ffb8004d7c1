import { srgbCurve } from './curves.js';

/**
 * The sRGB transfer curve on the whole real line, as extended sRGB (IEC 61966-2-2 scRGB’s encoded form) has it: odd
 * symmetric below zero, and carried on above one, so that colours outside the gamut survive.
 */
const steps = 1 << 16;

const tableOf = (f: (x: number) => number): Float32Array =>
  Float32Array.from({ length: steps + 2 }, (_, i) => f(Math.min(1, i / steps)));

const encoded = tableOf(srgbCurve.toSample);
const decoded = tableOf(srgbCurve.toLight);

/** Linear light to an sRGB-encoded value. Straight between 65536 points on 0..1: the error is below 1e-7. */
export const encodeSrgb = (light: number): number => {
  const x = light < 0 ? -light : light;
  let value: number;
  if (x < 1) {
    const i = (x * steps) | 0;
    const low = encoded[i] as number;
    value = low + ((encoded[i + 1] as number) - low) * (x * steps - i);
  } else value = 1.055 * x ** (1 / 2.4) - 0.055;
  return light < 0 ? -value : value;
};

/** An sRGB-encoded value to linear light. */
export const decodeSrgb = (value: number): number => {
  const x = value < 0 ? -value : value;
  let light: number;
  if (x < 1) {
    const i = (x * steps) | 0;
    const low = decoded[i] as number;
    light = low + ((decoded[i + 1] as number) - low) * (x * steps - i);
  } else light = ((x + 0.055) / 1.055) ** 2.4;
  return value < 0 ? -light : light;
};
