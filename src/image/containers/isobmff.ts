import { concat, hasText, latin1, viewOf } from '../bytes.js';
import { MAX_PIECES } from './container.js';

/** Boxes of ISO base media files (ISO/IEC 14496-12), and the items of still pictures in them (ISO/IEC 23008-12). */

/** A piece of the file, and where its content lies. */
export interface Box {
  readonly type: string;
  /** Where its content starts and ends. */
  readonly start: number;
  readonly end: number;
}

/** The boxes between two places, up to the first that does not fit. */
export const boxesOf = (bytes: Uint8Array, from: number, to: number): readonly Box[] => {
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

/** The first box of a type. */
export const find = (boxes: readonly Box[], type: string): Box | undefined =>
  boxes.find((box) => box.type === type);

/** The boxes that describe the file's items. */
export const metaOf = (bytes: Uint8Array): readonly Box[] => {
  const meta = find(boxesOf(bytes, 0, bytes.length), 'meta');
  return meta ? boxesOf(bytes, meta.start + 4, meta.end) : [];
};

/** The boxes of items' properties: the list of all, and which item has which. */
export const propertiesOf = (bytes: Uint8Array): readonly Box[] => {
  const properties = find(metaOf(bytes), 'iprp');
  return properties ? boxesOf(bytes, properties.start, properties.end) : [];
};

/** The number of the item that is the file's picture. */
export const mainItemOf = (bytes: Uint8Array): number | undefined => {
  const primary = find(metaOf(bytes), 'pitm');
  if (primary === undefined) return undefined;
  const view = viewOf(bytes);
  return bytes[primary.start] === 0 ? view.getUint16(primary.start + 4) : view.getUint32(primary.start + 4);
};

// Numbers of the properties of an item, counted from 1. Items are many: the table is walked, never copied.
const associationsOf = (bytes: Uint8Array, table: Box, item: number): readonly number[] => {
  const view = viewOf(bytes);
  const wideItems = bytes[table.start] !== 0;
  const wide = ((bytes[table.start + 3] ?? 0) & 1) === 1;
  const count = view.getUint32(table.start + 4);
  let at = table.start + 8;
  for (let i = 0; i < count && at + (wideItems ? 5 : 3) <= table.end; i++) {
    const id = wideItems ? view.getUint32(at) : view.getUint16(at);
    at += wideItems ? 4 : 2;
    const associations = view.getUint8(at);
    const first = at + 1;
    at = first + associations * (wide ? 2 : 1);
    if (id === item && at <= table.end)
      return Array.from({ length: associations }, (_, k) =>
        wide ? view.getUint16(first + k * 2) & 0x7fff : view.getUint8(first + k) & 0x7f,
      );
  }
  return [];
};

/** The properties of an item. */
export const propertiesFor = (bytes: Uint8Array, item: number | undefined): readonly Box[] => {
  if (item === undefined) return [];
  const boxes = propertiesOf(bytes);
  const container = find(boxes, 'ipco');
  const all = container ? boxesOf(bytes, container.start, container.end) : [];
  return boxes
    .filter(({ type }) => type === 'ipma')
    .flatMap((table) => associationsOf(bytes, table, item))
    .map((number) => all[number - 1])
    .filter((box) => box !== undefined);
};

/** All properties that are listed, whichever item has them. */
export const allProperties = (bytes: Uint8Array): readonly Box[] => {
  const container = find(propertiesOf(bytes), 'ipco');
  return container ? boxesOf(bytes, container.start, container.end) : [];
};

/** Whether the box is a declaration of colours by numbers (ITU-T H.273). */
export const isNclx =
  (bytes: Uint8Array) =>
  ({ type, start, end }: Box): boolean =>
    type === 'colr' && end - start >= 11 && hasText(bytes, 'nclx', start);

/** The box in which C2PA 2.1 puts a manifest (section A.5). */
const CREDENTIALS = '\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81';

/** Whether the file carries content credentials. */
export const hasCredentials = (bytes: Uint8Array): boolean =>
  boxesOf(bytes, 0, bytes.length).some(
    ({ type, start }) => type === 'uuid' && hasText(bytes, CREDENTIALS, start),
  );

/** An item: a picture, a part of one, or metadata. */
export interface BmffItem {
  readonly id: number;
  readonly type: string;
  readonly hidden: boolean;
  /** Of an item of type `mime`. */
  readonly mime: string;
}

const itemIn = (bytes: Uint8Array, { start, end }: Box): BmffItem => {
  const view = viewOf(bytes);
  const version = view.getUint8(start);
  const wide = version === 3 ? 2 : 0;
  const type = latin1(bytes, start + 8 + wide, start + 12 + wide);
  // A name that ends with a zero, and what the content is by RFC 2046.
  const names = latin1(bytes, start + 12 + wide, Math.min(end, start + 512)).split('\0');
  return {
    id: wide ? view.getUint32(start + 4) : view.getUint16(start + 4),
    type: version < 2 ? '' : type,
    hidden: ((bytes[start + 3] ?? 0) & 1) === 1,
    mime: names[1] ?? '',
  };
};

/** The items of a file, as it lists them. */
export const itemsOf = (bytes: Uint8Array): readonly BmffItem[] => {
  const info = find(metaOf(bytes), 'iinf');
  if (info === undefined) return [];
  const counted = bytes[info.start] === 0 ? 6 : 8;
  return boxesOf(bytes, info.start + counted, info.end)
    .filter(({ type, start, end }) => type === 'infe' && end - start >= 12)
    .map((box) => itemIn(bytes, box));
};

/** That an item is a thumbnail of others (`thmb`), auxiliary to them (`auxl`), made of them (`dimg`), about them (`cdsc`). */
export interface Reference {
  readonly type: string;
  readonly from: number;
  readonly to: readonly number[];
}

/** What items say of one another. */
export const referencesOf = (bytes: Uint8Array): readonly Reference[] => {
  const table = find(metaOf(bytes), 'iref');
  if (table === undefined) return [];
  const view = viewOf(bytes);
  const size = bytes[table.start] === 0 ? 2 : 4;
  const number = (at: number): number => (size === 2 ? view.getUint16(at) : view.getUint32(at));
  return boxesOf(bytes, table.start + 4, table.end).map(({ type, start, end }) => {
    const count = Math.min(view.getUint16(start + size), Math.floor((end - start - size - 2) / size));
    return {
      type,
      from: number(start),
      to: Array.from({ length: Math.max(0, count) }, (_, i) => number(start + size + 2 + i * size)),
    };
  });
};

/** Where an item's bytes lie; `inside` is counted from the box of data within the description (`idat`). */
interface Extents {
  readonly inside: boolean;
  readonly parts: readonly { readonly start: number; readonly length: number }[];
}

const widths = (bytes: Uint8Array, { start }: Box) => {
  const sizes = viewOf(bytes).getUint16(start + 4);
  const version = bytes[start] ?? 0;
  return {
    offset: sizes >> 12,
    length: (sizes >> 8) & 15,
    base: (sizes >> 4) & 15,
    index: version === 0 ? 0 : sizes & 15,
    wide: version === 2,
    methods: version > 0,
  };
};

const sized = (view: DataView, at: number, size: number): number =>
  size === 8 ? Number(view.getBigUint64(at)) : size === 4 ? view.getUint32(at) : 0;

/** Where the items lie, each once. Offsets that lead out of the table end it. */
const placesOf = (bytes: Uint8Array): ReadonlyMap<number, Extents> => {
  const found = new Map<number, Extents>();
  const table = find(metaOf(bytes), 'iloc');
  if (table === undefined) return found;
  const view = viewOf(bytes);
  const { offset, length, base, index, wide, methods } = widths(bytes, table);
  const count = wide ? view.getUint32(table.start + 6) : view.getUint16(table.start + 6);
  let at = table.start + (wide ? 10 : 8);
  for (let i = 0; i < count && at + (wide ? 8 : 6) <= table.end; i++) {
    const id = wide ? view.getUint32(at) : view.getUint16(at);
    at += wide ? 4 : 2;
    const inside = methods && (view.getUint16(at) & 15) === 1;
    at += methods ? 4 : 2;
    const from = sized(view, at, base);
    const extents = view.getUint16(at + base);
    at += base + 2;
    const parts: Extents['parts'][number][] = [];
    for (let k = 0; k < extents && at + index + offset + length <= table.end; k++) {
      parts.push({
        start: from + sized(view, at + index, offset),
        length: sized(view, at + index + offset, length),
      });
      at += index + offset + length;
    }
    if (found.size < MAX_PIECES) found.set(id, { inside, parts });
  }
  return found;
};

/** The bytes of an item; undefined where some of them are not there. No longer together than the file. */
export const contentOf = (bytes: Uint8Array, item: number): Uint8Array | undefined => {
  const place = placesOf(bytes).get(item);
  if (place === undefined) return undefined;
  const data = find(metaOf(bytes), 'idat');
  const from = place.inside ? data?.start : 0;
  const most = place.inside ? (data?.end ?? 0) : bytes.length;
  if (from === undefined) return undefined;
  const parts = place.parts.map(({ start, length }) => ({ start: from + start, end: from + start + length }));
  const total = parts.reduce((sum, { start, end }) => sum + end - start, 0);
  if (total > bytes.length || parts.some(({ end }) => end > most)) return undefined;
  return concat(parts.map(({ start, end }) => bytes.subarray(start, end)));
};

/** Whether the file ends behind the last byte that its items have. */
export const reachesItsEnd = (bytes: Uint8Array): boolean =>
  [...placesOf(bytes).values()].every(
    ({ inside, parts }) => inside || parts.every(({ start, length }) => start + length <= bytes.length),
  );
