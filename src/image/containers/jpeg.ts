import type { MetadataBlock, Quantisation } from '../../ports/index.js';
import { bufferOf, concat, fromLatin1, hasText, latin1, viewOf } from '../bytes.js';
import { densityOf, orientationOf, stripExifHeader } from '../metadata/exif.js';
import { iptcOf, photoshopOf } from '../metadata/photoshop.js';
import { isExtendedBy } from '../metadata/xmp.js';
import type { Carried, Written } from './container.js';
import { readBehind } from './jpeg-behind.js';
import {
  EXIF,
  EXTENDED_XMP,
  headOf,
  ICC,
  ISO_GAIN_MAP,
  JUMBF,
  LONGEST_PAYLOAD,
  MULTI_PICTURE,
  named,
  PHOTOSHOP,
  payloads,
  type Segment,
  segment,
  segmentsOf,
  XMP,
} from './jpeg-pieces.js';
import { quantisationOf } from './jpeg-quantisation.js';
import { MULTI_PICTURE_LENGTH, multiPictureSegment } from './multi-picture.js';

/** What a JPEG file says before its picture begins (ITU T.81 annex B; the APP segments by their makers). */
export interface JpegHeader extends Carried {
  readonly width: number;
  readonly height: number;
  /** Bits per sample: 8 in any photo. */
  readonly precision: number;
  readonly components: number;
  readonly chromaSubsampling: string;
  /** Its quantisation tables, where they are those of brightness and colours. */
  readonly quantisation: Quantisation | undefined;
  /** Whether its decoder holds all of it at once, as it comes from coarse to fine. */
  readonly buffered: boolean;
  readonly orientation: number;
}

/** The longest XMP packet that goes into a JPEG file, in bytes. */
export const LONGEST_JPEG_XMP = LONGEST_PAYLOAD - XMP.length - 1;
/**
 * The file without what stands between its segments before the first scan, where nothing should: decoders pass over it with a
 * warning, which would hide the warnings behind it. The same bytes where nothing does.
 */
export const withoutStray = (bytes: Uint8Array): Uint8Array => {
  const { stray } = headOf(bytes);
  if (stray.length === 0) return bytes;
  let at = 0;
  const parts = stray.map(([from, to]) => {
    const part = bytes.subarray(at, from);
    at = to;
    return part;
  });
  return concat([...parts, bytes.subarray(at)]);
};

/** More bytes than this before a marker are no padding. */
const longestPadding = 64;

/**
 * Whether that many bytes before a marker behind the first scan are padding, which some encoders put there. Bytes of a picture that
 * was damaged so that its samples came out shorter than they were look otherwise.
 */
export const arePadding = (bytes: Uint8Array, count: number, marker: number): boolean => {
  if (count > longestPadding) return false;
  const file = bufferOf(bytes);
  const sign = Buffer.of(0xff, marker);
  const scan = Math.max(0, file.indexOf(Buffer.of(0xff, 0xda)));
  for (let at = file.indexOf(sign, scan + 2); at >= 0; at = file.indexOf(sign, at + 2)) {
    const before = bytes.subarray(at - count, at);
    if (before.every((byte) => byte === 0)) return true;
  }
  return false;
};

/** Frames that come row by row; all others come from coarse to fine. */
const sequential: ReadonlySet<number> = new Set([0xc0, 0xc1]);

const isFrame = ({ marker }: Segment): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

// Sampling factors of the first component against the second's, in the notation of J:a:b.
const subsamplingOf = (frame: Uint8Array): string => {
  if ((frame[5] ?? 0) < 3) return '4:4:4';
  const [h, v] = [(frame[7] ?? 0x11) >> 4, (frame[7] ?? 0x11) & 15];
  const [ch, cv] = [(frame[10] ?? 0x11) >> 4, (frame[10] ?? 0x11) & 15];
  const [x, y] = [h / (ch || 1), v / (cv || 1)];
  if (x <= 1) return y <= 1 ? '4:4:4' : '4:4:0';
  if (x <= 2) return y <= 1 ? '4:2:2' : '4:2:0';
  return y <= 1 ? '4:1:1' : '4:1:0';
};

// A profile comes in numbered chunks of up to 64 KiB; undefined when one is missing.
const iccOf = (segments: readonly Segment[]): Uint8Array | undefined => {
  const chunks = [...payloads(segments, 0xe2, ICC)].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  const whole =
    chunks.length > 0 && chunks.every((chunk, i) => chunk[0] === i + 1 && chunk[1] === chunks.length);
  return whole ? concat(chunks.map((chunk) => chunk.subarray(2))) : undefined;
};

const jfifDensityOf = (segments: readonly Segment[]): number | undefined => {
  const [jfif] = payloads(segments, 0xe0, 'JFIF\0');
  if (jfif === undefined || jfif.length < 7) return undefined;
  const density = viewOf(jfif).getUint16(3);
  if (density <= 1) return undefined;
  return jfif[2] === 1 ? density : jfif[2] === 2 ? density * 2.54 : undefined;
};

const kindOf = (marker: number): string => (marker === 0xfe ? 'COM' : `APP${marker - 0xe0}`);

// Segments with a meaning of their own, and those that belong to the old encoding, are not kept as blocks.
const isBlock = ({ marker, payload }: Segment): boolean => {
  if (marker === 0xfe) return true;
  if (marker === 0xe0 || marker === 0xee || marker < 0xe1 || marker > 0xef) return false;
  const known = [EXIF, XMP, ICC, PHOTOSHOP, JUMBF, MULTI_PICTURE, ISO_GAIN_MAP];
  return !known.some((name) => hasText(payload, name));
};

