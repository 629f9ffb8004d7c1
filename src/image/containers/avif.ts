import type { CodePoints } from '../../ports/index.js';
import { concat, fromLatin1, hasText, viewOf } from '../bytes.js';
import type { Leftover, Written } from './container.js';
import {
  allProperties,
  type Box,
  boxesOf,
  find,
  hasCredentials,
  isNclx,
  mainItemOf,
  metaOf,
  propertiesFor,
  propertiesOf,
} from './isobmff.js';

/** What an AVIF file says of how its picture is coded (ISO/IEC 23008-12; AV1 in ISOBMFF). */
export interface AvifHeader {
  readonly chromaSubsampling: string;
  readonly monochrome: boolean;
  /** Coded as RGB, which is what lossless AVIF is: YCbCr would round. */
  readonly lossless: boolean;
  readonly leftovers: readonly Leftover[];
  /** What its nclx property says of its colours; undefined where it has none. */
  readonly codePoints: CodePoints | undefined;
}

/** Auxiliary pictures that are transparency, which is read. */
export const ALPHA = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0', 'urn:mpeg:hevc:2015:auxid:1\0'];

const leftoversOf = (bytes: Uint8Array, properties: readonly Box[]): readonly Leftover[] => {
  const auxiliary = properties.filter(({ type }) => type === 'auxC');
  return [
    ...(itemOf(bytes, 'tmap') === undefined ? [] : (['gain map'] as const)),
    ...(auxiliary.every(({ start }) => ALPHA.some((urn) => hasText(bytes, urn, start + 4)))
      ? []
      : (['auxiliary pictures'] as const)),
    ...(hasCredentials(bytes) ? (['content credentials'] as const) : []),
  ];
};

// Properties of the main picture. One in tiles has its coding said by the tiles.
const mainPropertiesOf = (bytes: Uint8Array): readonly Box[] => [
  ...propertiesFor(bytes, mainItemOf(bytes)),
  ...allProperties(bytes).filter(({ type }) => type === 'av1C'),
];

/** Reads how the main picture is coded. */
export const readAvif = (bytes: Uint8Array): AvifHeader => {
  const boxes = mainPropertiesOf(bytes);
  const config = find(boxes, 'av1C');
  const colours = boxes.find(isNclx(bytes));
  const flags = config ? (bytes[config.start + 2] ?? 0) : 0;
  const view = viewOf(bytes);
  return {
    monochrome: (flags & 0x10) !== 0,
    chromaSubsampling: (flags & 0x08) === 0 ? '4:4:4' : (flags & 0x04) === 0 ? '4:2:2' : '4:2:0',
    lossless: colours !== undefined && view.getUint16(colours.start + 8) === 0,
    codePoints: colours && {
      primaries: view.getUint16(colours.start + 4),
      transfer: view.getUint16(colours.start + 6),
    },
    leftovers: leftoversOf(bytes, boxes),
  };
};

const nclxBox = ({ primaries, transfer }: CodePoints): Uint8Array => {
  const box = new Uint8Array(19);
  const view = viewOf(box);
  view.setUint32(0, box.length);
  box.set(fromLatin1('colrnclx'), 4);
  view.setUint16(12, primaries);
  view.setUint16(14, transfer);
  // The encoder's own matrix, which it says in the picture's data: BT.601 in full range.
  view.setUint16(16, BT_601);
  box[18] = 0x80;
  return box;
};

const BT_601 = 6;

interface List {
  /** Where its length stands. */
  readonly at: number;
  readonly end: number;
}

// The list of an item's properties, where it is one of bytes.
const listOf = (bytes: Uint8Array, table: Box, item: number): List | undefined => {
  const view = viewOf(bytes);
  const plainTable = view.getUint32(table.start) === 0;
  const count = view.getUint32(table.start + 4);
  let at = table.start + 8;
  for (let i = 0; plainTable && i < count && at + 3 <= table.end; i++) {
    const end = at + 3 + view.getUint8(at + 2);
    if (view.getUint16(at) === item) return end <= table.end ? { at: at + 2, end } : undefined;
    at = end;
  }
  return undefined;
};

