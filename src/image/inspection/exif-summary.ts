import { latin1, viewOf } from '../bytes.js';
import {
  childOf,
  type Entry,
  entryOf,
  type Ifd,
  integerOf,
  openTiff,
  readIfd,
  type Tiff,
} from '../metadata/ifd.js';

/** What EXIF says of a photo that people look for first. All of it is text of others. */
export interface ExifSummary {
  readonly camera?: string;
  readonly lens?: string;
  /** When it was taken, as the camera wrote it. */
  readonly taken?: string;
  /** Seconds. */
  readonly exposure?: number;
  readonly aperture?: number;
  readonly iso?: number;
  /** Millimetres. */
  readonly focalLength?: number;
  /** Whether it says where it was taken. */
  readonly gps: boolean;
  readonly makerNotes: boolean;
  readonly thumbnail: boolean;
}

const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
/** Characters that are shown of a text. */
const MOST_TEXT = 100;

const textOf = (entry: Entry | undefined): string | undefined => {
  if (entry?.type !== 2) return undefined;
  const text = latin1(entry.value, 0, MOST_TEXT).split('\0')[0]?.trim();
  return text === '' ? undefined : text;
};

const ratioOf = (tiff: Tiff, entry: Entry | undefined): number | undefined => {
  if (entry?.type !== 5 || entry.value.length < 8) return undefined;
  const view = viewOf(entry.value);
  const value = view.getUint32(0, tiff.order === 'II') / view.getUint32(4, tiff.order === 'II');
  return Number.isFinite(value) && value > 0 ? value : undefined;
};

const cameraOf = (main: Ifd): string | undefined => {
  const [make, model] = [textOf(entryOf(main, 0x10f)), textOf(entryOf(main, 0x110))];
  // Most models begin with their maker.
  return make === undefined || model?.startsWith(make.split(' ')[0] ?? make)
    ? model
    : `${make} ${model ?? ''}`.trim();
};

/** Values that are there. */
const given = <A extends object>(values: A): { [K in keyof A]?: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof A]?: Exclude<A[K], undefined>;
  };

/** Reads it; undefined for what is no EXIF. */
export const exifSummary = (exif: Uint8Array | undefined): ExifSummary | undefined => {
  const tiff = exif && openTiff(exif);
  const main = tiff && !tiff.big ? readIfd(tiff, tiff.first) : undefined;
  if (tiff === undefined || main === undefined) return undefined;
  const photo = childOf(tiff, main, EXIF_IFD);
  const gps = childOf(tiff, main, GPS_IFD);
  return {
    ...given({
      camera: cameraOf(main),
      lens: textOf(entryOf(photo, 0xa434)),
      taken: textOf(entryOf(photo, 0x9003)) ?? textOf(entryOf(main, 0x132)),
      exposure: ratioOf(tiff, entryOf(photo, 0x829a)),
      aperture: ratioOf(tiff, entryOf(photo, 0x829d)),
      iso: integerOf(tiff, photo, 0x8827),
      focalLength: ratioOf(tiff, entryOf(photo, 0x920a)),
    }),
    // Latitude: a directory of GPS may hold its version alone.
    gps: entryOf(gps, 2) !== undefined,
    makerNotes: entryOf(photo, 0x927c) !== undefined,
    thumbnail: entryOf(readIfd(tiff, main.next), 0x201) !== undefined,
  };
};
