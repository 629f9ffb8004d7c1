import type { DeclaredColour } from '../../ports/index.js';
import { concat, hasText, latin1, viewOf } from '../bytes.js';
import { declaredByExif, declaredByFields } from '../metadata/exif-colour.js';
import {
  childOf,
  type Entry,
  entryOf,
  type Ifd,
  integerOf,
  integersOf,
  openTiff,
  readIfd,
  type Tiff,
} from '../metadata/ifd.js';
import { type Directory, type Field, writeTiff } from '../metadata/ifd-writer.js';
import { iptcOf } from '../metadata/photoshop.js';
import type { Carried } from './container.js';

/** What a TIFF file says around its pixels (TIFF 6.0). */
export interface TiffHeader extends Carried {
  readonly photometric: number | undefined;
  /** Bits per sample. */
  readonly bits: number;
  /** 1: unsigned, 2: signed, 3: floating point. */
  readonly sampleFormat: number;
  /** Where the field for the photometric interpretation stands. */
  readonly photometricAt: number | undefined;
  /** Which directory of the chain holds the photo, from 0: the first that is no smaller copy of another. */
  readonly page: number;
  /** Pictures in the chain that are no smaller copies of another one. */
  readonly photos: number;
  /** Whether the chain goes on beyond `MAX_PAGES`: the decoder would go through all of it. */
  readonly endless: boolean;
  /** True for a camera's raw file in TIFF's clothes: its first picture is a preview. */
  readonly cameraRaw: boolean;
  /** Colour that its fields or its EXIF declare, without a profile. */
  readonly colour: DeclaredColour | undefined;
}

export const EXIF_IFD = 0x8769;
export const GPS_IFD = 0x8825;
export const INTEROPERABILITY_IFD = 0xa005;
export const XMP = 700;
export const IPTC = 33723;
export const PHOTOSHOP = 34377;
export const ICC = 34675;
/** The photometric interpretation of indices. */
export const PALETTE = 3;
const PHOTOSHOP_LAYERS = 37724;
const SUB_IFDS = 330;
/** A raw file has a handful of pictures inside it. */
const MAX_SUB_IFDS = 64;
/** Content credentials (C2PA). */
const CREDENTIALS = 52545;
const DNG_VERSION = 50706;
const COLOUR_FILTER_ARRAY = 32803;
const LINEAR_RAW = 34892;
const X_RESOLUTION = 282;
const RESOLUTION_UNIT = 296;

/** Fields that say how pixels are stored, or point elsewhere: they belong to the old file. */
const structural: ReadonlySet<number> = new Set([
  ...[
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 284, 288, 289,
  ],
  ...[
    290, 291, 292, 293, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328, 330, 332, 333,
  ],
  ...[
    334, 336, 338, 339, 340, 341, 342, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532,
  ],
  ...[XMP, IPTC, PHOTOSHOP, ICC, PHOTOSHOP_LAYERS, CREDENTIALS, EXIF_IFD, GPS_IFD, INTEROPERABILITY_IFD],
]);

const fieldOf = ({ tag, type, count, value }: Entry): Field => ({ tag, type, count, value });

const leaf = (ifd: Ifd, except: ReadonlySet<number>): readonly Field[] =>
  ifd.entries.filter(({ tag, type }) => !except.has(tag) && type <= 12).map(fieldOf);

const photoDirectory = (tiff: Tiff, photo: Ifd): Directory => {
  const interoperability = childOf(tiff, photo, INTEROPERABILITY_IFD);
  return {
    fields: leaf(photo, new Set([INTEROPERABILITY_IFD])),
    children: interoperability
      ? [
          {
            tag: INTEROPERABILITY_IFD,
            directory: { fields: leaf(interoperability, new Set()), children: [] },
          },
        ]
      : [],
  };
};

const valuesOf = ({ fields, children }: Directory): number =>
  fields.reduce((sum, { value }) => sum + value.length, 0) +
  children.reduce((sum, { directory }) => sum + valuesOf(directory), 0);

/**
 * EXIF of directories that stand in structures of their own, without maker notes: these hold offsets into a file that only their maker
 * knows. Undefined where nothing is said, the orders of bytes differ, or values share their bytes.
 */
