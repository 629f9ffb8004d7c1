import type { Frame, Samples } from '../../ports/index.js';
import { emptyLike, maxOf, type Raw, samplesOf } from './samples.js';

/** A rectangle in pixels; it may reach beyond the picture. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What stands beyond the edges of a picture: it goes on as in a mirror, with the outermost pixel (`symmetric`) or
 * without it twice (`reflect`); its outermost pixels go on (`edge`); it begins anew (`wrap`); or there is one colour,
 * sRGB-encoded 0..1, opaque.
 */
export type Fill = 'reflect' | 'symmetric' | 'edge' | 'wrap' | readonly [number, number, number];

const modulo = (a: number, n: number): number => ((a % n) + n) % n;

/** Which of `n` places stands at place `i`, which may lie outside; -1 where there is a colour. */
const sourceOf = (i: number, n: number, fill: Fill): number => {
  if (i >= 0 && i < n) return i;
  switch (fill) {
    case 'edge':
      return i < 0 ? 0 : n - 1;
    case 'wrap':
      return modulo(i, n);
    case 'symmetric': {
      const at = modulo(i, 2 * n);
      return at < n ? at : 2 * n - 1 - at;
    }
    case 'reflect': {
      if (n === 1) return 0;
      const at = modulo(i, 2 * n - 2);
      return at < n ? at : 2 * n - 2 - at;
    }
    default:
      return -1;
  }
};

/** The source's place for each of `count` places from `from` on. */
export const sources = (from: number, count: number, n: number, fill: Fill): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => sourceOf(from + i, n, fill));

const paint = (to: Raw, at: number, count: number, colour: readonly number[]): void => {
  for (let i = 0; i < count; i++) to[at + i] = colour[i % colour.length] as number;
};

const cut = (
  { data }: Samples,
  channels: number,
  { width, height }: Pick<Frame, 'width' | 'height'>,
  region: Region,
  fill: Fill,
  colour: readonly number[],
): Samples => {
  const columns = sources(region.left, region.width, width, fill);
  const rows = sources(region.top, region.height, height, fill);
  // What lies inside the picture is one run, copied at once; only what lies beyond goes pixel by pixel.
  const first = Math.min(Math.max(0, -region.left), region.width);
  const end = Math.max(first, Math.min(region.width, width - region.left));
  const out = emptyLike(data as Raw, region.width * region.height * channels);
  const copyPixel = (row: number, x: number, to: number): void => {
    const column = columns[x] as number;
    const from = (row * width + column) * channels;
    if (column < 0) paint(out, to, channels, colour);
    else for (let c = 0; c < channels; c++) out[to + c] = data[from + c] as number;
  };
  for (let y = 0; y < region.height; y++) {
    const row = rows[y] as number;
    const at = y * region.width * channels;
    if (row < 0) {
      paint(out, at, region.width * channels, colour);
      continue;
    }
    const from = (row * width + region.left + first) * channels;
    out.set(data.subarray(from, from + (end - first) * channels), at + first * channels);
    for (let x = 0; x < first; x++) copyPixel(row, x, at + x * channels);
    for (let x = end; x < region.width; x++) copyPixel(row, x, at + x * channels);
  }
  return samplesOf(out);
};

// Of a colour, a grey picture takes the luma (ITU-R BT.709): for greys it is exact.
const levels = (fill: Fill, channels: number, depth: Samples['depth']): readonly number[] => {
  if (typeof fill === 'string') return [];
  const [r, g, b] = fill;
  const colour = channels === 1 ? [0.2126 * r + 0.7152 * g + 0.0722 * b] : fill;
  const max = maxOf(depth);
  return max === 1 ? colour : colour.map((value) => Math.round(value * max));
};

/**
 * Cuts a region out of a picture, sample for sample; what lies beyond its edges is filled. Transparency goes the same
 * way, and a colour is opaque.
 */
export const cutOut = (frame: Frame, region: Region, fill: Fill): Frame => {
  const { samples, alpha, channels } = frame;
  const { depth } = samples;
  return {
    ...frame,
    width: region.width,
    height: region.height,
    samples: cut(samples, channels, frame, region, fill, levels(fill, channels, depth)),
    ...(alpha && { alpha: cut(alpha, 1, frame, region, fill, [maxOf(depth)]) }),
  };
};
