import { pad2d, pixelShuffle, pixelUnshuffle } from '../tensor/layers/index.js';
import * as tf from '../tensor/tfjs.js';

/** Side of a block, in pixels, and how far apart blocks begin: each pixel lies in four of them. */
const SIDE = 8;
const STRIDE = 4;

/** Frequencies of a block, row by row from its mean. */
export const FREQUENCIES = SIDE * SIDE;

/** The orthonormal discrete cosine transform of one dimension: what pixel x has of frequency u. */
const cosine = (u: number, x: number): number =>
  Math.sqrt((u === 0 ? 1 : 2) / SIDE) * Math.cos(((2 * x + 1) * u * Math.PI) / (2 * SIDE));

/** What the pixel at a row and a column of a block has of a frequency. */
const basis = (frequency: number, row: number, column: number): number =>
  cosine(Math.floor(frequency / SIDE), row) * cosine(frequency % SIDE, column);

/** Fills a filter [2,2,inputs,outputs] of two by two cells of STRIDE pixels. */
const filled = (
  inputs: number,
  outputs: number,
  weightAt: (down: number, across: number, input: number, output: number) => number,
): tf.Tensor4D => {
  const data = new Float32Array(4 * inputs * outputs);
  for (let cell = 0; cell < 4; cell++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++)
        data[(cell * inputs + input) * outputs + output] = weightAt(cell >> 1, cell % 2, input, output);
  return tf.tensor4d(data, [2, 2, inputs, outputs]);
};

/** A plane and a place in a cell, by the depth that `pixelUnshuffle` puts it in. */
const placeOf = (depth: number, planes: number): readonly [plane: number, row: number, column: number] => {
  const place = Math.floor(depth / planes);
  return [depth % planes, Math.floor(place / STRIDE), place % STRIDE];
};

/** Channels of the cells of so many planes. */
const cellsOf = (planes: number): number => STRIDE * STRIDE * planes;

/**
 * The discrete cosine transforms of all blocks of 8x8 pixels that begin 4 pixels apart, as JPEG takes them of blocks 8 apart: planes
 * [N,H,W,P], whose sides are multiples of 4, become [N,H/4+1,W/4+1,64·P], plane after plane. The first blocks begin 4
 * pixels before the picture, which is mirrored there.
 * @param before where else they begin before it: 6 pixels give blocks between the others, and one more along each side
 */
export const slidingDct = (x: tf.Tensor4D, before: 4 | 6 = STRIDE): tf.Tensor4D => {
  const planes = x.shape[3];
  const border = [before, before] as const;
  const cells = pixelUnshuffle(pad2d(x, [border, border], 'symmetric'), STRIDE);
  const filter = filled(cellsOf(planes), FREQUENCIES * planes, (down, across, input, output) => {
    const [plane, row, column] = placeOf(input, planes);
    return Math.floor(output / FREQUENCIES) === plane
      ? basis(output % FREQUENCIES, STRIDE * down + row, STRIDE * across + column)
      : 0;
  });
  return tf.conv2d(cells, filter, 1, 'valid');
};

/** The way back: the mean of what the four blocks have that a pixel lies in. Blocks that began `before` pixels early give the same picture. */
export const fromSlidingDct = (coefficients: tf.Tensor4D, before: 4 | 6 = STRIDE): tf.Tensor4D => {
  const planes = coefficients.shape[3] / FREQUENCIES;
  // The first of two blocks began a cell earlier, so the cell is its second half.
  const filter = filled(FREQUENCIES * planes, cellsOf(planes), (down, across, input, output) => {
    const [plane, row, column] = placeOf(output, planes);
    return Math.floor(input / FREQUENCIES) === plane
      ? basis(input % FREQUENCIES, STRIDE * (1 - down) + row, STRIDE * (1 - across) + column) / 4
      : 0;
  });
  const picture = pixelShuffle(tf.conv2d(coefficients, filter, 1, 'valid'), STRIDE);
  const beyond = before - STRIDE;
  if (beyond === 0) return picture;
  const [count, height, width] = picture.shape;
  return tf.slice(picture, [0, beyond, beyond, 0], [count, height - 2 * beyond, width - 2 * beyond, planes]);
};
