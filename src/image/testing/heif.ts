import { concat, fromLatin1, viewOf } from '../bytes.js';
import { type HevcFrame, unitsOf } from './hevc.js';

/** HEIF files made by hand, of coded pictures that stand in the code. */

const number =
  (size: 1 | 2 | 4) =>
  (...values: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(values.length * size);
    const view = viewOf(bytes);
    for (const [i, value] of values.entries()) {
      if (size === 1) view.setUint8(i, value);
      else if (size === 2) view.setUint16(i * 2, value);
      else view.setUint32(i * 4, value);
    }
    return bytes;
  };

const [u8, u16, u32] = [number(1), number(2), number(4)];

export const box = (type: string, ...parts: readonly Uint8Array[]): Uint8Array => {
  const content = concat(parts);
  return concat([u32(content.length + 8), fromLatin1(type), content]);
};

const full = (type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  box(type, u32((version << 24) | flags), ...parts);

/** Properties that a picture can have. */
export const rotated = (quarters: number): Uint8Array => box('irot', u8(quarters));
export const mirrored = (axis: 0 | 1): Uint8Array => box('imir', u8(axis));
export const nclx = (primaries: number, transfer: number): Uint8Array =>
  box('colr', fromLatin1('nclx'), u16(primaries, transfer, 6), u8(0x80));
export const profile = (icc: Uint8Array): Uint8Array => box('colr', fromLatin1('prof'), icc);
/** The middle of a picture, so many pixels wide and high. */
export const cut = (width: number, height: number): Uint8Array =>
  box('clap', u32(width, 1, height, 1, 0, 1, 0, 1));

const depths: Readonly<Record<HevcFrame, { readonly bits: number; readonly chroma: number }>> = {
  quarters: { bits: 8, chroma: 1 },
  ramp10: { bits: 10, chroma: 1 },
  ramp8: { bits: 8, chroma: 0 },
};

// HEVCDecoderConfigurationRecord, with the parameter sets; their type stands in bits 1 to 6 of the first byte.
const config = (frame: HevcFrame): Uint8Array => {
  const sets = unitsOf(frame).filter((unit) => [32, 33, 34].includes(((unit[0] ?? 0) >> 1) & 63));
  const { bits, chroma } = depths[frame];
  const profileBytes = (sets[1] ?? new Uint8Array(16)).subarray(3, 15);
  return box(
    'hvcC',
    u8(1),
    profileBytes,
    u16(0xf000),
    u8(0xfc, 0xfc | chroma, 0xf8 | (bits - 8), 0xf8 | (bits - 8)),
    u16(0),
    u8(0x0f, sets.length),
    ...sets.map((set) => concat([u8(0x80 | (((set[0] ?? 0) >> 1) & 63)), u16(1, set.length), set])),
  );
};

const coded = (frame: HevcFrame): Uint8Array => {
  const slices = unitsOf(frame).filter((unit) => (((unit[0] ?? 0) >> 1) & 63) < 32);
  return concat(slices.flatMap((slice) => [u32(slice.length), slice]));
};

interface Item {
  readonly type: string;
  readonly data: Uint8Array;
  readonly mime?: string;
  readonly hidden?: boolean;
  /** Properties, each a box. */
  readonly properties?: readonly Uint8Array[];
  readonly refers?: { readonly type: string; readonly to: readonly number[] };
}

/** A file of items, which are numbered from 1; the first is the main picture. Their data stand in the box `mdat`. */
const fileOf = (items: readonly Item[], behind: readonly Uint8Array[]): Uint8Array => {
  const properties = items.flatMap((item) => item.properties ?? []);
  let next = 1;
  const associations = items.map((item) => (item.properties ?? []).map(() => next++));
  const describe = (offset: number): Uint8Array => {
    let at = offset;
    const places = items.map(({ data }) => {
      at += data.length;
      return u32(at - data.length, data.length);
    });
    return full(
      'meta',
      0,
      0,
      full('hdlr', 0, 0, u32(0), fromLatin1('pict'), u32(0, 0, 0), u8(0)),
      full('pitm', 0, 0, u16(1)),
      full(
        'iinf',
        0,
        0,
        u16(items.length),
        ...items.map(({ type, mime, hidden }, i) =>
          full(
            'infe',
            2,
            hidden ? 1 : 0,
            u16(i + 1, 0),
            fromLatin1(`${type}\0${mime === undefined ? '' : `${mime}\0`}`),
          ),
        ),
      ),
      full(
        'iref',
        0,
        0,
        ...items.flatMap(({ refers }, i) =>
          refers ? [box(refers.type, u16(i + 1, refers.to.length, ...refers.to))] : [],
        ),
      ),
      box(
        'iprp',
        box('ipco', ...properties),
        full(
          'ipma',
          0,
          0,
          u32(items.length),
          ...associations.map((own, i) => concat([u16(i + 1), u8(own.length, ...own)])),
        ),
      ),
      full(
        'iloc',
        0,
        0,
        u16(0x4400, items.length),
        ...places.map((place, i) => concat([u16(i + 1, 0, 1), place])),
      ),
    );
  };
  const head = box('ftyp', fromLatin1('heic'), u32(0), fromLatin1('mif1heic'));
  const from = head.length + describe(0).length + 8;
  return concat([head, describe(from), box('mdat', ...items.map(({ data }) => data)), ...behind]);
};

export interface HeifOptions {
  readonly frame?: HevcFrame;
  /** Properties of the main picture, each a box. */
  readonly properties?: readonly Uint8Array[];
  /** The main picture in so many columns and rows of the frame, cut to a size. */
  readonly grid?: {
    readonly columns: number;
    readonly rows: number;
    readonly width: number;
    readonly height: number;
  };
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
  /** What auxiliary pictures are: their URNs. */
  readonly auxiliary?: readonly string[];
  /** A thumbnail, and another picture beside the main one. */
  readonly thumbnail?: boolean;
  readonly second?: boolean;
  /** Boxes behind. */
  readonly behind?: readonly Uint8Array[];
}

const extent = (width: number, height: number): Uint8Array => full('ispe', 0, 0, u32(width, height));

/** An HEIF file. */
export const heifFile = (options: HeifOptions = {}): Uint8Array => {
  const { frame = 'quarters', properties = [], grid, exif, xmp } = options;
  const picture = (of: HevcFrame, more: Partial<Item> = {}): Item => ({
    type: 'hvc1',
    data: coded(of),
    properties: [config(of), extent(64, 64), ...(more.properties ?? [])],
    ...(more.refers ? { refers: more.refers } : {}),
    ...(more.hidden ? { hidden: true } : {}),
  });
  const tiles = grid
    ? Array.from({ length: grid.columns * grid.rows }, () => picture(frame, { hidden: true }))
    : [];
  const main: Item = grid
    ? {
        type: 'grid',
        data: concat([u8(0, 0, grid.rows - 1, grid.columns - 1), u16(grid.width, grid.height)]),
        properties: [extent(grid.width, grid.height), ...properties],
        refers: { type: 'dimg', to: tiles.map((_, i) => i + 2) },
      }
    : picture(frame, { properties });
  const about = { type: 'cdsc', to: [1] };
  return fileOf(
    [
      main,
      ...tiles,
      ...(options.auxiliary ?? []).map((urn) =>
        picture('ramp8', {
          properties: [full('auxC', 0, 0, fromLatin1(`${urn}\0`))],
          refers: { type: 'auxl', to: [1] },
        }),
      ),
      ...(options.thumbnail ? [picture(frame, { refers: { type: 'thmb', to: [1] } })] : []),
      ...(options.second ? [picture(frame)] : []),
      ...(exif ? [{ type: 'Exif', data: concat([u32(0), exif]), refers: about }] : []),
      ...(xmp ? [{ type: 'mime', mime: 'application/rdf+xml', data: xmp, refers: about }] : []),
    ],
    options.behind ?? [],
  );
};
