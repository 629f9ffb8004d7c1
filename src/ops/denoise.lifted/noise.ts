import { maxOf } from '../../image/samples/samples.js';
import type { Frame, Samples } from '../../ports/index.js';
import { type RowSource, rowsOf } from './rows.js';

/** The luma of BT.601. */
export const LUMA = [0.299, 0.587, 0.114] as const;

/** A sample as a value that can be added up, 0..1. */
export const inside = (value: number): number => (value > 0 ? Math.min(value, 1) : 0);

/** Rows of a picture: the first, and the one after the last. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** The luma, 0..1, of rows of a picture. */
export const lumaRows = ({ width, channels, samples }: Frame, { from, to }: Rows): RowSource =>
  rowsOf({ width, height: to - from }, (y, into) => lumaOf(samples, channels, (from + y) * width, into));

/** Writes the luma, 0..1, of a row of pixels from a pixel's number on. */
const lumaOf = ({ data, depth }: Samples, channels: number, pixel: number, out: Float32Array): void => {
  const scale = 1 / maxOf(depth);
  for (let i = 0, at = channels * pixel; i < out.length; i++, at += channels) {
    const first = inside((data[at] as number) * scale);
    out[i] =
      channels === 1
        ? first
        : LUMA[0] * first +
          LUMA[1] * inside((data[at + 1] as number) * scale) +
          LUMA[2] * inside((data[at + 2] as number) * scale);
  }
};

/** Side of the squares in which noise is measured. */
const SIDE = 8;

/** Squares that are looked at, at most. */
const MOST = 30_000;

/** Classes of brightness, each of which has noise of its own, and the share of squares that are taken to be flat. */
const CLASSES = 12;
const FLAT = 0.25;

/** Steps of brightness that are told apart. */
const STEPS = 1024;

interface Square {
  readonly brightness: number;
  readonly noise: number;
}

/** Pixels of a row that Immerkær's mask reads for a square. */
const READ = SIDE + 2;

/**
 * Brightness of a square and the deviation in it of J. Immerkær's mask, which neither slopes nor straight edges answer.
 *
 * @param luma of the square and of the pixels around it, row by row
 */
const squareOf = (luma: Float32Array): Square => {
  let [sum, squares] = [0, 0];
  for (let y = 1; y <= SIDE; y++)
    for (let x = 1; x <= SIDE; x++) {
      const at = y * READ + x;
      const [above, below] = [at - READ, at + READ];
      const middle = luma[at] as number;
      const corners =
        (luma[above - 1] as number) +
        (luma[above + 1] as number) +
        (luma[below - 1] as number) +
        (luma[below + 1] as number);
      const beside =
        (luma[above] as number) +
        (luma[at - 1] as number) +
        (luma[at + 1] as number) +
        (luma[below] as number);
      const answer = (corners - 2 * beside + 4 * middle) / 6;
      sum += middle;
      squares += answer * answer;
    }
  const pixels = SIDE * SIDE;
  return { brightness: sum / pixels, noise: Math.sqrt(squares / pixels) };
};

/** How strong noise is by brightness, from 0 to 1 in even steps: its deviation, of values 0..1. */
export type NoiseLevels = Float32Array;

/** The step of a brightness in 0..1. */
export const stepOf = (brightness: number): number => (STEPS * brightness + 0.5) | 0;

/**
 * How strong a picture's noise is, by brightness: of squares alike in brightness the flattest quarter is taken to hold nothing but
 * noise, whose deviation is measured after Immerkær, "Fast noise variance estimation" (1996). No noise is found in a picture
 * smaller than one square.
 */
export const noiseOf = (picture: Frame): NoiseLevels => {
  const { width, height, channels, samples } = picture;
  const [columns, rows] = [Math.floor((width - 2) / SIDE), Math.floor((height - 2) / SIDE)];
  if (columns < 1 || rows < 1) return new Float32Array(STEPS + 1);
  const every = Math.max(1, Math.ceil(Math.sqrt((columns * rows) / MOST)));
  const squares: Square[] = [];
  const luma = new Float32Array(READ * READ);
  const lumaRows = Array.from({ length: READ }, (_, y) => luma.subarray(y * READ, (y + 1) * READ));
  for (let row = 0; row < rows; row += every)
    for (let column = 0; column < columns; column += every) {
      const first = row * SIDE * width + column * SIDE;
      for (const [y, into] of lumaRows.entries()) lumaOf(samples, channels, first + y * width, into);
      squares.push(squareOf(luma));
    }
  squares.sort((a, b) => a.brightness - b.brightness);
  const size = Math.max(1, Math.ceil(squares.length / CLASSES));
  const classes = Array.from({ length: Math.ceil(squares.length / size) }, (_, i) => {
    const members = squares.slice(i * size, (i + 1) * size);
    const noises = members.map(({ noise }) => noise).sort((a, b) => a - b);
    return {
      brightness: members.reduce((sum, each) => sum + each.brightness, 0) / members.length,
      noise: noises[Math.floor(FLAT * (noises.length - 1))] as number,
    };
  });
  return Float32Array.from({ length: STEPS + 1 }, (_, i) => between(classes, i / STEPS));
};

/** Linearly between classes, and as the outermost beyond. */
const between = (classes: readonly Square[], brightness: number): number => {
  const next = classes.findIndex((each) => each.brightness >= brightness);
  const [before, after] = [classes[next - 1], classes[next]];
  if (after === undefined) return classes.at(-1)?.noise ?? 0;
  if (before === undefined) return after.noise;
  const share = (brightness - before.brightness) / (after.brightness - before.brightness);
  return before.noise + share * (after.noise - before.noise);
};
