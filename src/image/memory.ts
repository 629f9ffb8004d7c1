import { type Diagnostics, failure } from '../diagnostics/index.js';
import { megabytes } from '../diagnostics/quantities.js';
import type { ImageFormat } from '../ports/index.js';
import { spaceOf } from './colour/space.js';
import { bytesOf, bytesPerSample, type Extent, pixelsOf } from './decoding/extent.js';
import type { Header } from './decoding/header.js';
import { resultFormat } from './decoding/result-format.js';
import type { EncodeOptions } from './encoding/encode-options.js';
import type { Depth } from './samples/samples.js';

/*
 * How much memory decoding and encoding take at most: by what is allocated here, and for the libraries by what was measured of
 * pictures of noise, which compress worst. memory.test.ts measures it again.
 */

/** Bytes that a decoder takes for a pixel beside the file and its result, for 8 bits a sample. */
const decoderBytes = (header: Header, raw: number): number => {
  const { format, model, buffered, bits, width, height, alpha } = header;
  const pixels = width * height;
  switch (format) {
    case 'jpeg':
      // Coefficients of all components, two bytes each.
      return buffered ? 2 * (model === 'grey' ? 1 : model === 'cmyk' ? 4 : 3) * pixels : 0;
    case 'png':
      return buffered ? raw : 0;
    case 'webp':
      return 7 * pixels;
    case 'avif':
      return (bits > 8 ? 2 : 1) * (alpha ? 22 : 17) * pixels;
    case 'heic':
      // Planes, their RGB, what goes through the pipe; and a heap that grows by a fifth at a time.
      return (bits > 8 ? 2 : 1) * (alpha ? 20 : 16) * pixels;
    case 'jxl':
      // Floats of all channels at several stages, and the file in between.
      return 80 * pixels;
    case 'raw':
      // Samples with room for a fourth colour, those of the sensor, the result; what goes through the pipe, and a file in between.
      return 40 * pixels + raw;
    case 'exr':
      // Floats as they are decoded and as they are given, and what goes through the pipe.
      return 64 * pixels;
    case 'radiance':
      // A file of floats in between.
      return raw;
    case 'gif':
      return 8 * pixels;
    case 'tiff':
      // A file may be one strip.
      return raw;
  }
};

/** Channels as the decoder hands them over. */
const rawChannels = ({ model, alpha, format }: Header): number => {
  if (model === 'cmyk') return alpha ? 5 : 4;
  if (model === 'grey' && !alpha && format !== 'avif' && format !== 'heic') return 1;
  return alpha ? 4 : 3;
};

const metadataBytes = ({ exif, xmp, icc, iptc, photoshop, blocks, gainMap, video }: Header): number =>
  [exif, xmp, icc, iptc, photoshop, gainMap?.jpeg, video?.bytes, ...blocks.map(({ data }) => data)].reduce(
    (sum, block) => sum + (block?.byteLength ?? 0),
    0,
  );

/** Whether the samples become sRGB as floats, by tables of Little CMS, or are it already. */
const wayOf = (header: Header): 'srgb' | 'converted' | 'managed' => {
  if (header.depth === 'float32' || header.lab !== undefined) return 'converted';
  return spaceOf(header).space.kind;
};

const fileBytes = ({ source, encoded }: Header): number =>
  source === 'raw' ? encoded.buffer.byteLength : encoded.byteLength;

/** What is known of a picture by its file's header. */
export const extentFrom = (header: Header): Extent => ({
  ...plainExtent(header),
  ...developedExtent(header),
});

const developedExtent = (header: Header): Pick<Extent, 'developed'> => {
  const sensor = header.format === 'raw' ? header : header.sensor;
  if (sensor === undefined) return {};
  const light: Header = { ...sensor, bits: 32, depth: 'float32', colour: undefined };
  return { developed: { clipped: plainExtent(sensor), light: plainExtent(light) } };
};

const plainExtent = (header: Header): Extent => {
  const { bits, model, palette, alpha, orientation, encoded } = header;
  const pixels = header.width * header.height;
  const turned = orientation >= 5;
  const way = wayOf(header);
  const channels = model === 'grey' ? 1 : 3;
  const stored: Depth = way === 'managed' ? (model === 'cmyk' ? 'uint8' : 'uint16') : header.depth;
  const raw = pixels * rawChannels(header) * bytesPerSample[stored];
  // Transparency is parted from the colours, and small depths are spread, into arrays of their own.
  const parted = rawChannels(header) !== channels || (stored === 'uint16' && bits < 16);
  const kept = way === 'srgb' || (way === 'managed' && model === 'cmyk') ? 0 : raw;
  const decoder = decoderBytes(header, raw) + (orientation > 1 ? raw : 0);
  return {
    width: turned ? header.height : header.width,
    height: turned ? header.width : header.height,
    channels,
    depth: kept > 0 ? 'float32' : stored,
    alpha,
    untouched: true,
    source: {
      format: resultFormat(header),
      bits,
      model,
      palette,
      bytes: encoded.byteLength,
      // Of a raw file only the JPEG is decoded, but all of it is in memory.
      decoding: fileBytes(header) + metadataBytes(header) + raw + Math.max(decoder, parted ? raw : 0),
      kept,
    },
  };
};

