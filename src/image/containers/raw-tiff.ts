import type { DeclaredColour, NoiseLevel } from '../../ports/index.js';
import { hasText, viewOf } from '../bytes.js';
import { adobeRgb, proPhoto } from '../colour/declared.js';
import {
  childOf,
  entryOf,
  type Ifd,
  integerOf,
  integersOf,
  openTiff,
  readIfd,
  type Tiff,
} from '../metadata/ifd.js';
import { MAX_PIECES } from './container.js';
import { segmentsOf } from './jpeg-pieces.js';
import type { RawParts, Stretch } from './raw-parts.js';
import { descriptionOfParts, EXIF_IFD, GPS_IFD, IPTC, iptcValue, XMP } from './tiff.js';

/** Raw files in TIFF's form: DNG, NEF, CR2, ARW, PEF, SRW and others; ORF and RW2, which have another number in their head. */

const OLYMPUS = [0x4f52, 0x5352];
const PANASONIC = 0x55;

const SUB_IFDS = 330;
const MAKER_NOTE = 0x927c;
const ORIENTATION = 274;
const COMPRESSION = 259;
const PHOTOMETRIC = 262;
const COLOUR_FILTER_ARRAY = 32803;
const LINEAR_RAW = 34892;
/** The JPEG of Panasonic’s files. */
const JPEG_FROM_RAW = 0x2e;
/** What a DNG says of the colours of its preview. */
const PREVIEW_COLOUR_SPACE = 50970;
const CREDENTIALS = 52545;
/** What a DNG says of its noise, in fields of doubles. */
const NOISE_PROFILE = 51041;
const DOUBLE = 12;
/** Panasonic's fields of the sensor's width and height. */
const PANASONIC_SIZE = [2, 3] as const;
/** Olympus: its settings in the maker notes, and the preview in them. */
const CAMERA_SETTINGS = 0x2020;

/** Directories that are looked at: real files have ten. */
const MOST_DIRECTORIES = 64;

/** All directories: the chain's, and those within them, each once. */
const directoriesOf = (tiff: Tiff): readonly Ifd[] => {
  const found: Ifd[] = [];
  const seen = new Set<number>();
  const waiting = [tiff.first];
  for (let at = waiting.shift(); at !== undefined && found.length < MOST_DIRECTORIES; at = waiting.shift()) {
    if (at === 0 || seen.has(at)) continue;
    seen.add(at);
    const ifd = readIfd(tiff, at);
    if (ifd === undefined) continue;
    found.push(ifd);
    waiting.push(ifd.next, ...integersOf(tiff.order, entryOf(ifd, SUB_IFDS), MOST_DIRECTORIES));
  }
  return found;
};

const placesIn = (tiff: Tiff, ifd: Ifd, offsets: number, lengths: number): readonly Stretch[] => {
  const starts = integersOf(tiff.order, entryOf(ifd, offsets), MAX_PIECES);
  const sizes = integersOf(tiff.order, entryOf(ifd, lengths), MAX_PIECES);
  return starts.map((start, i) => ({ start, length: sizes[i] ?? 0 }));
};

const [STRIPS, STRIP_SIZES, TILES, TILE_SIZES, JPEG_AT, JPEG_LENGTH] = [
  273, 279, 324, 325, 513, 514,
] as const;

/** What may be JPEGs: by the old fields for one, and single strips that are compressed so. */
const jpegsIn = (tiff: Tiff, ifd: Ifd): readonly Stretch[] => {
  const strips = placesIn(tiff, ifd, STRIPS, STRIP_SIZES);
  const isJpeg = [6, 7].includes(integerOf(tiff, ifd, COMPRESSION) ?? 0);
  const embedded = entryOf(ifd, JPEG_FROM_RAW);
  return [
    ...placesIn(tiff, ifd, JPEG_AT, JPEG_LENGTH),
    ...(isJpeg && strips.length === 1 ? strips : []),
    ...(embedded && embedded.type === 7
      ? [{ start: embedded.value.byteOffset - tiff.bytes.byteOffset, length: embedded.value.length }]
      : []),
  ];
};

// Maker notes of Olympus begin with their name, and count from there.
const olympusPreview = (tiff: Tiff, photo: Ifd | undefined): readonly Stretch[] => {
  const note = entryOf(photo, MAKER_NOTE)?.value;
  if (note === undefined || !hasText(note, 'OLYMPUS\0')) return [];
  const inside: Tiff = { ...tiff, bytes: note };
  const main = readIfd(inside, 12);
  const settings = childOf(inside, main, CAMERA_SETTINGS);
  const [start, length] = [0x101, 0x102].map((tag) => integerOf(inside, settings, tag));
  return start === undefined || length === undefined
    ? []
    : [{ start: note.byteOffset - tiff.bytes.byteOffset + start, length }];
};

const isSensor = (tiff: Tiff, ifd: Ifd): boolean =>
  [COLOUR_FILTER_ARRAY, LINEAR_RAW].includes(integerOf(tiff, ifd, PHOTOMETRIC) ?? 0);

