import type { Values } from './tiling/windows.js';

/** Side of the blocks of JPEG. */
const SIDE = 8;

/** Lines of a picture that are looked at along each axis, at most: enough for the means, whatever the size. */
const LINES = 1024;

/** Brightness at a place: the middle one of the channels, which is green. */
type At = (along: number, line: number) => number;

/**
 * Along one axis: how much larger steps are than those beside them, on average by the place in blocks of eight, and what share of
 * them the largest place has over what is usual.
 */
const along = (at: At, length: number, lines: number): number => {
  const sums = new Float64Array(SIDE);
  const every = Math.max(1, Math.floor(lines / LINES));
  for (let line = 0; line < lines; line += every) {
    let [a, b, c] = [at(0, line), at(1, line), at(2, line)];
    for (let i = 1; i + 2 < length; i++) {
      const d = at(i + 2, line);
      const more = Math.abs(c - b) - (Math.abs(b - a) + Math.abs(d - c)) / 2;
      if (more > 0) sums[i % SIDE]! += more;
      [a, b, c] = [b, c, d];
    }
  }
  const [largest = 0, ...others] = [...sums].sort((x, y) => y - x);
  const usual = others.reduce((x, y) => x + y, 0) / others.length;
  return usual === 0 ? (largest === 0 ? 1 : Number.POSITIVE_INFINITY) : largest / usual;
};

/**
 * How much a picture [height,width,channels] shows blocks of 8x8 pixels, wherever they begin: about 1 where it shows none, 1.2 and more where it
 * was compressed much as JPEG and neither resized nor smoothed since. The steps between neighbours are compared by their places, as in
 * Wang, Bovik, Evans: "Blind Measurement of Blocking Artifacts in Images" (2000), without a spectrum. Pictures of fewer than
 * 32 pixels on a side have too few: 1.
 */
export const blockiness = ({ shape, data }: Values): number => {
  const [height = 0, width = 0, channels = 1] = shape;
  if (Math.min(height, width) < 4 * SIDE) return 1;
  const middle = channels === 1 ? 0 : 1;
  const columns = along((x, y) => data[(y * width + x) * channels + middle] as number, width, height);
  const rows = along((y, x) => data[(y * width + x) * channels + middle] as number, height, width);
  return Math.sqrt(columns * rows);
};
