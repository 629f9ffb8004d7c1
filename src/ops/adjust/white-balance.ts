import {
  adaptation,
  apply,
  D50,
  D50_TO_SRGB,
  type Matrix,
  multiply,
  SRGB_TO_D50,
  type Vector,
  xyzOf,
} from '../../image/colour/matrix.js';

/** The colour temperature in kelvin that leaves a picture as it is. */
export const NEUTRAL_TEMPERATURE = 6500;

/** Steps of tint in one unit of distance from the Planckian locus, as raw converters count them. */
const TINT_STEPS = 3000;

type Chromaticity = readonly [u: number, v: number];

/**
 * CIE 1960 chromaticity of a black body: Krystek, "An algorithm to calculate correlated colour temperature" (Color
 * Research and Application, 1985), right to 8e-5 from 1000 to 15000 kelvin.
 */
export const planckian = (kelvin: number): Chromaticity => [
  (0.860117757 + 1.54118254e-4 * kelvin + 1.28641212e-7 * kelvin ** 2) /
    (1 + 8.42420235e-4 * kelvin + 7.08145163e-7 * kelvin ** 2),
  (0.317398726 + 4.22806245e-5 * kelvin + 4.20481691e-8 * kelvin ** 2) /
    (1 - 2.89741816e-5 * kelvin + 1.61456053e-7 * kelvin ** 2),
];

/** XYZ, with Y = 1, of light of a temperature, moved off the locus at a right angle: up is green, down magenta. */
const lightOf = (kelvin: number, tint: number): Vector => {
  const [u, v] = planckian(kelvin);
  const [u1, v1] = planckian(kelvin * 0.999);
  const [du, dv] = [u1 - u, v1 - v];
  const length = Math.hypot(du, dv);
  const off = tint / TINT_STEPS;
  const [us, vs] = [u - (dv / length) * off, v + (du / length) * off];
  const sum = 2 * us - 8 * vs + 4;
  return xyzOf((3 * us) / sum, (2 * vs) / sum);
};

/**
 * The matrix for linear sRGB that makes a picture taken in light of the given colour look as if in daylight: an
 * adaptation by cone responses (linear Bradford). As in raw converters, a higher temperature warms the picture, since it
 * says that the light was bluer, and a higher tint turns it from green to magenta.
 */
export const whiteBalance = (temperature: number, tint: number): Matrix => {
  const daylight = lightOf(NEUTRAL_TEMPERATURE, 0);
  const step = adaptation(lightOf(temperature, tint), daylight);
  const steps = [adaptation(D50, daylight), step, adaptation(daylight, D50)];
  const matrix = multiply(
    D50_TO_SRGB,
    steps.reduce((so, next) => multiply(next, so), SRGB_TO_D50),
  );
  // A grey surface keeps its luminance, whatever colour it takes on.
  const [r, g, b] = apply(matrix, [1, 1, 1]);
  const brightness = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return multiply([1 / brightness, 0, 0, 0, 1 / brightness, 0, 0, 0, 1 / brightness], matrix);
};
