import { concat, hasText, viewOf } from '../bytes.js';
import { childOf, type Entry, entryOf, type Ifd, integerOf, openTiff, readIfd, type Tiff } from './ifd.js';

/**
 * EXIF blocks (CIPA DC-008). They are patched in place, never taken apart: maker notes hold offsets into their block
 * that nobody but the maker knows, so nothing in it may move.
 */

const ORIENTATION = 0x0112;
const IMAGE_WIDTH = 0x0100;
const IMAGE_LENGTH = 0x0101;
const EXIF_IFD = 0x8769;
const PIXEL_X = 0xa002;
const PIXEL_Y = 0xa003;
const X_RESOLUTION = 0x011a;
const RESOLUTION_UNIT = 0x0128;
const THUMBNAIL_AT = 0x0201;
const THUMBNAIL_LENGTH = 0x0202;
const SHORT = 3;

/** The block without the `Exif\0\0` that some containers put before it. */
export const stripExifHeader = (block: Uint8Array): Uint8Array =>
  hasText(block, 'Exif\0') ? block.subarray(6) : block;

interface Opened {
  readonly tiff: Tiff;
  readonly main: Ifd;
}

const open = (exif: Uint8Array | undefined): Opened | undefined => {
  const tiff = exif === undefined ? undefined : openTiff(exif);
  const main = tiff === undefined || tiff.big ? undefined : readIfd(tiff, tiff.first);
  return tiff === undefined || main === undefined ? undefined : { tiff, main };
};

/** Orientation 1..8; 1 when the block says nothing, or nonsense. */
export const orientationOf = (exif: Uint8Array | undefined): number => {
  const opened = open(exif);
  const value = opened && integerOf(opened.tiff, opened.main, ORIENTATION);
  return value !== undefined && value >= 1 && value <= 8 ? value : 1;
};

/** Pixels per inch; undefined when the block does not say. */
export const densityOf = (exif: Uint8Array | undefined): number | undefined => {
  const opened = open(exif);
  const entry = entryOf(opened?.main, X_RESOLUTION);
  if (opened === undefined || entry === undefined || entry.type !== 5) return undefined;
  const little = opened.tiff.order === 'II';
  const view = viewOf(entry.value);
  const value = view.getUint32(0, little) / view.getUint32(4, little);
  const perInch = integerOf(opened.tiff, opened.main, RESOLUTION_UNIT) === 3 ? value * 2.54 : value;
  return Number.isFinite(perInch) && perInch > 0 ? perInch : undefined;
};

// A single SHORT or LONG stands in its field's last four bytes; a LONG is written, so that any size fits.
const setInteger = (exif: Uint8Array, { tiff }: Opened, entry: Entry | undefined, value: number): void => {
  if (entry === undefined || entry.count !== 1 || ![3, 4].includes(entry.type)) return;
  const view = viewOf(exif);
  const little = tiff.order === 'II';
  const short = entry.type === SHORT && value <= 0xffff;
  view.setUint16(entry.at + 2, short ? SHORT : 4, little);
  view.setUint32(entry.at + 8, 0);
  if (short) view.setUint16(entry.at + 8, value, little);
  else view.setUint32(entry.at + 8, value, little);
};

/** A copy of the block whose orientation is 1 in every directory that has one: the pixels are upright already. */
export const withUprightOrientation = (exif: Uint8Array): Uint8Array => {
  const opened = open(exif);
  if (opened === undefined) return exif;
  const copy = exif.slice();
  setInteger(copy, opened, entryOf(opened.main, ORIENTATION), 1);
  setInteger(copy, opened, entryOf(readIfd(opened.tiff, opened.main.next), ORIENTATION), 1);
  return copy;
};

/** A copy of the block whose size tags, where it has them, say the size of the picture they are written with. */
export const withSize = (exif: Uint8Array, width: number, height: number): Uint8Array => {
  const opened = open(exif);
  if (opened === undefined) return exif;
  const copy = exif.slice();
  const photo = childOf(opened.tiff, opened.main, EXIF_IFD);
  setInteger(copy, opened, entryOf(opened.main, IMAGE_WIDTH), width);
  setInteger(copy, opened, entryOf(opened.main, IMAGE_LENGTH), height);
  setInteger(copy, opened, entryOf(photo, PIXEL_X), width);
  setInteger(copy, opened, entryOf(photo, PIXEL_Y), height);
  return copy;
};

/** The JPEG thumbnail in the block's second directory; undefined when there is none. */
export const thumbnailOf = (exif: Uint8Array | undefined): Uint8Array | undefined => {
  const opened = open(exif);
  const second = opened && readIfd(opened.tiff, opened.main.next);
  const at = opened && integerOf(opened.tiff, second, THUMBNAIL_AT);
  const length = opened && integerOf(opened.tiff, second, THUMBNAIL_LENGTH);
  if (exif === undefined || at === undefined || length === undefined) return undefined;
  return length > 0 && at + length <= exif.length ? exif.subarray(at, at + length) : undefined;
};

/**
 * A copy of the block with another thumbnail in the place of the one it has; over the old one where it fits, else at
 * the end. Without a new one the second directory is unlinked, so that no stale picture is shown.
 */
export const withThumbnail = (exif: Uint8Array, jpeg: Uint8Array | undefined): Uint8Array => {
  const opened = open(exif);
  const old = thumbnailOf(exif);
  if (opened === undefined || old === undefined) return exif;
  const second = readIfd(opened.tiff, opened.main.next);
  const start = old.byteOffset - exif.byteOffset;
  const fits = jpeg !== undefined && jpeg.length <= old.length;
  const copy = jpeg === undefined || fits ? exif.slice() : concat([exif, jpeg]);
  copy.fill(0, start, start + old.length);
  if (jpeg === undefined) {
    viewOf(copy).setUint32(opened.main.nextAt, 0);
    return copy;
  }
  if (fits) copy.set(jpeg, start);
  setInteger(copy, opened, entryOf(second, THUMBNAIL_AT), fits ? start : exif.length);
  setInteger(copy, opened, entryOf(second, THUMBNAIL_LENGTH), jpeg.length);
  return copy;
};
