import { crc32, deflateSync, inflateSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import type { DeclaredColour, MetadataBlock } from '../../ports/index.js';
import { concat, fromLatin1, hasText, latin1, viewOf } from '../bytes.js';
import { declaredByPng, type Hdr } from '../colour/declared.js';
import { orientationOf } from '../metadata/exif.js';
import { type Carried, MAX_PIECES, type Written } from './container.js';

/** What a PNG file says around its pixels (W3C PNG, third edition). */
export interface PngHeader extends Carried {
  readonly width: number;
  readonly height: number;
  /** Bits per sample; of the index for a palette. */
  readonly bits: number;
  readonly grey: boolean;
  readonly palette: boolean;
  readonly alpha: boolean;
  /** Whether its decoder holds all of it at once, as it is interlaced. */
  readonly buffered: boolean;
  readonly frames: number;
  readonly orientation: number;
  /** False when the chunks end before IEND. */
  readonly complete: boolean;
  /** Colour declared without a profile, where it is not sRGB. */
  readonly colour: DeclaredColour | Hdr | undefined;
}

/** One chunk: four letters and its data. */
export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const signature = '\x89PNG\r\n\x1a\n';

/** A decompressed text or profile longer than this is taken for a bomb. */
const maxInflated = 32 << 20;

interface Chunks {
  /** All but the pixels. */
  readonly list: readonly Chunk[];
  readonly pixels: boolean;
  readonly complete: boolean;
}

const chunksOf = (bytes: Uint8Array): Chunks => {
  const view = viewOf(bytes);
  const list: Chunk[] = [];
  let pixels = false;
  let at = 8;
  while (at + 12 <= bytes.length && list.length < MAX_PIECES) {
    const length = view.getUint32(at);
    const type = latin1(bytes, at + 4, at + 8);
    pixels ||= type === 'IDAT';
    if (type === 'IEND') return { list, pixels, complete: true };
    if (at + 12 + length > bytes.length) break;
    // Pixels are the decoder's business, and there may be thousands of such chunks.
    if (type !== 'IDAT' && type !== 'fdAT')
      list.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return { list, pixels, complete: false };
};

const inflated = (data: Uint8Array): Uint8Array | undefined => {
  try {
    return inflateSync(data, { maxOutputLength: maxInflated });
  } catch {
    return undefined;
  }
};

const afterZero = (data: Uint8Array, from: number): number => {
  const zero = data.indexOf(0, from);
  return zero < 0 ? data.length : zero + 1;
};

const iccOf = (chunk: Chunk | undefined): Uint8Array | undefined =>
  chunk && inflated(chunk.data.subarray(afterZero(chunk.data, 0) + 1));

const XMP = 'XML:com.adobe.xmp\0';

const isXmp = ({ type, data }: Chunk): boolean => type === 'iTXt' && hasText(data, XMP);

const xmpOf = (chunk: Chunk | undefined): Uint8Array | undefined => {
  if (chunk === undefined) return undefined;
  const { data } = chunk;
  const language = afterZero(data, XMP.length + 2);
  const text = data.subarray(afterZero(data, language));
  return data[XMP.length] === 1 ? inflated(text) : text;
};

const densityOf = (chunk: Chunk | undefined): number | undefined => {
  if (chunk === undefined || chunk.data.length < 9 || chunk.data[8] !== 1) return undefined;
  const perMetre = viewOf(chunk.data).getUint32(0);
  return perMetre > 0 ? perMetre * 0.0254 : undefined;
};

/** Chunks that describe the picture to people or to colour management, and hold for a copy of it. */
export const colourKinds: ReadonlySet<string> = new Set(['gAMA', 'cHRM', 'sRGB', 'cICP', 'iCCP']);
const textKinds: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt', 'tIME']);
const standardKinds: ReadonlySet<string> = new Set([
  ...['IHDR', 'PLTE', 'tRNS', 'iCCP', 'pHYs', 'eXIf', 'acTL', 'fcTL', 'caBX', 'mDCV', 'cLLI', 'mDCv', 'cLLi'],
  // Hints to renderers about the old encoding, of no use with a new one.
  ...['bKGD', 'hIST', 'sBIT', 'sPLT'],
]);

// A lower-case fourth letter says that the chunk may be copied by those who do not know it.
const mayCopy = (type: string): boolean => type[3] === type[3]?.toLowerCase();

// Without a unit, pHYs says how wide a pixel is for its height.
const isAspect = ({ type, data }: Chunk): boolean => type === 'pHYs' && data[8] === 0;

const isBlock = (chunk: Chunk): boolean =>
  (colourKinds.has(chunk.type) && chunk.type !== 'iCCP') ||
  isAspect(chunk) ||
  (textKinds.has(chunk.type) && !isXmp(chunk)) ||
  (!standardKinds.has(chunk.type) && !textKinds.has(chunk.type) && mayCopy(chunk.type));

/** Bits that samples of each colour type may have. */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

// libvips says nothing about such files but that they are corrupt.
const faultOf = (bytes: Uint8Array, { list, pixels }: Chunks): string | undefined => {
  const [head] = list;
  if (head?.type !== 'IHDR' || head.data.length !== 13) return 'it does not start with a PNG header';
  if (crc32(bytes.subarray(12, 29)) !== viewOf(bytes).getUint32(29))
    return 'the checksum of its header is wrong';
  const [bits = 0, colourType = 0] = head.data.subarray(8, 10);
  const allowed = depths[colourType];
  if (allowed === undefined) return `PNG knows no colour type ${colourType}`;
  if (!allowed.includes(bits)) return `PNG of colour type ${colourType} cannot have ${bits} bits a sample`;
  if (list.length >= MAX_PIECES) return `it has ${MAX_PIECES} chunks or more beside its pixels`;
  return pixels ? undefined : 'it holds no pixels';
};

/** Reads a PNG file's header and metadata; what is wrong with the file when it has no header that makes sense. */
export const readPng = (bytes: Uint8Array): E.Either<string, PngHeader> => {
  const chunks = chunksOf(bytes);
  const { list, complete } = chunks;
  const fault = faultOf(bytes, chunks);
  const [head] = list;
  if (fault !== undefined || head === undefined) return E.left(fault ?? 'it holds nothing');
  const find = (type: string) => list.find((chunk) => chunk.type === type);
  const view = viewOf(head.data);
  const colourType = view.getUint8(9);
  const animation = find('acTL')?.data;
  const exif = find('eXIf')?.data;
  const profile = iccOf(find('iCCP'));
  const { colour, overrulesProfile } = declaredByPng(find, profile !== undefined);
  return E.right({
    width: view.getUint32(0),
    height: view.getUint32(4),
    bits: view.getUint8(8),
    grey: colourType === 0 || colourType === 4,
    palette: colourType === 3,
    buffered: view.getUint8(12) !== 0,
    alpha: (colourType & 4) !== 0 || find('tRNS') !== undefined,
    frames: animation && animation.length >= 8 ? viewOf(animation).getUint32(0) : 1,
    orientation: orientationOf(exif),
    complete,
    colour,
    exif,
    xmp: xmpOf(list.find(isXmp)),
    icc: overrulesProfile ? undefined : profile,
    iptc: undefined,
    photoshop: undefined,
    density: densityOf(find('pHYs')),
    blocks: list
      .filter((chunk) => isBlock(chunk) || (overrulesProfile && chunk.type === 'iCCP'))
      .map(({ type, data }): MetadataBlock => ({ container: 'png', kind: type, data })),
    leftovers: find('caBX') === undefined ? [] : ['content credentials'],
  });
};

/** The bytes of one chunk, with its length and checksum. */
export const chunkBytes = ({ type, data }: Chunk): Uint8Array => {
  const body = concat([fromLatin1(type), data]);
  const out = new Uint8Array(body.length + 8);
  viewOf(out).setUint32(0, data.length);
  out.set(body, 4);
  viewOf(out).setUint32(body.length + 4, crc32(body));
  return out;
};

/** A whole file of these chunks; IEND is added. */
export const pngFile = (chunks: readonly Chunk[]): Uint8Array =>
  concat([fromLatin1(signature), ...[...chunks, { type: 'IEND', data: new Uint8Array(0) }].map(chunkBytes)]);

const physical = (density: number): Chunk => {
  const data = new Uint8Array(9);
  viewOf(data).setUint32(0, Math.round(density / 0.0254));
  viewOf(data).setUint32(4, Math.round(density / 0.0254));
  data[8] = 1;
  return { type: 'pHYs', data };
};

const profile = (icc: Uint8Array): Chunk => ({
  type: 'iCCP',
  data: concat([fromLatin1('ICC profile\0\0'), deflateSync(icc)]),
});

/**
 * Puts metadata into an encoded PNG after its IHDR. Dropped, and said so: IPTC, for which PNG has no place.
 */
export const writePng = (encoded: Uint8Array, carried: Carried): Written => {
  const header = 8 + 25;
  // The encoder's own density stands between IHDR and the pixels and would contradict ours.
  const own = hasText(encoded, 'pHYs', header + 4) ? 21 : 0;
  const { density, exif, xmp, icc, iptc, photoshop, blocks } = carried;
  const chunks: readonly Chunk[] = [
    ...(icc ? [profile(icc)] : []),
    ...blocks.filter(({ kind }) => colourKinds.has(kind)).map(({ kind, data }) => ({ type: kind, data })),
    ...(density ? [physical(density)] : []),
    ...(exif ? [{ type: 'eXIf', data: exif }] : []),
    ...(xmp ? [{ type: 'iTXt', data: concat([fromLatin1(`${XMP}\0\0\0\0`), xmp]) }] : []),
    ...blocks.filter(({ kind }) => !colourKinds.has(kind)).map(({ kind, data }) => ({ type: kind, data })),
  ];
  return {
    bytes: concat([encoded.subarray(0, header), ...chunks.map(chunkBytes), encoded.subarray(header + own)]),
    dropped: iptc || photoshop ? ['IPTC'] : [],
  };
};
