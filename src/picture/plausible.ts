import { type Diagnostic, failure, warning } from '../diagnostics/index.js';
import { maxOf } from '../image/samples/samples.js';
import type { Samples } from '../ports/index.js';

/** What is seen of many values: 0 is black and 1 white, and values may go beyond. */
export interface Spread {
  readonly least: number;
  readonly largest: number;
  /** Share of values at or beyond black or white. */
  readonly ends: number;
  /** Share of values that are beyond black, or white, by more than rounding. */
  readonly below: number;
  readonly above: number;
}

/** Values that are looked at: enough for shares of all. */
const LOOKED_AT = 1 << 17;

/** What is seen of samples, black 0 and white 1, evenly chosen where there are many. */
export const spreadOf = ({ depth, data }: Samples): Spread => {
  const white = maxOf(depth);
  // Odd, so that it does not fall on one channel of an even number of them.
  const step = Math.max(1, Math.floor(data.length / LOOKED_AT)) | 1;
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [ends, below, above, count] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i += step) {
    const value = (data[i] as number) / white;
    if (value < least) least = value;
    if (value > largest) largest = value;
    if (value <= 0 || value >= 1) ends++;
    if (value < -0.02) below++;
    if (value > 1.02) above++;
    count++;
  }
  const share = (n: number): number => n / Math.max(1, count);
  return { least, largest, ends: share(ends), below: share(below), above: share(above) };
};

/** The place of the first value that is no finite number; undefined where all are. */
export const notFinite = (data: Float32Array): number | undefined => {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return undefined;
};

/** A result that is no picture: it has values that are no numbers, which would be written as black. */
export const noNumbers = (name: string, value: number | undefined): Diagnostic =>
  failure('model/not-finite', `${name} gave values that are ${value}, which are no colours.`);

/** Share of values at the ends of the range from which a result cannot be right, and that a photo may have itself. */
const ALL = 0.9;
const HALF = 0.5;

/** Share of values beyond the range from which it is not the range of the result. */
const BEYOND = 0.3;

/** A level of 8 bits, and as much as a photo has to differ from itself to be no even surface. */
const LEVEL = 1 / 255;
const EVEN = 16 / 255;

/** What the result would have to be told by. */
interface Told {
  readonly name: string;
  /** What black and white are in the result, as it was read. */
  readonly range: readonly [black: number, white: number];
}

/** The result's own values: of 0..1 as it was read. */
const raw = ([black, white]: Told['range'], value: number): number => black + value * (white - black);

const shown = (value: number): string => Number(value.toPrecision(3)).toString();

/** The likely cause, by the values that the model gave. */
const causeOf = ({ range }: Told, { least, largest }: Spread): string => {
  const [from, to] = [raw(range, least), raw(range, largest)];
  if (to > 2 && to <= 400 && from >= -16 && range[1] === 1)
    return 'They look like 0..255: say `outputRange: 0..255`.';
  if (range[1] === 255 && to <= 1.5 && from >= -1.5)
    return `They look like ${from < -0.1 ? '-1..1' : '0..1'}: say \`outputRange: ${from < -0.1 ? '-1..1' : '0..1'}\`.`;
  if (from < -0.1 && from >= -1.5 && to <= 1.5 && range[0] === 0)
    return 'They look like -1..1: say `outputRange: -1..1`.';
  return 'Look at what the model was trained with: `range`, `mean` and `std` of what it takes, `outputRange` of what it gives, `channels: bgr`, `layout: nhwc`.';
};

/**
 * What is doubtful about a result, given the photo that it was made of: nearly all of it is at or beyond the ends of the
 * range, or it is one value, and the photo is not so. The message says what the likely cause is.
 */
export const doubtAbout = (told: Told, photo: Spread, result: Spread): Diagnostic | undefined => {
  const { name, range } = told;
  const values = `its values go from ${shown(raw(range, result.least))} to ${shown(raw(range, result.largest))}, where black is ${range[0]} and white is ${range[1]}`;
  const hint = causeOf(told, result);
  const [low, high] = [Math.max(0, result.least), Math.min(1, result.largest)];
  if (high - low <= LEVEL && photo.largest - photo.least >= EVEN)
    return warning('model/one-value', `${name} gave a picture of one value: ${values}. ${hint}`, { hint });
  const isOut = result.ends >= ALL && photo.ends < HALF;
  const isBeyond = result.below + result.above >= BEYOND && photo.below + photo.above < BEYOND / 2;
  return isOut || isBeyond
    ? warning(
        'model/out-of-range',
        `${name} gave a picture that is ${isOut ? 'nearly all' : 'to a large part'} at or beyond black or white: ${values}. ${hint}`,
        { hint },
      )
    : undefined;
};

/** How much nearer a result is to the photo with red and blue exchanged, from which it is taken for exchanged. */
const NEARER = 4;

/** A distance between photo and result that is worth a look, mean of values 0..1. */
const FAR = 0.05;

/**
 * Whether red and blue of a result look exchanged: so it is far from the photo, and near to it when they are put back.
 *
 * @param photo interleaved values of three channels, and the result's of the same size
 */
export const exchanged = (name: string, photo: Samples, result: Samples): Diagnostic | undefined => {
  if (photo.data.length !== result.data.length) return undefined;
  const [whiteOf, white] = [maxOf(photo.depth), maxOf(result.depth)];
  const step = 3 * Math.max(1, Math.floor(photo.data.length / LOOKED_AT));
  let [asIs, back] = [0, 0];
  let count = 0;
  for (let i = 0; i + 2 < photo.data.length; i += step) {
    const [r, b] = [(photo.data[i] as number) / whiteOf, (photo.data[i + 2] as number) / whiteOf];
    const [x, z] = [(result.data[i] as number) / white, (result.data[i + 2] as number) / white];
    asIs += Math.abs(x - r) + Math.abs(z - b);
    back += Math.abs(z - r) + Math.abs(x - b);
    count += 2;
  }
  return asIs / count > FAR && back * NEARER < asIs
    ? warning(
        'model/exchanged',
        `${name} gave a picture whose red and blue look exchanged. Say \`channels: bgr\` if the model was trained so.`,
      )
    : undefined;
};
