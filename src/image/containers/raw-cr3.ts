import { hasText, viewOf } from '../bytes.js';
import { type Ifd, integerOf, openTiff, readIfd, type Tiff } from '../metadata/ifd.js';
import { type Box, boxesOf, find } from './isobmff.js';
import type { RawParts, Stretch } from './raw-parts.js';
import { descriptionOfParts } from './tiff.js';

/** CR3, Canon's raw files: ISO base media, with JPEGs as tracks of one sample and EXIF in a box of Canon's. */

const CANON = '\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48';
const PREVIEW = '\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16';
const XMP = '\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac';

/** Whether it is one, by its first bytes. */
export const isCr3 = (bytes: Uint8Array): boolean => hasText(bytes, 'ftypcrx ', 4);

const within = (bytes: Uint8Array, box: Box | undefined, skip = 0): readonly Box[] =>
  box === undefined ? [] : boxesOf(bytes, box.start + skip, box.end);

const deep = (bytes: Uint8Array, box: Box, ...types: readonly string[]): Box | undefined =>
  types.reduce<Box | undefined>((found, type) => found && find(within(bytes, found), type), box);

const isOf = (bytes: Uint8Array, id: string) => (box: Box) =>
  box.type === 'uuid' && hasText(bytes, id, box.start);

// Tables of sizes and places of samples (ISO/IEC 14496-12, 8.7.3 and 8.7.5), of which the first is looked at.
const firstSample = (bytes: Uint8Array, track: Box): Stretch | undefined => {
  const table = deep(bytes, track, 'mdia', 'minf', 'stbl');
  const inside = within(bytes, table);
  const [sizes, near, far] = ['stsz', 'stco', 'co64'].map((type) => find(inside, type));
  const places = far ?? near;
  if (sizes === undefined || places === undefined) return undefined;
  const view = viewOf(bytes);
  const common = view.getUint32(sizes.start + 4);
  return {
    start: far ? Number(view.getBigUint64(far.start + 8)) : view.getUint32(places.start + 8),
    length: common > 0 ? common : view.getUint32(sizes.start + 12),
  };
};

// The sensor's picture is a track of Canon's codec, whose entry says its size (ISO/IEC 14496-12, 8.5.2 and 12.1.3).
const sensorOf = (bytes: Uint8Array, tracks: readonly Box[]): RawParts['size'] => {
  const sizes = tracks
    .map((track) => find(within(bytes, deep(bytes, track, 'mdia', 'minf', 'stbl')), 'stsd'))
    .filter((table) => table !== undefined && hasText(bytes, 'CRAW', table.start + 12))
    .map((table) => {
      const [view, at] = [viewOf(bytes), (table?.start ?? 0) + 40];
      return { width: view.getUint16(at), height: view.getUint16(at + 2) };
    });
  return sizes.sort((a, b) => b.width * b.height - a.width * a.height)[0];
};

// A head of 8 bytes, a box `PRVW` in which the JPEG's length stands before it.
const previewIn = (bytes: Uint8Array, outer: Box | undefined): readonly Stretch[] => {
  const box = find(within(bytes, outer, 24), 'PRVW');
  if (box === undefined || box.end - box.start < 16) return [];
  return [{ start: box.start + 16, length: viewOf(bytes).getUint32(box.start + 12) }];
};

const opened = (bytes: Uint8Array, box: Box | undefined): readonly [Tiff, Ifd] | undefined => {
  const tiff = box && openTiff(bytes.subarray(box.start, box.end));
  const ifd = tiff && !tiff.big ? readIfd(tiff, tiff.first) : undefined;
  return tiff && ifd && [tiff, ifd];
};

/** Reads a CR3 file. */
export const readCr3 = (bytes: Uint8Array): RawParts => {
  const top = boxesOf(bytes, 0, bytes.length);
  const movie = find(top, 'moov');
  const inside = within(bytes, movie);
  const canon = within(bytes, inside.find(isOf(bytes, CANON)), 16);
  const [main, photo, gps] = ['CMT1', 'CMT2', 'CMT4'].map((type) => opened(bytes, find(canon, type)));
  const xmp = top.find(isOf(bytes, XMP));
  const orientation = main && integerOf(...main, 274);
  const tracks = inside.filter(({ type }) => type === 'trak');
  return {
    candidates: [
      ...tracks.map((track) => firstSample(bytes, track)).filter((each) => each !== undefined),
      ...previewIn(bytes, top.find(isOf(bytes, PREVIEW))),
    ],
    exif: main && descriptionOfParts({ main, photo, gps }),
    xmp: xmp && bytes.subarray(xmp.start + 16, xmp.end),
    iptc: undefined,
    orientation: orientation !== undefined && orientation >= 1 && orientation <= 8 ? orientation : undefined,
    colour: undefined,
    size: sensorOf(bytes, tracks),
    // Boxes are read up to the first that does not fit.
    complete: movie !== undefined && top.at(-1)?.end === bytes.length,
    leftovers: find(canon, 'CMT3') ? ['maker notes'] : [],
  };
};
