import type { Plane } from './planes.js';

/** Mean squared and mean absolute difference of values 0..1, over all pixels of all planes. */
export interface Differences {
  readonly mse: number;
  readonly mae: number;
}

/**
 * Measures how far planes of one size are from each other, value by value.
 *
 * @param breathe awaited now and then, so that the event loop is not held up
 */
export const differences = async (
  ones: readonly Plane[],
  others: readonly Plane[],
  breathe: () => Promise<void>,
): Promise<Differences> => {
  let [squares, absolutes, count] = [0, 0, 0];
  for (const [i, one] of ones.entries()) {
    const { width, height } = one;
    const [x, y] = [new Float64Array(width), new Float64Array(width)];
    for (let row = 0; row < height; row++) {
      one.readRow(row, x);
      others[i]!.readRow(row, y);
      for (let k = 0; k < width; k++) {
        const d = (x[k] as number) - (y[k] as number);
        squares += d * d;
        absolutes += Math.abs(d);
      }
      if (row % 256 === 255) await breathe();
    }
    count += width * height;
  }
  return { mse: squares / count, mae: absolutes / count };
};

/** Peak signal-to-noise ratio in dB of values whose peak is 1; infinite for equal pictures. */
export const psnrOf = (mse: number): number => 10 * Math.log10(1 / mse);
