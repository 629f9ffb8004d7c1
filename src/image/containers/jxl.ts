import { brotliDecompressSync } from 'node:zlib';
import { concat, hasText, latin1, viewOf } from '../bytes.js';
import { claimsIn } from '../metadata/claims.js';
import { densityOf, stripExifHeader } from '../metadata/exif.js';
import type { Carried, Leftover } from './container.js';
import { boxesOf } from './isobmff.js';

/** What a JPEG XL file says of its picture (ISO/IEC 18181-1, annexes D and H) and around it (ISO/IEC 18181-2). */
export interface JxlHeader extends Carried {
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** 32 for any floating point. */
  readonly bits: number;
  readonly alpha: boolean;
  readonly animated: boolean;
  /** False where the file ends within a box; undefined where it has none, so that only decoding tells. */
  readonly complete: boolean | undefined;
}

/** Bits of a codestream, the lowest of each byte first. Beyond the end they are zeros: whoever reads looks at `ended`. */
const bitsOf = (bytes: Uint8Array) => {
  let at = 0;
  const take = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value += (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) * 2 ** i;
    return value;
  };
  const isSet = (): boolean => take(1) === 1;
  /** A number in one of four ways: so many bits and what is added to them. */
  const choice = (...ways: readonly (readonly [bits: number, plus: number])[]): number => {
    const [bits, plus] = ways[take(2)] ?? [0, 0];
    return take(bits) + plus;
  };
  return { take, isSet, choice, ended: () => at > bytes.length * 8 };
};

type Bits = ReturnType<typeof bitsOf>;

interface Size {
  readonly width: number;
  readonly height: number;
}

const RATIOS = [1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2] as const;

const sized = (bits: Bits, side: () => number): Size => {
  const height = side();
  const ratio = bits.take(3);
  return { height, width: ratio === 0 ? side() : Math.floor(height * (RATIOS[ratio - 1] ?? 1)) };
};

const sizeIn = (bits: Bits): Size => {
  const small = bits.isSet();
  return sized(bits, () => (small ? (bits.take(5) + 1) * 8 : bits.choice([9, 1], [13, 1], [18, 1], [30, 1])));
};

const skipPreview = (bits: Bits): void => {
  const eighths = bits.isSet();
  sized(bits, () =>
    eighths
      ? bits.choice([0, 16], [0, 32], [5, 1], [9, 33]) * 8
      : bits.choice([6, 1], [8, 65], [10, 321], [12, 1345]),
  );
};

const skipAnimation = (bits: Bits): void => {
  bits.choice([0, 100], [0, 1000], [10, 1], [30, 1]);
  bits.choice([0, 1], [0, 1001], [8, 1], [10, 1]);
  bits.choice([0, 0], [3, 0], [16, 0], [32, 0]);
  bits.take(1);
};

interface Metadata {
  readonly bits: number;
  readonly orientation: number;
  readonly animated: boolean;
  readonly alpha: boolean;
}

const metadataIn = (bits: Bits): Metadata => {
  if (bits.isSet()) return { bits: 8, orientation: 1, animated: false, alpha: false };
  const more = bits.isSet();
  const orientation = more ? bits.take(3) + 1 : 1;
  if (more && bits.isSet()) sizeIn(bits);
  if (more && bits.isSet()) skipPreview(bits);
  const animated = more && bits.isSet();
  if (animated) skipAnimation(bits);
  const floats = bits.isSet();
  const depth = floats
    ? bits.choice([0, 32], [0, 16], [0, 24], [6, 1])
    : bits.choice([0, 8], [0, 10], [0, 12], [6, 1]);
  if (floats) bits.take(4);
  bits.take(1);
  const extra = bits.choice([0, 0], [0, 1], [4, 2], [12, 1]);
  return { bits: floats ? 32 : depth, orientation, animated, alpha: extra > 0 };
};

/** The start of the codestream, which may come in parts; a header takes a few dozen bytes. */
const codestreamOf = (bytes: Uint8Array): Uint8Array => {
  if (hasText(bytes, '\xff\x0a')) return bytes;
  const parts = boxesOf(bytes, 0, bytes.length).flatMap(({ type, start, end }) =>
    type === 'jxlc' ? [bytes.subarray(start, end)] : type === 'jxlp' ? [bytes.subarray(start + 4, end)] : [],
  );
  return parts.length === 1 ? (parts[0] as Uint8Array) : concat(parts.map((part) => part.subarray(0, 256)));
};

/** The most bytes that a compressed piece of metadata may become. */
const MOST_INFLATED = 32e6;

interface Piece {
  readonly type: string;
  readonly data: () => Uint8Array | undefined;
}

const inflated = (bytes: Uint8Array): Uint8Array | undefined => {
  try {
    return new Uint8Array(brotliDecompressSync(bytes, { maxOutputLength: MOST_INFLATED }));
  } catch {
    return undefined;
  }
};

const piecesOf = (bytes: Uint8Array): readonly Piece[] =>
  hasText(bytes, '\xff\x0a')
    ? []
    : boxesOf(bytes, 0, bytes.length).map(({ type, start, end }) =>
        type === 'brob'
          ? { type: latin1(bytes, start, start + 4), data: () => inflated(bytes.subarray(start + 4, end)) }
          : { type, data: () => bytes.subarray(start, end) },
      );

const exifIn = (content: Uint8Array | undefined): Uint8Array | undefined => {
  if (content === undefined || content.length < 12) return undefined;
  const from = 4 + viewOf(content).getUint32(0);
  return from < content.length ? stripExifHeader(content.subarray(from)) : undefined;
};

const leftoversOf = (pieces: readonly Piece[], xmp: Uint8Array | undefined): readonly Leftover[] => [
  ...(pieces.some(({ type }) => type === 'jhgm') || claimsIn(xmp)?.gainMap === true
    ? (['gain map'] as const)
    : []),
  ...(pieces.some(({ type }) => type === 'jumb') ? (['content credentials'] as const) : []),
];

// Boxes are read up to the first that does not fit; one of size 0 goes to the end.
const reachesItsEnd = (bytes: Uint8Array): boolean | undefined =>
  hasText(bytes, '\xff\x0a') ? undefined : boxesOf(bytes, 0, bytes.length).at(-1)?.end === bytes.length;

/** Reads a JPEG XL file's header and metadata; undefined where it holds no codestream. */
export const readJxl = (bytes: Uint8Array): JxlHeader | undefined => {
  const codestream = codestreamOf(bytes);
  if (!hasText(codestream, '\xff\x0a')) return undefined;
  const reader = bitsOf(codestream.subarray(2, 256));
  const { width, height } = sizeIn(reader);
  const { orientation, ...metadata } = metadataIn(reader);
  if (reader.ended()) return undefined;
  const pieces = piecesOf(bytes);
  const content = (wanted: string): Uint8Array | undefined =>
    pieces.find(({ type }) => type === wanted)?.data();
  const exif = exifIn(content('Exif'));
  const xmp = content('xml ');
  return {
    ...metadata,
    width: orientation >= 5 ? height : width,
    height: orientation >= 5 ? width : height,
    complete: reachesItsEnd(bytes),
    exif,
    xmp,
    icc: undefined,
    iptc: undefined,
    photoshop: undefined,
    density: densityOf(exif),
    blocks: [],
    leftovers: leftoversOf(pieces, xmp),
  };
};