const depthFor = (bits: number): Depth => (bits <= 8 ? 'uint8' : bits <= 16 ? 'uint16' : 'float32');

/** Bytes that an encoder takes for a pixel beside what it is given and what it makes. */
const encoderBytes = (
  format: ImageFormat,
  source: ImageFormat | undefined,
  options: EncodeOptions,
  samples: number,
): number => {
  switch (format) {
    case 'jpeg':
      // Coefficients of all components, since their codes are chosen for the whole picture.
      return 2 * 4;
    case 'png':
      return options.progressive ? samples : 0;
    case 'webp':
      return options.lossless === true || (options.lossless === undefined && source === 'webp') ? 36 : 20;
    case 'avif':
      return 60;
    case 'gif':
      return 16;
    default:
      // Differences of neighbours, and strips before they are put together.
      return 2 * samples;
  }
};

/**
 * Bytes that encoding takes at most beside the picture: what the samples become first, the encoder's own, the file, and a copy
 * of it with its metadata.
 */
export const encodingBytes = (picture: Extent, options: EncodeOptions = {}): number => {
  const { source, channels, depth, alpha } = picture;
  const format = options.format ?? source?.format ?? 'tiff';
  const bits = options.depth ?? source?.bits ?? (depth === 'uint8' ? 8 : depth === 'uint16' ? 16 : 32);
  const target = depthFor(format === 'jpeg' || format === 'webp' || format === 'gif' ? 8 : bits);
  const size = bytesPerSample[target];
  const inks = source?.model === 'cmyk' && (format === 'jpeg' || format === 'tiff');
  const spread = format === 'gif' || format === 'avif' || inks ? (inks ? 4 : 3) : channels;
  const carriesAlpha = alpha && format !== 'jpeg';
  const colours = spread * size;
  const samples = colours + (carriesAlpha ? size : 0);
  // The file's own samples go back as they came.
  const isSame = picture.untouched === true && format === source?.format && target === depthFor(source.bits);
  const floats = !isSame && (depth === 'float32' || source?.model === 'lab') ? channels * 4 : 0;
  const conversion =
    (isSame || (target === depth && spread === channels && floats === 0)
      ? 0
      : floats + colours + (inks ? 2 * channels : 0)) +
    (alpha && !carriesAlpha ? channels * bytesPerSample[depth] : 0) +
    (carriesAlpha ? samples + size : 0);
  // Indices of a palette, and what was looked at to find them.
  const palette = source?.palette || format === 'gif' ? 3 : 0;
  const carrier = inks || format === 'avif' ? samples : 0;
  const own = encoderBytes(format, source?.format, options, samples);
  // The file grows by being copied to where there is more room, and metadata are put into a copy.
  const file = 2 * samples;
  return pixelsOf(picture) * (conversion + palette + carrier + own + file) + (source?.bytes ?? 0) / 4;
};

/** A number of bytes as `--memory` takes it, rounded up. */
export const asMemoryOption = (bytes: number): string =>
  bytes < 1000 * 2 ** 20
    ? `${Math.ceil(bytes / 2 ** 20)}M`
    : `${(Math.ceil(bytes / 2 ** 30 / 0.1) * 0.1).toFixed(1)}G`;

/** The refusal of a picture that takes more memory than is allowed. `at` is the work that takes the most. */
export const memoryRefusal = (name: string, at: string, needed: number, allowed: number): Diagnostics => [
  failure(
    'image/memory-limit',
    `${name} needs about ${megabytes(needed)} of memory for ${at}, and the limit is ${megabytes(allowed)}.`,
    {
      hint: `Allow it with --memory ${asMemoryOption(needed)} if the photo is trusted and the machine has it; else make the photo smaller.`,
    },
  ),
];

/** The refusal of a picture that cannot be decoded within so many bytes; undefined where it can. */
export const decodingRefusal = (header: Header, name: string, allowed: number): Diagnostics | undefined => {
  const needed = extentFrom(header).source?.decoding ?? bytesOf(extentFrom(header));
  return needed <= allowed ? undefined : memoryRefusal(name, 'decoding', needed, allowed);
};
