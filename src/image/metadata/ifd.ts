import { hasText, viewOf } from '../bytes.js';

/**
 * Image file directories, the records of which TIFF files and EXIF blocks are made (TIFF 6.0, section 2; BigTIFF is
 * read too). Values are kept as bytes in the order of their file, so that they can be given back unchanged.
 */

/** `II` little-endian, `MM` big-endian. */
export type ByteOrder = 'II' | 'MM';

/** One field of a directory. `value` is a view of its bytes; `at` is where the field itself stands in the file. */
export interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: Uint8Array;
  readonly at: number;
}

/** A directory, and the offset of the next one (0: none). */
export interface Ifd {
  readonly entries: readonly Entry[];
  readonly next: number;
  /** Where the offset of the next directory stands. */
  readonly nextAt: number;
}

/** A TIFF structure, opened: its byte order and the offset of its first directory. */
export interface Tiff {
  readonly bytes: Uint8Array;
  readonly order: ByteOrder;
  readonly big: boolean;
  readonly first: number;
}

/** Bytes of one value of each field type, 1 to 13, and 16 to 18 of BigTIFF. */
const sizes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** A directory of more fields than this is taken for damage. */
const maxEntries = 4096;

/**
 * Opens a TIFF structure; undefined when the bytes are not one.
 *
 * @param others numbers that stand in the place of TIFF's 42 in files of cameras' makers
 */
export const openTiff = (bytes: Uint8Array, others: readonly number[] = []): Tiff | undefined => {
  const order = hasText(bytes, 'II') ? 'II' : hasText(bytes, 'MM') ? 'MM' : undefined;
  if (order === undefined || bytes.length < 8) return undefined;
  const view = viewOf(bytes);
  const little = order === 'II';
  const magic = view.getUint16(2, little);
  if (magic === 42 || others.includes(magic))
    return { bytes, order, big: false, first: view.getUint32(4, little) };
  if (magic === 43 && bytes.length >= 16)
    return { bytes, order, big: true, first: Number(view.getBigUint64(8, little)) };
  return undefined;
};

/** Reads the directory at an offset; undefined when it does not fit the file. Fields that do not fit are left out. */
export const readIfd = (tiff: Tiff, offset: number): Ifd | undefined => {
  const { bytes, big } = tiff;
  const little = tiff.order === 'II';
  const view = viewOf(bytes);
  const [head, size, inline] = big ? [8, 20, 8] : [2, 12, 4];
  if (offset < 8 || offset + head > bytes.length) return undefined;
  const integer = (at: number): number =>
    big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
  const count = big ? integer(offset) : view.getUint16(offset, little);
  const nextAt = offset + head + count * size;
  if (count > maxEntries || nextAt > bytes.length) return undefined;
  const entries = Array.from({ length: count }, (_, i): Entry | undefined => {
    const at = offset + head + i * size;
    const type = view.getUint16(at + 2, little);
    const values = integer(at + 4);
    const length = (sizes[type] ?? 0) * values;
    const start = length <= inline ? at + size - inline : integer(at + size - inline);
    return length === 0 || start + length > bytes.length
      ? undefined
      : {
          tag: view.getUint16(at, little),
          type,
          count: values,
          value: bytes.subarray(start, start + length),
          at,
        };
  });
  return {
    entries: entries.filter((entry) => entry !== undefined),
    // Many writers leave out the last offset when nothing follows.
    next: nextAt + inline <= bytes.length ? integer(nextAt) : 0,
    nextAt,
  };
};

/**
 * The first integers of a BYTE, SHORT, LONG, IFD or LONG8 field, `most` of them at most; empty for other types. A field can
 * be as long as its file.
 */
export const integersOf = (order: ByteOrder, entry: Entry | undefined, most: number): readonly number[] => {
  if (entry === undefined) return [];
  const view = viewOf(entry.value);
  const little = order === 'II';
  const at = (i: number): number => {
    if (entry.type === 1 || entry.type === 7) return view.getUint8(i);
    if (entry.type === 3) return view.getUint16(i * 2, little);
    if (entry.type === 4 || entry.type === 13) return view.getUint32(i * 4, little);
    return Number(view.getBigUint64(i * 8, little));
  };
  return [1, 3, 4, 7, 13, 16, 18].includes(entry.type)
    ? Array.from({ length: Math.min(entry.count, most) }, (_, i) => at(i))
    : [];
};

/** The field of that tag. */
export const entryOf = (ifd: Ifd | undefined, tag: number): Entry | undefined =>
  ifd?.entries.find((entry) => entry.tag === tag);

/** The first integer of the field of that tag. */
export const integerOf = (tiff: Tiff, ifd: Ifd | undefined, tag: number): number | undefined =>
  integersOf(tiff.order, entryOf(ifd, tag), 1)[0];

/** The directory that a field of another one points to. */
export const childOf = (tiff: Tiff, ifd: Ifd | undefined, tag: number): Ifd | undefined => {
  const offset = integerOf(tiff, ifd, tag);
  return offset === undefined ? undefined : readIfd(tiff, offset);
};