const sizeBy = (tiff: Tiff, ifd: Ifd | undefined, tags: readonly [number, number]): RawParts['size'] => {
  const [width, height] = tags.map((tag) => integerOf(tiff, ifd, tag));
  return width === undefined || height === undefined ? undefined : { width, height };
};

// The samples of a CR2 are a lossless JPEG, whose components lie side by side (ITU T.81, B.2.2).
const sizeOfLossless = ({ bytes }: Tiff, stretches: readonly Stretch[]): RawParts['size'] => {
  for (const { start, length } of stretches) {
    const jpeg = start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined;
    const head = jpeg && segmentsOf(jpeg).find(({ marker }) => marker === 0xc3)?.payload;
    if (head === undefined || head.length < 6) continue;
    const view = viewOf(head);
    return { width: view.getUint16(3) * view.getUint8(5), height: view.getUint16(1) };
  }
  return undefined;
};

const magicOf = ({ bytes, order }: Tiff): number => viewOf(bytes).getUint16(2, order === 'II');

/** Of the sensor's picture: where a directory says that it is one, by Panasonic's fields, or in what is coded as Canon does it. */
const sizeOf = (tiff: Tiff, directories: readonly Ifd[]): RawParts['size'] =>
  directories
    .filter((ifd) => isSensor(tiff, ifd))
    .map((ifd) => sizeBy(tiff, ifd, [256, 257]))
    .filter((size) => size !== undefined)
    .sort((a, b) => b.width * b.height - a.width * a.height)[0] ??
  (magicOf(tiff) === PANASONIC ? sizeBy(tiff, directories[0], PANASONIC_SIZE) : undefined) ??
  sizeOfLossless(
    tiff,
    directories.flatMap((ifd) => placesIn(tiff, ifd, STRIPS, STRIP_SIZES)),
  );

/** What a DNG says of its noise: pairs of two numbers, one pair for all colours or one for each. */
const noiseOf = (tiff: Tiff, directories: readonly Ifd[]): readonly NoiseLevel[] | undefined => {
  const entry = directories.map((ifd) => entryOf(ifd, NOISE_PROFILE)).find((each) => each?.type === DOUBLE);
  if (entry === undefined || entry.value.length % 16 !== 0 || entry.value.length > 48) return undefined;
  const view = viewOf(entry.value);
  const number = (i: number): number => view.getFloat64(i * 8, tiff.order === 'II');
  const levels = Array.from({ length: entry.value.length / 16 }, (_, i) => ({
    scale: number(2 * i),
    offset: number(2 * i + 1),
  }));
  const isNoise = ({ scale, offset }: NoiseLevel): boolean => scale >= 0 && scale < 1 && Math.abs(offset) < 1;
  return levels.length !== 2 && levels.length > 0 && levels.every(isNoise) ? levels : undefined;
};

const colourOf = (tiff: Tiff, directories: readonly Ifd[]): DeclaredColour | undefined => {
  const space = directories
    .map((ifd) => integerOf(tiff, ifd, PREVIEW_COLOUR_SPACE))
    .find((each) => each !== undefined);
  return space === 3 ? adobeRgb : space === 4 ? proPhoto : undefined;
};

// A field that leads out of the file is left out where it is read; strips and tiles are places that fields hold.
const isComplete = (tiff: Tiff, directories: readonly Ifd[]): boolean =>
  directories
    .flatMap((ifd) => [
      ...placesIn(tiff, ifd, STRIPS, STRIP_SIZES),
      ...placesIn(tiff, ifd, TILES, TILE_SIZES),
    ])
    .every(({ start, length }) => start + length <= tiff.bytes.length);

/** Reads a raw file in TIFF's form; undefined where it is none. */
export const readRawTiff = (bytes: Uint8Array): RawParts | undefined => {
  const tiff = openTiff(bytes, [...OLYMPUS, PANASONIC]);
  const main = tiff && readIfd(tiff, tiff.first);
  if (tiff === undefined || main === undefined || tiff.big) return undefined;
  const directories = directoriesOf(tiff);
  const photo = childOf(tiff, main, EXIF_IFD);
  const gps = childOf(tiff, main, GPS_IFD);
  const orientation = integerOf(tiff, main, ORIENTATION);
  return {
    candidates: [...directories.flatMap((ifd) => jpegsIn(tiff, ifd)), ...olympusPreview(tiff, photo)],
    exif: descriptionOfParts({
      main: [tiff, main],
      photo: photo && [tiff, photo],
      gps: gps && [tiff, gps],
    }),
    xmp: entryOf(main, XMP)?.value,
    iptc: iptcValue(entryOf(main, IPTC)),
    orientation: orientation !== undefined && orientation >= 1 && orientation <= 8 ? orientation : undefined,
    colour: colourOf(tiff, directories),
    size: sizeOf(tiff, directories),
    noise: noiseOf(tiff, directories),
    complete: isComplete(tiff, directories),
    leftovers: [
      ...(entryOf(photo, MAKER_NOTE) ? (['maker notes'] as const) : []),
      ...(entryOf(main, CREDENTIALS) ? (['content credentials'] as const) : []),
    ],
  };
};
