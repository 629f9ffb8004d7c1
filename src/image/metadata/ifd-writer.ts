import { concat, viewOf } from '../bytes.js';
import type { ByteOrder } from './ifd.js';

/** A field to be written: its value is already in the file's byte order. */
export interface Field {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: Uint8Array;
}

/** A directory to be written, with those its fields point to. */
export interface Directory {
  readonly fields: readonly Field[];
  readonly children: readonly { readonly tag: number; readonly directory: Directory }[];
}

/** Field types that this program writes. */
const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;

const numbers =
  (type: typeof SHORT | typeof LONG) =>
  (order: ByteOrder, tag: number, values: readonly number[]): Field => {
    const width = type === SHORT ? 2 : 4;
    const value = new Uint8Array(values.length * width);
    const view = viewOf(value);
    values.forEach((number, i) => {
      if (type === SHORT) view.setUint16(i * 2, number, order === 'II');
      else view.setUint32(i * 4, number, order === 'II');
    });
    return { tag, type, count: values.length, value };
  };

/** A field of 16-bit integers. */
export const shorts = numbers(SHORT);

/** A field of 32-bit integers. */
export const longs = numbers(LONG);

/** A field of unsigned fractions, given as numbers; kept to a thousandth. */
export const rationals = (order: ByteOrder, tag: number, values: readonly number[]): Field => ({
  ...longs(
    order,
    tag,
    values.flatMap((number) => [Math.round(number * 1000), 1000]),
  ),
  type: 5,
  count: values.length,
});

/** A field of bytes that have a meaning of their own (XMP, ICC, IPTC). */
export const opaque = (tag: number, value: Uint8Array): Field => ({
  tag,
  type: UNDEFINED,
  count: value.length,
  value,
});

const even = (length: number): number => length + (length & 1);

const tableSize = (fields: number): number => 2 + fields * 12 + 4;

/**
 * The bytes of a directory and of all it points to, for a file in which they will stand at offset `at`. Fields are
 * sorted by tag as TIFF asks; of two with one tag the first is kept. The directory is the last of its chain.
 */
export const writeDirectory = (directory: Directory, order: ByteOrder, at: number): Uint8Array => {
  const little = order === 'II';
  const tags = new Set(directory.children.map(({ tag }) => tag));
  const own = directory.fields.filter((field, i, all) => {
    const first = all.findIndex(({ tag }) => tag === field.tag) === i;
    return first && !tags.has(field.tag);
  });
  const start = at + tableSize(own.length + directory.children.length);

  // Values longer than four bytes follow the table, then the children, each on an even offset.
  const places: number[] = [];
  let end = start;
  for (const { value } of own) {
    places.push(value.length <= 4 ? 0 : end);
    end += value.length <= 4 ? 0 : even(value.length);
  }
  const children: { readonly field: Field; readonly offset: number; readonly bytes: Uint8Array }[] = [];
  for (const { tag, directory: child } of directory.children) {
    const bytes = writeDirectory(child, order, end);
    children.push({ field: longs(order, tag, [end]), offset: end, bytes });
    end += even(bytes.length);
  }

  const out = new Uint8Array(end - at);
  const view = viewOf(out);
  const rows = [
    ...own.map((field, i) => ({ field, offset: places[i] ?? 0 })),
    ...children.map(({ field }) => ({ field, offset: 0 })),
  ].sort((a, b) => a.field.tag - b.field.tag);
  view.setUint16(0, rows.length, little);
  rows.forEach(({ field, offset }, i) => {
    const row = 2 + i * 12;
    view.setUint16(row, field.tag, little);
    view.setUint16(row + 2, field.type, little);
    view.setUint32(row + 4, field.count, little);
    if (offset === 0) out.set(field.value, row + 8);
    else {
      view.setUint32(row + 8, offset, little);
      out.set(field.value, offset - at);
    }
  });
  for (const { offset, bytes } of children) out.set(bytes, offset - at);
  return out;
};

/** A whole TIFF structure that holds one directory and its children: what an EXIF block is. */
export const writeTiff = (directory: Directory, order: ByteOrder): Uint8Array => {
  const head = new Uint8Array(8);
  head.set(order === 'II' ? [0x49, 0x49] : [0x4d, 0x4d]);
  viewOf(head).setUint16(2, 42, order === 'II');
  viewOf(head).setUint32(4, 8, order === 'II');
  return concat([head, writeDirectory(directory, order, 8)]);
};
