import * as E from 'fp-ts/lib/Either.js';
import { latin1 } from '../bytes.js';

/**
 * Radiance HDR (.hdr): light as numbers of three mantissas and an exponent (Ward, "Real Pixels", Graphics Gems II, 1991; the file
 * format's reference manual). Samples are linear; primaries are taken for those of sRGB, as most writers have them.
 */

export interface RadianceHeader {
  readonly width: number;
  readonly height: number;
  /** Where the samples begin. */
  readonly start: number;
  /** Whether rows come from the bottom up, and pixels from right to left. */
  readonly upwards: boolean;
  readonly leftwards: boolean;
  /** What samples are divided by: the product of the exposures that were applied to them. */
  readonly exposure: number;
}

/** A header is a few lines of text. */
const MOST_HEADER = 16_384;

const RESOLUTION = /^([+-])Y (\d{1,7}) ([+-])X (\d{1,7})$/;

/** Reads the header, or says what is wrong with it. */
export const readRadiance = (bytes: Uint8Array): E.Either<string, RadianceHeader> => {
  const text = latin1(bytes, 0, MOST_HEADER);
  const end = text.indexOf('\n\n');
  const last = text.indexOf('\n', end + 2);
  if (end < 0 || last < 0) return E.left('its header has no end');
  const lines = text.slice(0, end).split('\n').slice(1);
  const value = (name: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1).trim());
  const [format = '32-bit_rle_rgbe'] = value('FORMAT');
  if (format !== '32-bit_rle_rgbe') return E.left(`its samples are ${format}, and only RGBE can be read`);
  const found = RESOLUTION.exec(text.slice(end + 2, last).trimEnd());
  if (found === null) return E.left('its size is not said in rows and columns');
  const exposure = value('EXPOSURE').reduce((product, each) => product * Number(each), 1);
  return E.right({
    width: Number(found[4]),
    height: Number(found[2]),
    start: last + 1,
    upwards: found[1] === '+',
    leftwards: found[3] === '-',
    exposure: Number.isFinite(exposure) && exposure > 0 ? exposure : 1,
  });
};

/** Runs are coded so for rows of these lengths; others are plain. */
const isRunLength = (width: number): boolean => width >= 8 && width < 32_768;

// One row in runs: four planes, each of runs (128 and a length, one byte) and stretches. Gives where it ends; -1 where it does not.
const readRow = (bytes: Uint8Array, from: number, row: Uint8Array, width: number): number => {
  let at = from + 4;
  for (let plane = 0; plane < 4; plane++)
    for (let x = 0; x < width; ) {
      const count = bytes[at++] ?? 0;
      const isRun = count > 128;
      const length = isRun ? count - 128 : count;
      if (length === 0 || x + length > width || at + (isRun ? 1 : length) > bytes.length) return -1;
      for (let i = 0; i < length; i++) row[(x + i) * 4 + plane] = bytes[isRun ? at : at + i] as number;
      at += isRun ? 1 : length;
      x += length;
    }
  return at;
};

const toFloats = (
  row: Uint8Array,
  out: Float32Array,
  from: number,
  width: number,
  header: RadianceHeader,
): void => {
  for (let x = 0; x < width; x++) {
    const exponent = row[x * 4 + 3] as number;
    // A mantissa stands for the middle of its step.
    const scale = exponent === 0 ? 0 : 2 ** (exponent - 136) / header.exposure;
    const to = (from + (header.leftwards ? width - 1 - x : x)) * 3;
    for (let k = 0; k < 3; k++) out[to + k] = exponent === 0 ? 0 : ((row[x * 4 + k] as number) + 0.5) * scale;
  }
};

const repeats = (row: Uint8Array): boolean => {
  for (let i = 0; i < row.length; i += 4)
    if (row[i] === 1 && row[i + 1] === 1 && row[i + 2] === 1) return true;
  return false;
};

/** Light of a picture, RGB, row by row from the top left; 1 is white. Undefined where the file ends before or makes no sense. */
export const radianceSamples = (bytes: Uint8Array, header: RadianceHeader): Float32Array | undefined => {
  const { width, height, start, upwards } = header;
  // A run of 127 pixels takes two bytes in each of the four planes, beside the head of a row.
  const least = isRunLength(width) ? 4 + 8 * Math.ceil(width / 127) : width * 4;
  if (bytes.length - start < least * height) return undefined;
  const out = new Float32Array(width * height * 3);
  const row = new Uint8Array(width * 4);
  let at = start;
  for (let y = 0; y < height; y++) {
    const inRuns =
      isRunLength(width) &&
      bytes[at] === 2 &&
      bytes[at + 1] === 2 &&
      ((bytes[at + 2] ?? 255) << 8) + (bytes[at + 3] ?? 0) === width;
    if (inRuns) at = readRow(bytes, at, row, width);
    else {
      // The coding before 1991 repeats a pixel by one of three ones, which no light has.
      if (at + width * 4 > bytes.length) return undefined;
      row.set(bytes.subarray(at, at + width * 4));
      if (repeats(row)) return undefined;
      at += width * 4;
    }
    if (at < 0) return undefined;
    toFloats(row, out, (upwards ? height - 1 - y : y) * width, width, header);
  }
  return out;
};
