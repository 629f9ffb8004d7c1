import type { Mix } from '../filters/banded.js';
import type { Stretch } from './stretch.js';

/** How new pixels are made of old ones. */
export type Method = 'lanczos3' | 'bicubic' | 'bilinear' | 'area' | 'nearest';

/** A function of the distance in pixels, zero from its reach on. */
export interface Kernel {
  readonly reach: number;
  readonly at: (distance: number) => number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Kernels by name: functions of the distance. */
export const kernels: Readonly<Record<'lanczos3' | 'bicubic' | 'bilinear', Kernel>> = {
  lanczos3: { reach: 3, at: (x) => (x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  // Keys (1981) with a = -1/2, which follows quadratics exactly; also called Catmull-Rom.
  bicubic: {
    reach: 2,
    at: (x) => {
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
  bilinear: { reach: 1, at: (x) => Math.max(0, 1 - x) },
};

/**
 * What each new pixel along one axis is made of; weights add up to 1. Pixels are areas: the centre of the first is at 0.5. When the picture
 * shrinks, kernels are as much wider, so that every old pixel counts and nothing aliases. Beyond the edges there is
 * nothing: what remains is scaled up.
 *
 * @param length of the source's axis
 */
export const mixesOf = (
  method: Method,
  { from, length: stretch, pixels }: Stretch,
  length: number,
): Mix[] => {
  const step = stretch / pixels;
  return Array.from({ length: pixels }, (_, i) => {
    if (method === 'nearest') {
      const at = Math.floor(from + (i + 0.5) * step);
      return { first: Math.min(length - 1, Math.max(0, at)), weights: [1] };
    }
    return method === 'area'
      ? overlaps(from + i * step, from + (i + 1) * step, length)
      : samples(kernels[method], from + (i + 0.5) * step, Math.max(1, step), length);
  });
};

/** Old pixels by how much of them lies between two places. */
const overlaps = (begin: number, end: number, length: number): Mix => {
  const first = Math.min(length - 1, Math.floor(begin));
  const last = Math.max(first, Math.min(length, Math.ceil(end)) - 1);
  return normalised(first, last, (i) => Math.min(i + 1, end) - Math.max(i, begin));
};

/** Old pixels by the kernel, `wide` times as wide as it is, around a place. */
const samples = ({ reach, at }: Kernel, centre: number, wide: number, length: number): Mix => {
  const first = Math.max(0, Math.floor(centre - reach * wide));
  const last = Math.min(length, Math.ceil(centre + reach * wide)) - 1;
  return normalised(first, last, (i) => at(Math.abs(i + 0.5 - centre) / wide));
};

const normalised = (first: number, last: number, weight: (i: number) => number): Mix => {
  const weights = Array.from({ length: last - first + 1 }, (_, k) => weight(first + k));
  const sum = weights.reduce((a, b) => a + b, 0);
  return { first, weights: weights.map((w) => w / sum) };
};
