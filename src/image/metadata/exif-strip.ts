import { viewOf } from '../bytes.js';
import { childOf, type Entry, type Ifd, integerOf, openTiff, readIfd, type Tiff } from './ifd.js';
import { isPrivate, type Strippable, type Stripped, takesMakers } from './strip.js';

const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;

/**
 * Fields of the main directory, GeoTIFF's coordinates among them, and of the one for the photo; Camera Raw writes serial number and
 * owner under numbers of its own, 0xfde9 and 0xfde8.
 */
const tags: Readonly<Partial<Record<Strippable, readonly number[]>>> = {
  gps: [GPS_IFD, 33550, 33922, 34264, 34735, 34736, 34737, 42112],
  serial: [0xc62f, 0xa431, 0xa435, 0xfde9],
  owner: [0xa430, 0xfde8],
  makernote: [0x927c, 0xc634],
};

const goneTags = (stripped: Stripped): ReadonlySet<number> => {
  const groups = [...stripped, ...(takesMakers(stripped) ? (['makernote'] as const) : [])];
  return new Set(groups.flatMap((group) => tags[group] ?? []));
};

const clear = (exif: Uint8Array, { value }: Pick<Entry, 'value'>, source: Uint8Array): void => {
  const start = value.byteOffset - source.byteOffset;
  exif.fill(0, start, start + value.length);
};

/** Clears a directory with all its values. */
const clearDirectory = (exif: Uint8Array, tiff: Tiff, ifd: Ifd | undefined, offset: number): void => {
  if (ifd === undefined) return;
  for (const entry of ifd.entries) clear(exif, entry, tiff.bytes);
  exif.fill(0, offset, Math.min(ifd.nextAt + 4, exif.length));
};

// Fields that stay move up in their table; their values, and all else in the block, stay where they are.
const withoutRows = (exif: Uint8Array, tiff: Tiff, offset: number, gone: ReadonlySet<number>): void => {
  const ifd = readIfd(tiff, offset);
  if (ifd === undefined) return;
  const little = tiff.order === 'II';
  const view = viewOf(exif);
  for (const entry of ifd.entries) {
    if (!gone.has(entry.tag)) continue;
    if (entry.tag === GPS_IFD) {
      const at = integerOf(tiff, ifd, GPS_IFD) ?? 0;
      clearDirectory(exif, tiff, readIfd(tiff, at), at);
    }
    clear(exif, entry, tiff.bytes);
  }
  const count = view.getUint16(offset, little);
  const rows = Array.from({ length: count }, (_, i) => offset + 2 + 12 * i);
  const kept = rows.filter((at) => !gone.has(view.getUint16(at, little)));
  if (kept.length === count) return;
  const next = ifd.nextAt + 4 <= exif.length ? view.getUint32(ifd.nextAt, little) : 0;
  const table = kept.map((at) => exif.slice(at, at + 12));
  exif.fill(0, offset + 2, Math.min(ifd.nextAt + 4, exif.length));
  view.setUint16(offset, kept.length, little);
  table.forEach((row, i) => {
    exif.set(row, offset + 2 + 12 * i);
  });
  view.setUint32(offset + 2 + 12 * kept.length, next, little);
};

const LONG = 4;

/** Where pixels of the second directory lie: a JPEG, or strips. */
const clearThumbnail = (exif: Uint8Array, tiff: Tiff, main: Ifd): void => {
  const second = readIfd(tiff, main.next);
  if (second !== undefined) {
    const ranges = [
      [0x0201, 0x0202],
      [0x0111, 0x0117],
    ] as const;
    for (const [at, length] of ranges) {
      const start = integerOf(tiff, second, at) ?? 0;
      exif.fill(0, start, start + (integerOf(tiff, second, length) ?? 0));
    }
    clearDirectory(exif, tiff, second, main.next);
  }
  if (main.nextAt + LONG <= exif.length) viewOf(exif).setUint32(main.nextAt, 0);
};

/**
 * A copy of an EXIF block without what is to go: fields are taken out of their tables, and their values cleared, so that nothing
 * else moves. Undefined where the block cannot be read, and may hold anything.
 */
export const strippedExif = (exif: Uint8Array, stripped: Stripped): Uint8Array | undefined => {
  if (!isPrivate(stripped) && !takesMakers(stripped) && !stripped.has('thumbnail')) return exif;
  const tiff = openTiff(exif);
  const main = tiff === undefined || tiff.big ? undefined : readIfd(tiff, tiff.first);
  if (tiff === undefined || main === undefined) return undefined;
  const gone = goneTags(stripped);
  const copy = exif.slice();
  const photo = integerOf(tiff, main, EXIF_IFD);
  if (childOf(tiff, main, EXIF_IFD) !== undefined && photo !== undefined)
    withoutRows(copy, tiff, photo, gone);
  if (stripped.has('thumbnail')) clearThumbnail(copy, tiff, main);
  else if (main.next > 0) withoutRows(copy, tiff, main.next, gone);
  // Last, since the offset of the next directory stands behind its table.
  withoutRows(copy, { ...tiff, bytes: copy }, tiff.first, gone);
  return copy;
};
