import { inverse, type Matrix } from '../../image/colour/matrix.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor, Tensor2D, Tensor3D } from '../../tensor/tfjs.js';

// Oklab: Ottosson, "A perceptual color space for image processing" (2020). Linear sRGB to cone responses, and their cube
// roots to lightness and the two axes of colour.
const TO_CONES: Matrix = [
  ...([0.4122214708, 0.5363325363, 0.0514459929] as const),
  ...([0.2119034982, 0.6806995451, 0.1073969566] as const),
  ...([0.0883024619, 0.2817188376, 0.6299787005] as const),
];
const TO_LAB: Matrix = [
  ...([0.2104542553, 0.793617785, -0.0040720468] as const),
  ...([1.9779984951, -2.428592205, 0.4505937099] as const),
  ...([0.0259040371, 0.7827717662, -0.808675766] as const),
];
const FROM_CONES = inverse(TO_CONES);

/** Chroma of colours that are neither pale nor vivid: vibrance works on those below it most. */
const MEDIUM_CHROMA = 0.1;

/** Some rows of a matrix, as a factor from the right: columns are results. */
const rightFactor = (t: Tf, m: Matrix, ...rows: readonly number[]): Tensor2D =>
  t.transpose(
    t.tensor2d(
      rows.flatMap((row) => m.slice(row * 3, row * 3 + 3)),
      [rows.length, 3],
    ),
  );

/** Multiplies every colour of a picture by a 3x3 matrix. */
export const multiplyColours = (t: Tf, picture: Tensor3D, matrix: Matrix): Tensor3D => {
  const [height, width] = picture.shape;
  const flat: Tensor2D = t.reshape(picture, [height * width, 3]);
  return t.reshape(t.matMul(flat, rightFactor(t, matrix, 0, 1, 2)), [height, width, 3]);
};

/**
 * Scales the chroma of colours in Oklab, lightness and hue kept.
 *
 * @param light linear sRGB
 * @param saturation factor less 1: -1 is grey, 0 leaves colours alone, 1 doubles chroma
 * @param vibrance the same for pale colours, the less the more vivid they are
 */
export const scaleChroma = (t: Tf, light: Tensor3D, saturation: number, vibrance: number): Tensor3D => {
  const [height, width] = light.shape;
  const flat: Tensor2D = t.reshape(light, [height * width, 3]);
  const cones: Tensor2D = t.pow(t.relu(t.matMul(flat, rightFactor(t, TO_CONES, 0, 1, 2))), 1 / 3);
  const lightness = t.matMul(cones, rightFactor(t, TO_LAB, 0));
  const factor = t.mul(1 + saturation, vibrance === 0 ? 1 : vibranceFactor(t, cones, vibrance));
  // Greys have three equal responses, their lightness: scaling both axes scales the distance from it.
  const scaled = t.add(lightness, t.mul(t.sub(cones, lightness), factor));
  const cubes: Tensor2D = t.mul(t.mul(scaled, scaled), scaled);
  return t.reshape(t.matMul(cubes, rightFactor(t, FROM_CONES, 0, 1, 2)), [height, width, 3]);
};

/** 1 + vibrance / (1 + (chroma / medium)²): chroma still rises with chroma. */
const vibranceFactor = (t: Tf, cones: Tensor2D, vibrance: number): Tensor => {
  const axes = t.matMul(cones, rightFactor(t, TO_LAB, 1, 2));
  const squares = t.sum(t.mul(axes, axes), 1, true);
  return t.add(1, t.div(vibrance, t.add(1, t.div(squares, MEDIUM_CHROMA ** 2))));
};