export const descriptionOfParts = (parts: {
  readonly main: readonly [Tiff, Ifd];
  readonly photo: readonly [Tiff, Ifd] | undefined;
  readonly gps: readonly [Tiff, Ifd] | undefined;
}): Uint8Array | undefined => {
  const { main, photo, gps } = parts;
  const [{ order }, ifd] = main;
  const own = [photo, gps].filter((part) => part !== undefined);
  if (own.some(([tiff]) => tiff.order !== order)) return undefined;
  const directory: Directory = {
    fields: leaf(ifd, structural).filter(({ tag }) => !isOfSensor(tag)),
    children: [
      ...(photo ? [{ tag: EXIF_IFD, directory: withoutMakerNotes(photoDirectory(...photo)) }] : []),
      ...(gps ? [{ tag: GPS_IFD, directory: { fields: leaf(gps[1], new Set()), children: [] } }] : []),
    ],
  };
  const most = [main, ...own].reduce((sum, [tiff]) => sum + tiff.bytes.length, 0);
  const isEmpty = directory.fields.length === 0 && directory.children.length === 0;
  return isEmpty || valuesOf(directory) > most ? undefined : writeTiff(directory, order);
};

/** Fields of a DNG that say something of the photo: its camera, its serial number, its lens, the name of the first file. */
const DNG_KEPT: ReadonlySet<number> = new Set([50708, 50735, 50736, 50827]);

// Fields that say how a sensor's samples are read: makers' own (Panasonic), of its filters (TIFF/EP), of DNG.
const isOfSensor = (tag: number): boolean =>
  tag < 254 || tag === 33421 || tag === 33422 || (tag >= 50706 && tag < 53000 && !DNG_KEPT.has(tag));

const MAKER_NOTE = 0x927c;

const withoutMakerNotes = ({ fields, children }: Directory): Directory => ({
  fields: fields.filter(({ tag }) => tag !== MAKER_NOTE),
  children,
});

/**
 * What a TIFF structure says about a photo, without what it says about pixels. Undefined where its values are longer together
 * than the structure: thousands of fields that share their bytes would be written out one by one.
 */
export const descriptionOf = (tiff: Tiff, main: Ifd): Directory | undefined => {
  const description = everythingOf(tiff, main);
  return valuesOf(description) <= tiff.bytes.length ? description : undefined;
};

const everythingOf = (tiff: Tiff, main: Ifd): Directory => {
  const photo = childOf(tiff, main, EXIF_IFD);
  const gps = childOf(tiff, main, GPS_IFD);
  return {
    fields: leaf(main, structural),
    children: [
      ...(photo ? [{ tag: EXIF_IFD, directory: photoDirectory(tiff, photo) }] : []),
      ...(gps ? [{ tag: GPS_IFD, directory: { fields: leaf(gps, new Set()), children: [] } }] : []),
    ],
  };
};

const exifOf = (tiff: Tiff, description: Directory | undefined): Uint8Array | undefined => {
  if (description === undefined) return undefined;
  const onlyDensity = description.fields.every(({ tag }) =>
    [X_RESOLUTION, 283, RESOLUTION_UNIT].includes(tag),
  );
  return onlyDensity && description.children.length === 0 ? undefined : writeTiff(description, tiff.order);
};

const densityOf = (tiff: Tiff, main: Ifd): number | undefined => {
  const entry = entryOf(main, X_RESOLUTION);
  if (entry?.type !== 5) return undefined;
  const view = viewOf(entry.value);
  const little = tiff.order === 'II';
  const value = view.getUint32(0, little) / view.getUint32(4, little);
  const unit = integerOf(tiff, main, RESOLUTION_UNIT) ?? 2;
  if (!(value > 0 && Number.isFinite(value)) || unit === 1) return undefined;
  return unit === 3 ? value * 2.54 : value;
};

/** Whether the file is a camera's raw file in TIFF's clothes. */
export const isCameraRaw = (tiff: Tiff, main: Ifd): boolean => {
  const inside = integersOf(tiff.order, entryOf(main, SUB_IFDS), MAX_SUB_IFDS).map((at) => readIfd(tiff, at));
  const mosaics = [main, ...inside].map((ifd) => integerOf(tiff, ifd, 262));
  return (
    entryOf(main, DNG_VERSION) !== undefined ||
    mosaics.some((photometric) => photometric === COLOUR_FILTER_ARRAY || photometric === LINEAR_RAW)
  );
};

/** The records of IPTC in a field, which is often padded with zeros, or declared as LONGs. */
export const iptcValue = (entry: Entry | undefined): Uint8Array | undefined => {
  if (entry === undefined) return undefined;
  const end = entry.value.findLastIndex((byte) => byte !== 0) + 1;
  return entry.type === 4 ? entry.value.subarray(0, end) : entry.value;
};

