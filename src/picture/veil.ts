import { maxOf } from '../image/samples/samples.js';
import type { Values } from './tiling/windows.js';

/** Squares along the longer side, and pixels along the side of a square, of a picture that is looked at. */
const SQUARES = 100;
const PIXELS = 4;

/** The share of the squares that are darker than what is told. */
const SHARE = 0.1;

/** Where so many pixels along a side stand, evenly from edge to edge. */
const places = (side: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => Math.min(side - 1, Math.floor(((i + 0.5) * side) / count)));

/** The smallest sample of a square of the places, mean by mean of the pixels that a place stands for. */
const darkest = (
  { shape, data }: Values,
  rows: readonly number[],
  columns: readonly number[],
  reach: number,
): number => {
  const [height = 0, width = 0, channels = 1] = shape;
  let least = Number.POSITIVE_INFINITY;
  for (const row of rows)
    for (const column of columns)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let dy = 0; dy < reach; dy++)
          for (let dx = 0; dx < reach; dx++) {
            const [y, x] = [Math.min(height - 1, row + dy), Math.min(width - 1, column + dx)];
            sum += data[(y * width + x) * channels + channel] as number;
          }
        least = Math.min(least, sum / (reach * reach));
      }
  return least;
};

/**
 * How light the dark things of a picture [height,width,channels] are, 0..1: the dark channel (He, Sun, Tang: "Single Image Haze Removal
 * Using Dark Channel Prior", 2009) of squares of 4x4 pixels, the picture seen at 400 pixels along its longer side, of which a tenth are
 * darker. Near to 0 in clear photos, which have something dark nearly everywhere; haze lifts it.
 */
export const veil = (picture: Values): number => {
  const [height = 0, width = 0] = picture.shape;
  if (height === 0 || width === 0) return 0;
  const scale = Math.max(1, Math.max(height, width) / (SQUARES * PIXELS));
  const squaresOf = (side: number): readonly (readonly number[])[] => {
    const count = Math.max(1, Math.round(side / scale / PIXELS));
    const all = places(side, count * PIXELS);
    return Array.from({ length: count }, (_, i) => all.slice(i * PIXELS, (i + 1) * PIXELS));
  };
  // Noise of single pixels would pass for dark things: of large pictures, means of a few.
  const reach = Math.max(1, Math.min(4, Math.floor(scale)));
  const columns = squaresOf(width);
  const found = squaresOf(height).flatMap((rows) =>
    columns.map((each) => darkest(picture, rows, each, reach)),
  );
  const sorted = Float64Array.from(found).sort();
  const value = sorted[Math.floor(SHARE * (sorted.length - 1))] as number;
  return Math.min(1, Math.max(0, value / maxOf(picture.dtype)));
};
