import { hasText, viewOf } from '../bytes.js';
import { orientationOf } from '../metadata/exif.js';
import { type JpegHeader, readJpeg } from './jpeg.js';
import { segmentsOf } from './jpeg-pieces.js';
import { isCr3, readCr3 } from './raw-cr3.js';
import type { RawParts, Stretch } from './raw-parts.js';
import { readRawTiff } from './raw-tiff.js';

/**
 * Cameras' raw files: what the sensor saw, which only a raw converter makes a picture of, and JPEGs that the camera made of it. Of
 * these the largest is read here, with what the raw file says of the photo.
 */

/** A raw file's largest preview, and what is said of the photo. */
export interface RawHeader extends Omit<RawParts, 'candidates'> {
  readonly preview: Uint8Array;
  readonly jpeg: JpegHeader;
  /** What is said of the sensor's picture. */
  readonly sensor: RawParts;
}

/** A raw file without a JPEG in it. */
export interface BareRaw {
  readonly preview: undefined;
  readonly sensor: RawParts | undefined;
  readonly complete: boolean;
}

/** Frames of lossless JPEG, in which sensors' samples are stored. */
const LOSSLESS: ReadonlySet<number> = new Set([0xc3, 0xc7, 0xcb, 0xcf]);

/** So many stretches are looked at: real files have five. */
const MOST_CANDIDATES = 64;

const jpegAt = (
  bytes: Uint8Array,
  { start, length }: Stretch,
): Pick<RawHeader, 'preview' | 'jpeg'> | undefined => {
  if (start < 0 || length < 4 || start + length > bytes.length || !hasText(bytes, '\xff\xd8\xff', start))
    return undefined;
  const preview = bytes.subarray(start, start + length);
  if (segmentsOf(preview).some(({ marker }) => LOSSLESS.has(marker))) return undefined;
  const jpeg = readJpeg(preview);
  return jpeg?.precision === 8 && (jpeg.components === 3 || jpeg.components === 1)
    ? { preview, jpeg }
    : undefined;
};

const pixels = ({ jpeg }: Pick<RawHeader, 'jpeg'>): number => jpeg.width * jpeg.height;

/** Fields of the sensor's header that are looked at: real files have thirty. */
const MOST_FIELDS = 256;

// The header of the sensor's samples: a count of fields, each with its number, its length and its value.
const sizeInRaf = (bytes: Uint8Array, { start, length }: Stretch): RawParts['size'] => {
  if (length < 4 || start + length > bytes.length) return undefined;
  const view = viewOf(bytes.subarray(start, start + length));
  const fields = Math.min(view.getUint32(0), MOST_FIELDS);
  for (let [i, at] = [0, 4]; i < fields && at + 8 <= length; i++) {
    const isSize = view.getUint16(at) === SENSOR_SIZE && view.getUint16(at + 2) === 4;
    if (isSize) return { width: view.getUint16(at + 6), height: view.getUint16(at + 4) };
    at += 4 + view.getUint16(at + 2);
  }
  return undefined;
};

/** The field of the sensor's height and width, in the header of Fujifilm's files. */
const SENSOR_SIZE = 0x100;

// RAF: a header with the places of its JPEG, its header of the sensor, and the sensor's samples.
const readRaf = (bytes: Uint8Array): RawParts => {
  const view = viewOf(bytes);
  const at = (place: number): Stretch => ({
    start: view.getUint32(place),
    length: view.getUint32(place + 4),
  });
  return {
    candidates: [at(84)],
    exif: undefined,
    xmp: undefined,
    iptc: undefined,
    orientation: undefined,
    colour: undefined,
    size: sizeInRaf(bytes, at(92)),
    complete: [at(84), at(92), at(100)].every(({ start, length }) => start + length <= bytes.length),
    leftovers: [],
  };
};

const partsOf = (bytes: Uint8Array): RawParts | undefined => {
  if (hasText(bytes, 'FUJIFILMCCD-RAW')) return readRaf(bytes);
  return isCr3(bytes) ? readCr3(bytes) : readRawTiff(bytes);
};

/** Reads a raw file's largest preview; undefined where it has none, with whether pieces of the file are missing. */
export const readRaw = (bytes: Uint8Array): RawHeader | BareRaw => {
  const parts = partsOf(bytes);
  if (parts === undefined) return { preview: undefined, sensor: undefined, complete: true };
  const { candidates, ...rest } = parts;
  const found = candidates
    .slice(0, MOST_CANDIDATES)
    .map((stretch) => jpegAt(bytes, stretch))
    .filter((each) => each !== undefined)
    .sort((a, b) => pixels(b) - pixels(a))[0];
  if (found === undefined) return { preview: undefined, sensor: parts, complete: parts.complete };
  const { jpeg } = found;
  // A preview that is described is described better than by what can be taken out of the raw file around it.
  const exif = jpeg.exif ?? parts.exif;
  return {
    ...rest,
    ...found,
    exif,
    xmp: parts.xmp ?? jpeg.xmp,
    orientation: parts.orientation ?? orientationOf(exif),
    sensor: { ...parts, exif, xmp: parts.xmp ?? jpeg.xmp },
    leftovers:
      jpeg.exif === undefined ? rest.leftovers : rest.leftovers.filter((each) => each !== 'maker notes'),
  };
};
