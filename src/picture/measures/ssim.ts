import type { Plane } from './planes.js';
import { C1, C2, WINDOW, weights } from './ssim-window.js';

/** Shorter sides have no valid window. */
export const SMALLEST_SIDE = WINDOW;

/** Weighted means along a row: of x, y, x², y² and xy. */
type Moments = readonly [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

const momentsOfRow = (x: Float64Array, y: Float64Array, [mx, my, xx, yy, xy]: Moments): void => {
  for (let i = 0; i < mx.length; i++) {
    let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
    for (let k = 0; k < WINDOW; k++) {
      const w = weights[k] as number;
      const p = x[i + k] as number;
      const q = y[i + k] as number;
      a += w * p;
      b += w * q;
      aa += w * p * p;
      bb += w * q * q;
      ab += w * p * q;
    }
    mx[i] = a;
    my[i] = b;
    xx[i] = aa;
    yy[i] = bb;
    xy[i] = ab;
  }
};

/** Sum of the index over one row of windows, whose rows of moments come from the top down. */
const similarityOfRow = (rows: readonly Moments[], length: number): number => {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
    for (let k = 0; k < WINDOW; k++) {
      const w = weights[k] as number;
      const [mx, my, xx, yy, xy] = rows[k] as Moments;
      a += w * (mx[i] as number);
      b += w * (my[i] as number);
      aa += w * (xx[i] as number);
      bb += w * (yy[i] as number);
      ab += w * (xy[i] as number);
    }
    const numerator = (2 * a * b + C1) * (2 * (ab - a * b) + C2);
    const denominator = (a * a + b * b + C1) * (aa - a * a + bb - b * b + C2);
    sum += numerator / denominator;
  }
  return sum;
};

/**
 * The structural similarity index of two planes of values 0..1, -1..1, averaged over all windows that lie inside:
 * Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity" (IEEE
 * Transactions on Image Processing, 2004), with its 11x11 Gaussian window of sigma 1.5, K1 = 0.01 and K2 = 0.03. It is
 * not preceded by downsampling. Both sides must be at least `SMALLEST_SIDE`.
 *
 * @param breathe awaited now and then, so that the event loop is not held up
 */
export const ssim = async (one: Plane, other: Plane, breathe: () => Promise<void>): Promise<number> => {
  const { width, height } = one;
  const across = width - WINDOW + 1;
  const [x, y] = [new Float64Array(width), new Float64Array(width)];
  const ring = Array.from({ length: WINDOW }, (): Moments => {
    const row = () => new Float64Array(across);
    return [row(), row(), row(), row(), row()];
  });
  let sum = 0;
  for (let row = 0; row < height; row++) {
    one.readRow(row, x);
    other.readRow(row, y);
    momentsOfRow(x, y, ring[row % WINDOW] as Moments);
    const oldest = (row + 1) % WINDOW;
    if (row >= WINDOW - 1) sum += similarityOfRow([...ring.slice(oldest), ...ring.slice(0, oldest)], across);
    if (row % 32 === 31) await breathe();
  }
  return sum / (across * (height - WINDOW + 1));
};
