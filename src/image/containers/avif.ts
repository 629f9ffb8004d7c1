import { concat, hasText, latin1, viewOf } from '../bytes.js';
import { type Leftover, MAX_PIECES, type Written } from './container.js';

/** What an AVIF file says of how its picture is coded (ISO/IEC 23008-12; AV1 in ISOBMFF). */
export interface AvifHeader {
  readonly chromaSubsampling: string;
  readonly monochrome: boolean;
  /** Coded as RGB, which is what lossless AVIF is: YCbCr would round. */
  readonly lossless: boolean;
  /** PQ or HLG. */
  readonly hdr: boolean;
  readonly leftovers: readonly Leftover[];
}

interface Box {
  readonly type: string;
  /** Where its content starts and ends. */
  readonly start: number;
  readonly end: number;
}

const boxesOf = (bytes: Uint8Array, from: number, to: number): readonly Box[] => {
  const view = viewOf(bytes);
  const boxes: Box[] = [];
  let at = from;
  while (at + 8 <= to && boxes.length < MAX_PIECES) {
    const small = view.getUint32(at);
    const head = small === 1 ? 16 : 8;
    if (at + head > to) break;
    const size = small === 1 ? Number(view.getBigUint64(at + 8)) : small === 0 ? to - at : small;
    if (size < head || at + size > to) break;
    boxes.push({ type: latin1(bytes, at + 4, at + 8), start: at + head, end: at + size });
    at += size;
  }
  return boxes;
};

const find = (boxes: readonly Box[], type: string): Box | undefined => boxes.find((box) => box.type === type);

const metaOf = (bytes: Uint8Array): readonly Box[] => {
  const meta = find(boxesOf(bytes, 0, bytes.length), 'meta');
  return meta ? boxesOf(bytes, meta.start + 4, meta.end) : [];
};

/** The box in which C2PA 2.1 puts a manifest (section A.5). */
const CREDENTIALS = '\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81';

/** Auxiliary pictures that are transparency, which is read. */
const ALPHA = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0', 'urn:mpeg:hevc:2015:auxid:1\0'];

const leftoversOf = (bytes: Uint8Array, properties: readonly Box[]): readonly Leftover[] => {
  const auxiliary = properties.filter(({ type }) => type === 'auxC');
  const isCredentials = ({ type, start }: Box): boolean =>
    type === 'uuid' && hasText(bytes, CREDENTIALS, start);
  return [
    ...(itemOf(bytes, 'tmap') === undefined ? [] : (['gain map of AVIF'] as const)),
    ...(auxiliary.every(({ start }) => ALPHA.some((urn) => hasText(bytes, urn, start + 4)))
      ? []
      : (['auxiliary pictures'] as const)),
    ...(boxesOf(bytes, 0, bytes.length).some(isCredentials) ? (['content credentials'] as const) : []),
  ];
};

/** Reads how the first picture is coded. */
export const readAvif = (bytes: Uint8Array): AvifHeader => {
  const properties = find(metaOf(bytes), 'iprp');
  const container = properties && find(boxesOf(bytes, properties.start, properties.end), 'ipco');
  const boxes = container ? boxesOf(bytes, container.start, container.end) : [];
  const config = find(boxes, 'av1C');
  const colours = boxes.find(({ type, start }) => type === 'colr' && hasText(bytes, 'nclx', start));
  const flags = config ? (bytes[config.start + 2] ?? 0) : 0;
  const transfer = colours ? viewOf(bytes).getUint16(colours.start + 6) : 13;
  return {
    monochrome: (flags & 0x10) !== 0,
    chromaSubsampling: (flags & 0x08) === 0 ? '4:4:4' : (flags & 0x04) === 0 ? '4:2:2' : '4:2:0',
    lossless: colours !== undefined && viewOf(bytes).getUint16(colours.start + 8) === 0,
    hdr: transfer === 16 || transfer === 18,
    leftovers: leftoversOf(bytes, boxes),
  };
};

const itemOf = (bytes: Uint8Array, type: string): number | undefined => {
  const info = find(metaOf(bytes), 'iinf');
  if (info === undefined) return undefined;
  const counted = bytes[info.start] === 0 ? 6 : 8;
  const entry = boxesOf(bytes, info.start + counted, info.end).find(
    ({ start }) => bytes[start] === 2 && hasText(bytes, type, start + 8),
  );
  return entry && viewOf(bytes).getUint16(entry.start + 4);
};

interface Place {
  /** Where the offset that others count from stands; undefined where there is none. */
  readonly base: number | undefined;
  /** Where its own offset and its length stand. */
  readonly offset: number;
}

// Where an item with one extent says that it lies: the form in which the encoder writes EXIF.
const placeOf = (bytes: Uint8Array, item: number): Place | undefined => {
  const table = find(metaOf(bytes), 'iloc');
  if (table === undefined) return undefined;
  const view = viewOf(bytes);
  const version = view.getUint8(table.start);
  const sizes = view.getUint16(table.start + 4);
  const base = (sizes >> 4) & 15;
  if (sizes >> 8 !== 0x44 || version > 1 || (base !== 0 && base !== 4)) return undefined;
  const count = view.getUint16(table.start + 6);
  let at = table.start + 8;
  for (let i = 0; i < count && at + 8 <= table.end; i++) {
    const baseAt = at + (version === 1 ? 6 : 4);
    const extents = view.getUint16(baseAt + base);
    const offset = baseAt + base + 2;
    if (view.getUint16(at) === item)
      return extents === 1 ? { base: base === 4 ? baseAt : undefined, offset } : undefined;
    at = offset + extents * 8;
  }
  return undefined;
};

/**
 * Gives an encoded AVIF file that has some EXIF item this EXIF block instead: it is appended in a box of its own, and
 * the item is made to point there, so that no byte of it is rewritten and nothing else in the file moves.
 */
export const writeAvifExif = (encoded: Uint8Array, exif: Uint8Array): Written => {
  const item = itemOf(encoded, 'Exif');
  const place = item === undefined ? undefined : placeOf(encoded, item);
  if (place === undefined) return { bytes: encoded, dropped: ['EXIF'] };
  // An item starts with the distance from here to the TIFF header: none.
  const length = exif.length + 4;
  const box = new Uint8Array(8 + length);
  const head = viewOf(box);
  head.setUint32(0, box.length);
  box.set([0x6d, 0x64, 0x61, 0x74], 4);
  box.set(exif, 12);
  const bytes = concat([encoded, box]);
  if (place.base !== undefined) viewOf(bytes).setUint32(place.base, 0);
  viewOf(bytes).setUint32(place.offset, encoded.length + 8);
  viewOf(bytes).setUint32(place.offset + 4, length);
  return { bytes, dropped: [] };
};