const grow = (bytes: Uint8Array, { start }: Box, by: number): void => {
  const view = viewOf(bytes);
  view.setUint32(start - 8, view.getUint32(start - 8) + by);
};

// Items lie behind the boxes that became longer.
const moveItems = (bytes: Uint8Array, table: Box, by: number): void => {
  const view = viewOf(bytes);
  const based = ((view.getUint16(table.start + 4) >> 4) & 15) === 4;
  const count = view.getUint16(table.start + 6);
  let at = table.start + 8;
  for (let i = 0; i < count && at + 8 <= table.end; i++) {
    const baseAt = at + (view.getUint8(table.start) === 1 ? 6 : 4);
    const base = based ? view.getUint32(baseAt) : 0;
    if (base > 0) view.setUint32(baseAt, base + by);
    const extents = view.getUint16(baseAt + (based ? 4 : 0));
    at = baseAt + (based ? 4 : 0) + 2;
    for (let k = 0; k < extents && at + 8 <= table.end; k++, at += 8)
      if (base === 0) view.setUint32(at, view.getUint32(at) + by);
  }
};

interface Places {
  readonly meta: Box;
  readonly properties: Box;
  readonly container: Box;
  readonly associations: Box;
  readonly items: Box;
  /** The main picture's list of properties. */
  readonly list: List;
}

// Of the form in which the encoder writes.
const placesOf = (bytes: Uint8Array): Places | undefined => {
  const meta = find(boxesOf(bytes, 0, bytes.length), 'meta');
  const inside = metaOf(bytes);
  const [properties, items] = [find(inside, 'iprp'), find(inside, 'iloc')];
  const [container, associations] = [find(propertiesOf(bytes), 'ipco'), find(propertiesOf(bytes), 'ipma')];
  const item = mainItemOf(bytes);
  if (!meta || !properties || !container || !associations || !items || item === undefined) return undefined;
  const list = listOf(bytes, associations, item);
  const ordered = items.end <= container.end && container.end <= associations.start;
  const known = viewOf(bytes).getUint16(items.start + 4) >> 8 === 0x44 && (bytes[items.start] ?? 2) <= 1;
  if (list === undefined || !ordered || !known) return undefined;
  return { meta, properties, container, associations, items, list };
};

const withNewNclx = (encoded: Uint8Array, points: CodePoints): Uint8Array => {
  const places = placesOf(encoded);
  if (places === undefined) return encoded;
  const { meta, properties, container, associations, items, list } = places;
  const number = boxesOf(encoded, container.start, container.end).length + 1;
  const box = nclxBox(points);
  const head = concat([encoded]);
  moveItems(head, items, box.length + 1);
  for (const outer of [meta, properties]) grow(head, outer, box.length + 1);
  grow(head, container, box.length);
  grow(head, associations, 1);
  head[list.at] = (head[list.at] ?? 0) + 1;
  return concat([
    head.subarray(0, container.end),
    box,
    head.subarray(container.end, list.end),
    Uint8Array.of(number),
    head.subarray(list.end),
  ]);
};

/**
 * An encoded AVIF file that says of its colours what these numbers say; how they are coded stays as it is. The same bytes where
 * the file is built as the encoder builds none.
 */
export const withCodePoints = (encoded: Uint8Array, points: CodePoints): Uint8Array => {
  const container = find(propertiesOf(encoded), 'ipco');
  const boxes = container ? boxesOf(encoded, container.start, container.end) : [];
  const said = boxes.filter(isNclx(encoded));
  if (said.length === 0) return withNewNclx(encoded, points);
  const copy = concat([encoded]);
  for (const { start } of said) {
    viewOf(copy).setUint16(start + 4, points.primaries);
    viewOf(copy).setUint16(start + 6, points.transfer);
  }
  return copy;
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
