import { concat, fromLatin1, latin1, viewOf } from '../bytes.js';
import { orientationOf, stripExifHeader } from '../metadata/exif.js';
import { type Carried, MAX_PIECES, type Written } from './container.js';

/** What a WebP file says around its picture (RFC 9649). */
export interface WebpHeader extends Carried {
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly lossless: boolean;
  readonly frames: number;
  readonly orientation: number;
  /** False when the file is shorter than it says. */
  readonly complete: boolean;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const chunksOf = (bytes: Uint8Array, from: number): readonly Chunk[] => {
  const view = viewOf(bytes);
  const chunks: Chunk[] = [];
  let at = from;
  while (at + 8 <= bytes.length && chunks.length < MAX_PIECES) {
    const size = view.getUint32(at + 4, true);
    chunks.push({ type: latin1(bytes, at, at + 4), data: bytes.subarray(at + 8, at + 8 + size) });
    at += 8 + size + (size & 1);
  }
  return chunks;
};

interface Size {
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
}

const uint24 = (view: DataView, at: number): number =>
  view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

// The canvas of an extended file, or the frame header of a simple one.
const sizeOf = (chunks: readonly Chunk[]): Size | undefined => {
  const find = (type: string) => chunks.find((chunk) => chunk.type === type)?.data;
  const [extended, lossless, lossy] = [find('VP8X'), find('VP8L'), find('VP8 ')];
  if (extended !== undefined && extended.length >= 10) {
    const view = viewOf(extended);
    return {
      width: uint24(view, 4) + 1,
      height: uint24(view, 7) + 1,
      alpha: (view.getUint8(0) & 0x10) !== 0,
    };
  }
  if (lossless !== undefined && lossless.length >= 5) {
    const bits = viewOf(lossless).getUint32(1, true);
    return {
      width: (bits & 0x3fff) + 1,
      height: ((bits >>> 14) & 0x3fff) + 1,
      alpha: ((bits >>> 28) & 1) === 1,
    };
  }
  if (lossy === undefined || lossy.length < 10) return undefined;
  const view = viewOf(lossy);
  return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff, alpha: false };
};

/** Reads a WebP file's header and metadata; undefined when it holds no picture. */
export const readWebp = (bytes: Uint8Array): WebpHeader | undefined => {
  const chunks = chunksOf(bytes, 12);
  const size = sizeOf(chunks);
  if (size === undefined) return undefined;
  const find = (type: string) => chunks.find((chunk) => chunk.type === type)?.data;
  const frames = chunks.filter(({ type }) => type === 'ANMF');
  const [first] = frames;
  const inner = first ? chunksOf(first.data, 16) : chunks;
  const exif = find('EXIF');
  const block = exif && stripExifHeader(exif);
  return {
    ...size,
    lossless: inner.some(({ type }) => type === 'VP8L'),
    frames: Math.max(1, frames.length),
    orientation: orientationOf(block),
    complete: viewOf(bytes).getUint32(4, true) + 8 <= bytes.length,
    exif: block,
    xmp: find('XMP '),
    icc: find('ICCP'),
    iptc: undefined,
    photoshop: undefined,
    density: undefined,
    blocks: [],
    leftovers: chunks.some(({ type }) => type === 'C2PA') ? ['content credentials'] : [],
  };
};

/**
 * An animation that ends with its first frame, the one that is decoded; other files as they are. libwebp looks for each frame from
 * the first on, so that many of them take hours.
 */
export const endingWithFirstFrame = (bytes: Uint8Array): Uint8Array => {
  const [first, second] = chunksOf(bytes, 12).filter(({ type }) => type === 'ANMF');
  if (first === undefined || second === undefined) return bytes;
  const { byteOffset, length } = first.data;
  const alone = bytes.slice(0, byteOffset - bytes.byteOffset + length + (length & 1));
  viewOf(alone).setUint32(4, alone.length - 8, true);
  return alone;
};

const chunkBytes = ({ type, data }: Chunk): Uint8Array => {
  const head = new Uint8Array(8);
  head.set(fromLatin1(type));
  viewOf(head).setUint32(4, data.length, true);
  return concat([head, data, new Uint8Array(data.length & 1)]);
};

const extension = ({ width, height, alpha }: Size, flags: number): Chunk => {
  const data = new Uint8Array(10);
  const view = viewOf(data);
  view.setUint32(0, flags | (alpha ? 0x10 : 0), true);
  view.setUint16(4, (width - 1) & 0xffff, true);
  view.setUint8(6, (width - 1) >> 16);
  view.setUint16(7, (height - 1) & 0xffff, true);
  view.setUint8(9, (height - 1) >> 16);
  return { type: 'VP8X', data };
};

/** Puts metadata into an encoded WebP file. Dropped, and said so: IPTC, for which WebP has no place. */
export const writeWebp = (encoded: Uint8Array, carried: Carried): Written => {
  const { exif, xmp, icc, iptc, photoshop } = carried;
  const dropped = iptc || photoshop ? ['IPTC'] : [];
  const chunks = chunksOf(encoded, 12);
  const size = sizeOf(chunks);
  if (size === undefined || (exif ?? xmp ?? icc) === undefined) return { bytes: encoded, dropped };
  const flags = (icc ? 0x20 : 0) | (exif ? 0x08 : 0) | (xmp ? 0x04 : 0);
  const body = concat(
    [
      extension(size, flags),
      ...(icc ? [{ type: 'ICCP', data: icc }] : []),
      ...chunks.filter(({ type }) => ['ALPH', 'VP8 ', 'VP8L'].includes(type)),
      ...(exif ? [{ type: 'EXIF', data: exif }] : []),
      ...(xmp ? [{ type: 'XMP ', data: xmp }] : []),
    ].map(chunkBytes),
  );
  const head = fromLatin1('RIFF\0\0\0\0WEBP');
  viewOf(head).setUint32(4, body.length + 4, true);
  return { bytes: concat([head, body]), dropped };
};
