import { kernels } from '../../picture/resampling/weights.js';

/** What is seen of one axis of a picture. */
export interface Axis {
  /** Pixels of the axis, before and after. */
  readonly length: number;
  /** Where the part that is seen begins, in pixels, and how long it is; beyond its ends the picture is mirrored. */
  readonly from: number;
  readonly seen: number;
  /** Whether it is seen from its other end. */
  readonly isTurned: boolean;
}

/** A place beyond the ends of an axis, mirrored into it: -1 is 0, and so on back and forth. */
export const reflected = (place: number, length: number): number => {
  const around = ((place % (2 * length)) + 2 * length) % (2 * length);
  return around < length ? around : 2 * length - 1 - around;
};

/**
 * The matrix that makes the new pixels of an axis of the old ones: bicubic (Keys, a = -1/2), and as much wider as the
 * picture shrinks. Without a zoom it is a permutation, which keeps values to the last bit.
 */
export const axisMatrix = ({ length, from, seen, isTurned }: Axis): Float32Array => {
  const { reach, at } = kernels.bicubic;
  const matrix = new Float32Array(length * length);
  const step = seen / length;
  const wide = Math.max(1, step);
  for (let i = 0; i < length; i++) {
    const centre = from + (i + 0.5) * step;
    const row = (isTurned ? length - 1 - i : i) * length;
    const first = Math.ceil(centre - reach * wide - 0.5);
    const count = Math.floor(centre + reach * wide - 0.5) - first + 1;
    const weights = Array.from({ length: count }, (_, k) => at(Math.abs(first + k + 0.5 - centre) / wide));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [k, weight] of weights.entries()) {
      const place = row + reflected(first + k, length);
      matrix[place] = (matrix[place] ?? 0) + weight / sum;
    }
  }
  return matrix;
};
