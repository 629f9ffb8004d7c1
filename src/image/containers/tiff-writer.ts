import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { bufferOf, concat, viewOf } from '../bytes.js';
import { type ByteOrder, openTiff, readIfd } from '../metadata/ifd.js';
import {
  type Directory,
  type Field,
  longs,
  opaque,
  rationals,
  shorts,
  writeDirectory,
} from '../metadata/ifd-writer.js';
import { packBits } from '../samples/bit-packing.js';
import type { Indexed } from '../samples/indexed.js';
import type { Raw } from '../samples/samples.js';
import type { Carried, Written } from './container.js';
import { descriptionOf, ICC, IPTC, PALETTE, PHOTOSHOP, XMP } from './tiff.js';

/** Pixels for a TIFF file: channels interleaved, transparency last. */
export interface TiffPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Raw;
  /** All channels, transparency included. */
  readonly channels: number;
  readonly alpha: boolean;
  /** 1, 2 and 4 for levels in a Uint8Array. */
  readonly bits: number;
  readonly model: 'grey' | 'rgb' | 'cmyk' | 'lab' | 'palette';
  /** The colours that indices stand for. */
  readonly palette?: Indexed['palette'];
}

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);

const photometrics = { grey: 1, rgb: 2, palette: PALETTE, cmyk: 5, lab: 8 } as const;

const little: ByteOrder = 'II';

/** Bytes of a strip before compression: enough to compress well, little enough to be worked on side by side. */
const stripBytes = 1 << 19;

const littleEndianHost = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

// Samples in the file's byte order. EXIF fields are copied as they stand, so the file takes their order.
const ordered = (data: Raw, order: ByteOrder): Uint8Array => {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof Uint8Array || (order === little) === littleEndianHost) return bytes;
  const copy = bytes.slice();
  if (data instanceof Uint16Array) bufferOf(copy).swap16();
  else bufferOf(copy).swap32();
  return copy;
};

// The difference of each sample to the one before it of the same channel, which compresses better (TIFF 6.0, section 14).
const differences = (
  data: Uint8Array | Uint16Array,
  row: number,
  channels: number,
): Uint8Array | Uint16Array => {
  const out = data.slice();
  for (let start = 0; start < data.length; start += row)
    for (let i = start + channels; i < start + row; i++)
      out[i] = (data[i] as number) - (data[i - channels] as number);
  return out;
};

interface Strips {
  readonly parts: readonly Uint8Array[];
  readonly rows: number;
  readonly predictor: 1 | 2;
}

const stripsOf = async (pixels: TiffPixels, order: ByteOrder, level: number): Promise<Strips> => {
  const { width, height, channels, bits, data } = pixels;
  const smooth = bits >= 8 && pixels.model !== 'palette' && !(data instanceof Float32Array);
  const predictor = smooth ? 2 : 1;
  const row = width * channels;
  const shown = data instanceof Float32Array || predictor === 1 ? data : differences(data, row, channels);
  const bytes =
    bits < 8 && shown instanceof Uint8Array
      ? packBits(shown, width, bits === 1 ? 1 : bits === 2 ? 2 : 4)
      : ordered(shown, order);
  const stride = bytes.length / height;
  const rows = Math.max(1, Math.min(height, Math.floor(stripBytes / stride)));
  const parts = await Promise.all(
    Array.from({ length: Math.ceil(height / rows) }, (_, i) =>
      compress(bytes.subarray(i * rows * stride, (i + 1) * rows * stride), { level }),
    ),
  );
  return { parts, rows, predictor };
};

const head = (order: ByteOrder): Uint8Array =>
  Uint8Array.from(order === little ? [0x49, 0x49, 42, 0, 0, 0, 0, 0] : [0x4d, 0x4d, 0, 42, 0, 0, 0, 0]);

interface Layout {
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
  readonly rows: number;
  readonly compression: 1 | 8;
  readonly predictor: 1 | 2;
}

// All reds, then all greens and blues, in 16 bits.
const colourMap = (palette: Indexed['palette'], bits: number): readonly number[] =>
  ([0, 1, 2] as const).flatMap((channel) =>
    Array.from({ length: 2 ** bits }, (_, i) => (palette[i]?.[channel] ?? 0) * 257),
  );

