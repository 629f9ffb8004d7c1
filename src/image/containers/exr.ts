import * as E from 'fp-ts/lib/Either.js';
import { hasText, latin1, viewOf } from '../bytes.js';
import { SRGB_CHROMATICITIES } from '../colour/matrix.js';
import type { Leftover } from './container.js';

/**
 * OpenEXR: light as floats, in half or full precision (openexr.com, "OpenEXR File Layout"). Here its header is read; the pixels are
 * decoded by a package.
 */

export interface ExrHeader {
  /** Of the data window: the pixels that there are. */
  readonly width: number;
  readonly height: number;
  readonly grey: boolean;
  readonly alpha: boolean;
  /** CIE xy of red, green, blue and white, where they are not those of sRGB. */
  readonly chromaticities: readonly number[] | undefined;
  /** Whether all blocks of pixels lie within the file; undefined where that is not known. */
  readonly complete: boolean | undefined;
  readonly leftovers: readonly Leftover[];
}

/** Why a file is not read: it is damaged, or of a kind that the decoder does not know. */
export interface ExrFault {
  readonly kind: 'damaged' | 'unsupported';
  readonly reason: string;
}

/** Bounds of a header: real ones have thirty attributes and ten channels. */
const [MOST_ATTRIBUTES, MOST_CHANNELS, MOST_NAME] = [1024, 1024, 255] as const;

/** Numbers of compressions, with the rows of their blocks; B44 (6, 7) is not decoded. */
const ROWS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 8: 32, 9: 256 };

const damaged = (reason: string): E.Either<ExrFault, never> => E.left({ kind: 'damaged', reason });
const unsupported = (reason: string): E.Either<ExrFault, never> => E.left({ kind: 'unsupported', reason });

/** A text that ends with a zero; undefined where it has no end. */
const nameAt = (bytes: Uint8Array, at: number): string | undefined => {
  const end = bytes.indexOf(0, at);
  return end < 0 || end - at > MOST_NAME ? undefined : latin1(bytes, at, end);
};

interface Attributes {
  readonly values: ReadonlyMap<string, Uint8Array>;
  /** Where the table of blocks begins. */
  readonly end: number;
}

const attributesOf = (bytes: Uint8Array): Attributes | undefined => {
  const values = new Map<string, Uint8Array>();
  let at = 8;
  for (let i = 0; i < MOST_ATTRIBUTES; i++) {
    const name = nameAt(bytes, at);
    if (name === '') return { values, end: at + 1 };
    const type = name === undefined ? undefined : nameAt(bytes, at + name.length + 1);
    if (name === undefined || type === undefined) return undefined;
    const start = at + name.length + type.length + 6;
    if (start > bytes.length) return undefined;
    const length = viewOf(bytes).getUint32(start - 4, true);
    if (start + length > bytes.length) return undefined;
    values.set(name, bytes.subarray(start, start + length));
    at = start + length;
  }
  return undefined;
};

interface Channel {
  readonly name: string;
  /** 0: whole numbers, 1: half floats, 2: floats. */
  readonly type: number;
  readonly isSampled: boolean;
}

const channelsOf = (list: Uint8Array): readonly Channel[] | undefined => {
  const found: Channel[] = [];
  for (let at = 0; found.length < MOST_CHANNELS; ) {
    const name = nameAt(list, at);
    if (name === '') return found;
    if (name === undefined || at + name.length + 17 > list.length) return undefined;
    const [view, from] = [viewOf(list), at + name.length + 1];
    found.push({
      name,
      type: view.getUint32(from, true),
      isSampled: view.getUint32(from + 8, true) !== 1 || view.getUint32(from + 12, true) !== 1,
    });
    at = from + 16;
  }
  return undefined;
};

/** A rectangle of four whole numbers: its first and last column and row. */
const sizeOf = (box: Uint8Array | undefined) => {
  if (box?.length !== 16) return undefined;
  const [left = 0, top = 0, right = 0, bottom = 0] = [0, 4, 8, 12].map((at) =>
    viewOf(box).getInt32(at, true),
  );
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
};

// A table of the places of all blocks, each with its row and its length before it.
const isComplete = (bytes: Uint8Array, from: number, blocks: number): boolean => {
  const view = viewOf(bytes);
  if (from + blocks * 8 > bytes.length) return false;
  for (let i = 0; i < blocks; i++) {
    const at = Number(view.getBigUint64(from + i * 8, true));
    if (at < from || at + 8 > bytes.length) return false;
    if (at + 8 + view.getUint32(at + 4, true) > bytes.length) return false;
  }
  return true;
};

const colourOf = (value: Uint8Array | undefined): readonly number[] | undefined => {
  if (value?.length !== 32) return undefined;
  const found = Array.from({ length: 8 }, (_, i) => viewOf(value).getFloat32(i * 4, true));
  const isSrgb = found.every((each, i) => Math.abs(each - (SRGB_CHROMATICITIES[i] ?? 0)) < 0.002);
  const isSense = found.every((each) => Number.isFinite(each)) && (found[7] ?? 0) > 0;
  return isSrgb || !isSense ? undefined : found;
};

/** Reads the header, or says why the file is not read. */
export const readExr = (bytes: Uint8Array): E.Either<ExrFault, ExrHeader> => {
  if (!hasText(bytes, '\x76\x2f\x31\x01') || bytes.length < 8) return damaged('it holds no OpenEXR picture');
  const [version, flags] = [bytes[4], bytes[5] ?? 0];
  if (version !== 2) return unsupported(`it is of version ${version}`);
  if ((flags & 0x18) !== 0) return unsupported('it has several parts, or several depths in a pixel');
  const header = attributesOf(bytes);
  const channels = channelsOf(header?.values.get('channels') ?? new Uint8Array(0));
  const data = sizeOf(header?.values.get('dataWindow'));
  if (header === undefined || channels === undefined || data === undefined)
    return damaged('its header makes no sense');
  if (!(data.width > 0 && data.height > 0)) return damaged(`its size is ${data.width}x${data.height}`);
  const { values, end } = header;
  const compression = values.get('compression')?.[0] ?? 0;
  const rows = ROWS[compression];
  if (rows === undefined) return unsupported(`its compression (${compression}) is not known to the decoder`);
  const has = (name: string): boolean => channels.some((channel) => channel.name === name);
  const grey = !has('R') && has('Y') && !has('RY');
  if (!grey && !(has('R') && has('G') && has('B')))
    return unsupported('it has no channels R, G and B, and no Y');
  const wanted = channels.filter(({ name }) => (grey ? ['Y'] : ['R', 'G', 'B', 'A']).includes(name));
  if (
    new Set(wanted.map(({ type }) => type)).size > 1 ||
    channels.some(({ type }) => type !== 1 && type !== 2)
  )
    return unsupported('its channels hold numbers of different kinds, or whole ones');
  if (channels.some(({ isSampled }) => isSampled)) return unsupported('its channels are of different sizes');
  const shown = sizeOf(values.get('displayWindow'));
  const isWindow =
    shown !== undefined &&
    (['left', 'top', 'width', 'height'] as const).some((side) => shown[side] !== data[side]);
  return E.right({
    width: data.width,
    height: data.height,
    grey,
    alpha: !grey && has('A'),
    chromaticities: colourOf(values.get('chromaticities')),
    // Tiles may be of several sizes of the picture.
    complete: (flags & 2) !== 0 ? undefined : isComplete(bytes, end, Math.ceil(data.height / rows)),
    leftovers: [
      ...(wanted.length < channels.length ? (['further channels'] as const) : []),
      ...(isWindow ? (['display window'] as const) : []),
    ],
  });
};
