import type { Frame, ImageFormat, Metadata } from '../../ports/index.js';
import { originOf } from '../samples/origin.js';
import type { Depth } from '../samples/samples.js';

/** What the memory depends on that work on a picture takes: known from a file's header, before any of it is decoded. */
export interface Extent {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly depth: Depth;
  readonly alpha: boolean;
  /** The file it comes from; absent for a picture that the program made. */
  readonly source?: SourceExtent;
  /** Of a camera's raw file: what its sensor's picture is when it is developed, of 16 bits, or as light that goes beyond white. */
  readonly developed?: { readonly clipped: Extent; readonly light: Extent };
  /** True as long as no operator has changed it: its samples in sRGB are then made only when somebody asks for them. */
  readonly untouched?: boolean;
}

/** What of a picture's file matters. */
export interface SourceExtent extends Pick<Metadata, 'bits' | 'model' | 'palette'> {
  readonly format: ImageFormat;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Bytes that decoding takes at most, the file and the result included. */
  readonly decoding: number;
  /** Bytes of the file's own samples that are kept beside those in sRGB, as long as nobody has changed the picture. */
  readonly kept: number;
}

/** Bytes of a sample. */
export const bytesPerSample: Readonly<Record<Depth, number>> = { uint8: 1, uint16: 2, float32: 4 };

/** Pixels of a picture. */
export const pixelsOf = ({ width, height }: Pick<Extent, 'width' | 'height'>): number => width * height;

/** Bytes that a picture holds: its samples and its transparency; of an untouched one, what its file's samples are kept as. */
export const bytesOf = (extent: Extent): number => {
  const { channels, depth, alpha, source, untouched } = extent;
  const kept = untouched ? (source?.kept ?? 0) : 0;
  return pixelsOf(extent) * ((kept > 0 ? 0 : channels) + (alpha ? 1 : 0)) * bytesPerSample[depth] + kept;
};

/** What is known of a decoded picture. */
export const extentOf = ({ width, height, channels, samples, alpha, metadata }: Frame): Extent => {
  const { format, bits, model, palette } = metadata;
  const origin = originOf(samples);
  const kept = samples.depth === 'float32' && origin !== undefined ? 2 * origin.length : 0;
  return {
    width,
    height,
    channels,
    depth: samples.depth,
    alpha: alpha !== undefined,
    untouched: origin !== undefined,
    ...(format && { source: { format, bits, model, palette, bytes: 0, decoding: 0, kept } }),
  };
};
