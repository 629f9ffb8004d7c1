import { concat, fromLatin1, viewOf } from '../bytes.js';
import { entryOf, openTiff, readIfd } from '../metadata/ifd.js';
import { longs, opaque, writeTiff } from '../metadata/ifd-writer.js';
import { MULTI_PICTURE, payloads, type Segment, segment } from './jpeg-pieces.js';

/** A further picture of a multi-picture file, by its place in the file. */
export interface FurtherPicture {
  readonly start: number;
  readonly length: number;
}

const ENTRIES = 0xb002;
/** Entries that are looked at: cameras write two or three. */
const MAX_PICTURES = 64;

/**
 * The further pictures that a file lists (CIPA DC-007, multi-picture format): those that begin and end inside it.
 *
 * @param bytes the file, of which the segments are views
 */
export const furtherPictures = (
  bytes: Uint8Array,
  segments: readonly Segment[],
): readonly FurtherPicture[] => {
  const [block] = payloads(segments, 0xe2, MULTI_PICTURE);
  const tiff = block && openTiff(block);
  const entries = tiff && entryOf(readIfd(tiff, tiff.first), ENTRIES)?.value;
  if (block === undefined || tiff === undefined || entries === undefined) return [];
  const view = viewOf(entries);
  const little = tiff.order === 'II';
  const base = block.byteOffset - bytes.byteOffset;
  return Array.from({ length: Math.min(MAX_PICTURES, Math.floor(entries.length / 16)) }, (_, i) => ({
    length: view.getUint32(i * 16 + 4, little),
    offset: view.getUint32(i * 16 + 8, little),
  }))
    .filter(({ offset }) => offset > 0)
    .map(({ offset, length }) => ({ start: base + offset, length }))
    .filter(({ start, length }) => length > 0 && start + length <= bytes.length);
};

/** Attributes of an entry: the main picture is a representative one without a class of its own. */
const MAIN = 0x030000;
const OTHER = 0;

const table = (main: number, further: number, offset: number): Uint8Array => {
  const entries = new Uint8Array(32);
  const view = viewOf(entries);
  [MAIN, main, 0, 0, OTHER, further, offset, 0].forEach((value, i) => {
    view.setUint32(i * 4, value);
  });
  return concat([
    fromLatin1(MULTI_PICTURE),
    writeTiff(
      {
        fields: [
          { ...opaque(0xb000, fromLatin1('0100')) },
          longs('MM', 0xb001, [2]),
          { ...opaque(ENTRIES, entries) },
        ],
        children: [],
      },
      'MM',
    ),
  ]);
};

/** The bytes that the segment takes. */
export const MULTI_PICTURE_LENGTH = segment(0xe2, table(0, 0, 0)).length;

/**
 * The segment that lists a picture and a further one right behind it.
 *
 * @param at where the segment stands in the file
 * @param main length of the picture, the segment included
 * @param further length of the further one
 */
export const multiPictureSegment = (at: number, main: number, further: number): Uint8Array =>
  // Offsets count from the byte order mark, behind marker, length and name.
  segment(0xe2, table(main, further, main - (at + 4 + MULTI_PICTURE.length)));
