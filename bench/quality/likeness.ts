import { ssim } from '../../src/picture/measures/ssim.js';
import type { Picture } from './pictures.js';

/** Squares in which a contrast is looked for, in pixels. */
const SQUARE = 16;

/** The contrast that an eye still sees, by which meteorology defines how far one sees in fog (Koschmieder 1924, WMO). */
const LEAST_CONTRAST = 0.05;

const planeOf = ({ data, width, height, channels }: Picture, channel: number) => ({
  width,
  height,
  readRow: (y: number, into: Float64Array): void => {
    for (let x = 0; x < width; x++) into[x] = (data[(y * width + x) * channels + channel] as number) / 255;
  },
});

/** The structural similarity of two pictures of the same size, the mean of their channels. */
export const similarity = async (one: Picture, other: Picture): Promise<number> => {
  let sum = 0;
  for (let channel = 0; channel < one.channels; channel++)
    sum += await ssim(planeOf(one, channel), planeOf(other, channel), async () => {});
  return sum / one.channels;
};

/** Light of a place, 0..1: of 2x2 pixels, lest noise passes for contrast. */
const lightAt = ({ data, width, channels }: Picture, x: number, y: number): number => {
  let sum = 0;
  for (let dy = 0; dy < 2; dy++)
    for (let dx = 0; dx < 2; dx++)
      for (let c = 0; c < channels; c++)
        sum += ((data[((y + dy) * width + x + dx) * channels + c] as number) / 255) ** 2.2;
  return sum / (4 * channels);
};

/** The contrast of a square by Michelson, of all but its darkest and lightest twentieth. */
const contrastAt = (picture: Picture, left: number, top: number): number => {
  const lights: number[] = [];
  for (let y = 0; y < SQUARE; y += 2)
    for (let x = 0; x < SQUARE; x += 2) lights.push(lightAt(picture, left + x, top + y));
  const sorted = lights.sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 20);
  const [low, high] = [sorted[cut] as number, sorted[sorted.length - 1 - cut] as number];
  return (high - low) / (high + low + 0.01);
};

/** The share of a picture's squares in which something is seen: in fog, of those that are not too far away. */
export const visible = (picture: Picture): number => {
  const [across, down] = [Math.floor(picture.width / SQUARE), Math.floor(picture.height / SQUARE)];
  let seen = 0;
  for (let row = 0; row < down; row++)
    for (let column = 0; column < across; column++)
      if (contrastAt(picture, column * SQUARE, row * SQUARE) > LEAST_CONTRAST) seen += 1;
  return seen / Math.max(1, across * down);
};