/** Reads a JPEG file's header and metadata; undefined when no frame header is found. */
export const readJpeg = (bytes: Uint8Array): JpegHeader | undefined => {
  const segments = segmentsOf(bytes);
  const { marker = 0, payload: frame } = segments.find(isFrame) ?? {};
  if (frame === undefined || frame.length < 6) return undefined;
  const [exif] = payloads(segments, 0xe1, EXIF);
  const [xmp] = payloads(segments, 0xe1, XMP);
  const photoshop = payloads(segments, 0xed, PHOTOSHOP);
  const resources = photoshop.length > 0 ? concat(photoshop) : undefined;
  const block = exif && stripExifHeader(exif.subarray(1));
  const { leftovers, ...behind } = readBehind(bytes, segments, xmp);
  return {
    width: viewOf(frame).getUint16(3),
    height: viewOf(frame).getUint16(1),
    precision: frame[0] ?? 8,
    buffered: !sequential.has(marker),
    components: frame[5] ?? 3,
    chromaSubsampling: subsamplingOf(frame),
    quantisation: quantisationOf(segments, frame),
    orientation: orientationOf(block),
    exif: block,
    xmp,
    icc: iccOf(segments),
    iptc: iptcOf(resources),
    photoshop: resources,
    density: jfifDensityOf(segments) ?? densityOf(block),
    blocks: segments
      .filter(isBlock)
      .map(
        ({ marker, payload }): MetadataBlock => ({ container: 'jpeg', kind: kindOf(marker), data: payload }),
      ),
    ...behind,
    leftovers: [
      ...leftovers,
      ...(payloads(segments, 0xeb, JUMBF).length > 0 ? (['content credentials'] as const) : []),
    ],
  };
};

const slices = (bytes: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

const jfif = (density: number | undefined): Uint8Array => {
  const payload = fromLatin1('JFIF\0\x01\x01\0\0\x01\0\x01\0\0');
  const value = Math.round(density ?? 0);
  if (value > 0 && value <= 0xffff) {
    payload[7] = 1;
    viewOf(payload).setUint16(8, value);
    viewOf(payload).setUint16(10, value);
  }
  return segment(0xe0, payload);
};

const iccSegments = (icc: Uint8Array): readonly Uint8Array[] => {
  const chunks = slices(icc, LONGEST_PAYLOAD - ICC.length - 2);
  return chunks.map((chunk, i) => segment(0xe2, fromLatin1(ICC), Uint8Array.of(i + 1, chunks.length), chunk));
};

const markerOf = (kind: string): number => (kind === 'COM' ? 0xfe : 0xe0 + Number(kind.slice(3)));

/**
 * Puts metadata into an encoded JPEG that has none, after its JFIF segment, in the order that readers expect.
 * Dropped, and said so: an EXIF or XMP block that is longer than the 64 KiB of a segment.
 */
export const writeJpeg = (encoded: Uint8Array, carried: Carried): Written => {
  // The encoder's own JFIF segment makes way for one with the right density; CMYK files have none.
  const own = hasText(encoded, 'JFIF\0', 6) ? 4 + viewOf(encoded).getUint16(4) : 2;
  const { exif, xmp, icc } = carried;
  const photoshop = carried.photoshop ?? (carried.iptc && photoshopOf(carried.iptc));
  const fits = (block: Uint8Array | undefined, name: string): block is Uint8Array =>
    block !== undefined && block.length + name.length + 1 <= LONGEST_PAYLOAD;
  const { gainMap, video } = carried;
  const parts = [
    encoded.subarray(0, 2),
    jfif(carried.density),
    ...(fits(exif, EXIF) ? [segment(0xe1, fromLatin1(`${EXIF}\0`), exif)] : []),
    ...(fits(xmp, XMP) ? [segment(0xe1, fromLatin1(XMP), xmp)] : []),
    ...(icc ? iccSegments(icc) : []),
    ...(photoshop
      ? slices(photoshop, LONGEST_PAYLOAD - PHOTOSHOP.length).map((part) =>
          segment(0xed, fromLatin1(PHOTOSHOP), part),
        )
      : []),
    ...(gainMap?.iso ? [named(0xe2, ISO_GAIN_MAP, gainMap.iso)] : []),
    ...carried.blocks.filter(belongsTo(xmp)).map(({ kind, data }) => segment(markerOf(kind), data)),
  ];
  const picture = encoded.subarray(own);
  const behind = [...(gainMap ? [gainMap.jpeg] : []), ...(video ? [video.bytes] : [])];
  return {
    bytes: concat([...parts, ...listed(parts, picture, gainMap), picture, ...behind]),
    dropped: [
      ...(exif && !fits(exif, EXIF) ? ['EXIF over 64 KiB'] : []),
      ...(xmp && !fits(xmp, XMP) ? ['XMP over 64 KiB'] : []),
    ],
  };
};

// The picture's list of the gain map behind it.
const listed = (
  parts: readonly Uint8Array[],
  picture: Uint8Array,
  gainMap: Carried['gainMap'],
): readonly Uint8Array[] => {
  if (gainMap === undefined) return [];
  const at = parts.reduce((sum, { length }) => sum + length, 0);
  const main = at + MULTI_PICTURE_LENGTH + picture.length;
  return [multiPictureSegment(at, main, gainMap.jpeg.length)];
};

// Extended XMP belongs to the packet that names its digest; without that packet it is noise.
const belongsTo = (xmp: Uint8Array | undefined): ((block: MetadataBlock) => boolean) => {
  const isNamed = xmp === undefined ? () => false : isExtendedBy(xmp);
  const start = EXTENDED_XMP.length;
  return ({ data }) => !hasText(data, EXTENDED_XMP) || isNamed(latin1(data, start, start + 32));
};
