import { maxOf } from '../../image/samples/samples.js';
import type { Frame } from '../../ports/index.js';

/** The luma of BT.601. */
export const LUMA = [0.299, 0.587, 0.114] as const;

/** A sample as a value that can be added up, 0..1. */
export const inside = (value: number): number => (value > 0 ? Math.min(value, 1) : 0);

/** The luma, 0..1, of a picture's pixel by its number. */
export const lumaOf = ({ channels, samples: { data, depth } }: Frame): ((pixel: number) => number) => {
  const scale = 1 / maxOf(depth);
  const at = (i: number): number => inside((data[i] as number) * scale);
  return channels === 1
    ? at
    : (pixel) => LUMA[0] * at(3 * pixel) + LUMA[1] * at(3 * pixel + 1) + LUMA[2] * at(3 * pixel + 2);
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

/** Brightness of a square and the deviation in it of J. Immerkær's mask, which neither slopes nor straight edges answer. */
const squareAt = (luma: (pixel: number) => number, width: number, left: number, top: number): Square => {
  let [sum, squares] = [0, 0];
  for (let y = top; y < top + SIDE; y++)
    for (let x = left; x < left + SIDE; x++) {
      const at = (dx: number, dy: number): number => luma((y + dy) * width + x + dx);
      const middle = at(0, 0);
      const corners = at(-1, -1) + at(1, -1) + at(-1, 1) + at(1, 1);
      const beside = at(0, -1) + at(-1, 0) + at(1, 0) + at(0, 1);
      sum += middle;
      squares += ((corners - 2 * beside + 4 * middle) / 6) ** 2;
    }
  const pixels = SIDE * SIDE;
  return { brightness: sum / pixels, noise: Math.sqrt(squares / pixels) };
};

/** How strong noise is at a brightness of 0..1: its deviation, of values 0..1. */
export type NoiseLevel = (brightness: number) => number;

/**
 * How strong a picture's noise is, by brightness: of squares alike in brightness the flattest quarter is taken to hold nothing but
 * noise, whose deviation is measured after Immerkær, "Fast noise variance estimation" (1996). No noise is found in a picture
 * smaller than one square.
 */
export const noiseOf = (picture: Frame): NoiseLevel => {
  const { width, height } = picture;
  const luma = lumaOf(picture);
  const [columns, rows] = [Math.floor((width - 2) / SIDE), Math.floor((height - 2) / SIDE)];
  if (columns < 1 || rows < 1) return () => 0;
  const every = Math.max(1, Math.ceil(Math.sqrt((columns * rows) / MOST)));
  const squares: Square[] = [];
  for (let row = 0; row < rows; row += every)
    for (let column = 0; column < columns; column += every)
      squares.push(squareAt(luma, width, 1 + column * SIDE, 1 + row * SIDE));
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
  // It is asked for at every pixel.
  const table = Float32Array.from({ length: STEPS + 1 }, (_, i) => between(classes, i / STEPS));
  return (brightness) => table[Math.round(STEPS * inside(brightness))] as number;
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