const NEW_SUBFILE_TYPE = 254;
const SUBFILE_TYPE = 255;
/** Directories of a chain that are looked at. */
const MAX_PAGES = 4096;

/** Whether a directory's picture is a smaller copy of another one, as thumbnails are (TIFF 6.0, section 8). */
const isReduced = (tiff: Tiff, ifd: Ifd): boolean => {
  const kind = integerOf(tiff, ifd, NEW_SUBFILE_TYPE);
  return kind === undefined ? integerOf(tiff, ifd, SUBFILE_TYPE) === 2 : (kind & 1) === 1;
};

interface Photo {
  readonly main: Ifd;
  readonly page: number;
  readonly photos: number;
  /** Whether the chain goes on after those that are looked at. */
  readonly endless: boolean;
}

/** The directory of the photo: the first in the chain that is no smaller copy; the very first where all are. */
const photoIn = (tiff: Tiff, first: Ifd): Photo => {
  const seen = new Set([tiff.first]);
  let photo: Pick<Photo, 'main' | 'page'> | undefined;
  let photos = 0;
  let [ifd, endless]: [Ifd | undefined, boolean] = [first, false];
  for (let page = 0; ifd !== undefined; page++) {
    if (page === MAX_PAGES) {
      endless = true;
      break;
    }
    if (!isReduced(tiff, ifd)) {
      photo ??= { main: ifd, page };
      photos += 1;
    }
    const { next }: Ifd = ifd;
    if (next === 0 || seen.has(next)) break;
    seen.add(next);
    ifd = readIfd(tiff, next);
  }
  return { ...(photo ?? { main: first, page: 0 }), photos: Math.max(1, photos), endless };
};

/** Reads the photo's directory of a TIFF file; undefined when it has none. */
export const readTiff = (bytes: Uint8Array): TiffHeader | undefined => {
  const tiff = openTiff(bytes);
  const first = tiff && readIfd(tiff, tiff.first);
  if (tiff === undefined || first === undefined) return undefined;
  const { main, page, photos, endless } = photoIn(tiff, first);
  const photoshop = entryOf(main, PHOTOSHOP)?.value;
  // What a thumbnail in front says of the photo counts where the photo’s own directory says nothing.
  const described = [EXIF_IFD, GPS_IFD].some((tag) => entryOf(main, tag) !== undefined) ? main : first;
  const description = descriptionOf(tiff, described);
  const credentials = [first, main].some((ifd) => entryOf(ifd, CREDENTIALS) !== undefined);
  const bits = integerOf(tiff, main, 258) ?? 1;
  const exif = exifOf(tiff, description);
  const icc = entryOf(main, ICC)?.value;
  return {
    page,
    photos,
    endless,
    photometric: integerOf(tiff, main, 262),
    photometricAt: entryOf(main, 262)?.at,
    bits,
    sampleFormat: integerOf(tiff, main, 339) ?? 1,
    cameraRaw: isCameraRaw(tiff, first),
    colour: icc ? undefined : (declaredByFields(tiff, main, bits) ?? declaredByExif(exif)),
    exif,
    xmp: (entryOf(main, XMP) ?? entryOf(first, XMP))?.value,
    icc,
    iptc: iptcValue(entryOf(main, IPTC)) ?? iptcOf(photoshop),
    photoshop,
    density: densityOf(tiff, main),
    blocks: [],
    leftovers: [
      ...(entryOf(main, PHOTOSHOP_LAYERS) === undefined ? [] : (['layers'] as const)),
      ...(credentials ? (['content credentials'] as const) : []),
      ...(description === undefined ? (['fields over each other'] as const) : []),
    ],
  };
};

/**
 * A copy of the file that calls its CIELAB samples RGB, so that the decoder hands them over as they stand: it would
 * round 16-bit lightness, and cannot read 8-bit CIELAB from memory.
 */
export const withoutPhotometric = (bytes: Uint8Array, { photometricAt }: TiffHeader): Uint8Array => {
  if (photometricAt === undefined) return bytes;
  const copy = concat([bytes]);
  const little = hasText(bytes, 'II');
  const big = latin1(bytes, 2, 4).includes('+');
  viewOf(copy).setUint16(photometricAt + (big ? 12 : 8), 2, little);
  return copy;
};