const pixelFields = (order: ByteOrder, pixels: TiffPixels, layout: Layout): readonly Field[] => {
  const { width, height, channels, bits, alpha, model, data } = pixels;
  const each = (value: number) => Array.from({ length: channels }, () => value);
  return [
    longs(order, 256, [width]),
    longs(order, 257, [height]),
    shorts(order, 258, each(bits)),
    shorts(order, 259, [layout.compression]),
    shorts(order, 262, [photometrics[model]]),
    longs(order, 273, layout.offsets),
    shorts(order, 274, [1]),
    shorts(order, 277, [channels]),
    longs(order, 278, [layout.rows]),
    longs(order, 279, layout.sizes),
    shorts(order, 284, [1]),
    ...(layout.predictor === 2 ? [shorts(order, 317, [2])] : []),
    ...(pixels.palette ? [shorts(order, 320, colourMap(pixels.palette, bits))] : []),
    // 2: not premultiplied.
    ...(alpha ? [shorts(order, 338, [2])] : []),
    ...(data instanceof Float32Array ? [shorts(order, 339, each(3))] : []),
  ];
};

const carriedFields = (order: ByteOrder, carried: Carried): readonly Field[] => {
  const { density, xmp, iptc, photoshop, icc } = carried;
  return [
    ...(density
      ? [rationals(order, 282, [density]), rationals(order, 283, [density]), shorts(order, 296, [2])]
      : []),
    ...(xmp ? [opaque(XMP, xmp)] : []),
    ...(iptc ? [opaque(IPTC, iptc)] : []),
    ...(photoshop ? [opaque(PHOTOSHOP, photoshop)] : []),
    ...(icc ? [opaque(ICC, icc)] : []),
  ];
};

const nothing: Directory = { fields: [], children: [] };

const describe = (
  exif: Uint8Array | undefined,
): { readonly order: ByteOrder; readonly directory: Directory; readonly dropped: readonly string[] } => {
  const tiff = exif && openTiff(exif);
  const main = tiff && readIfd(tiff, tiff.first);
  const directory = tiff && main && descriptionOf(tiff, main);
  const dropped = exif !== undefined && directory === undefined ? ['EXIF that is damaged'] : [];
  return { order: tiff?.order ?? little, directory: directory ?? nothing, dropped };
};

/** Offsets in a TIFF file have 32 bits. */
const maxFile = 2 ** 32 - 1;

const assemble = (order: ByteOrder, parts: readonly Uint8Array[], directory: Directory): Uint8Array => {
  const first = head(order);
  const end = parts.reduce((sum, part) => sum + part.length, first.length);
  if (end > maxFile) throw new Error('a TIFF file holds up to 4 GiB');
  const padding = new Uint8Array(end & 1);
  viewOf(first).setUint32(4, end + padding.length, order === little);
  return concat([first, ...parts, padding, writeDirectory(directory, order, end + padding.length)]);
};

const offsetsOf = (parts: readonly Uint8Array[]): readonly number[] => {
  let at = 8;
  return parts.map((part) => {
    const start = at;
    at += part.length;
    return start;
  });
};

/**
 * A TIFF file, deflated, with all metadata: EXIF becomes the file's own fields and directories. Written here because
 * libvips writes neither EXIF nor CIELAB, CMYK or floats from raw samples.
 */
export const writeTiffFile = async (
  pixels: TiffPixels,
  carried: Carried,
  level: number,
): Promise<Written> => {
  const { order, directory, dropped } = describe(carried.exif);
  const { parts, rows, predictor } = await stripsOf(pixels, order, level);
  const layout: Layout = {
    offsets: offsetsOf(parts),
    sizes: parts.map((part) => part.length),
    rows,
    compression: 8,
    predictor,
  };
  const fields = [
    ...pixelFields(order, pixels, layout),
    ...carriedFields(order, carried),
    ...directory.fields,
  ];
  return { bytes: assemble(order, parts, { fields, children: directory.children }), dropped };
};

/**
 * A bare TIFF, not compressed, that carries pixels into libvips together with what raw samples cannot say: that they
 * are CMYK, and which profile and XMP packet belong to them.
 */
export const carrierTiff = (
  pixels: TiffPixels,
  carried: Partial<Pick<Carried, 'icc' | 'xmp'>>,
): Uint8Array => {
  const order = littleEndianHost ? little : 'MM';
  const parts = [ordered(pixels.data, order)];
  const layout: Layout = {
    offsets: [8],
    sizes: parts.map((part) => part.length),
    rows: pixels.height,
    compression: 1,
    predictor: 1,
  };
  const { icc, xmp } = carried;
  const fields = [
    ...pixelFields(order, pixels, layout),
    ...(xmp ? [opaque(XMP, xmp)] : []),
    ...(icc ? [opaque(ICC, icc)] : []),
  ];
  return assemble(order, parts, { fields, children: [] });
};
