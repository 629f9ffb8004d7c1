import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';
import { type Mix, mixColumns, mixRows } from './banded.js';

const windows = (length: number, radius: number): Mix[] =>
  Array.from({ length }, (_, i) => {
    const first = Math.max(0, i - radius);
    const count = Math.min(length, i + radius + 1) - first;
    return { first, weights: Array<number>(count).fill(1 / count) };
  });

/** Means over squares of `2 radius + 1` pixels; at the edges, of what lies inside. */
export const boxMean = (t: Tf, picture: Tensor3D, radius: number): Tensor3D => {
  const [height, width] = picture.shape;
  return mixColumns(t, mixRows(t, picture, windows(height, radius)), windows(width, radius));
};
