import type { Raster } from './raster.js';

/** Brightness and two differences of colour, as NTSC has them (YIQ), of values 0..255. */
export interface Yiq {
  readonly width: number;
  readonly height: number;
  readonly y: Float64Array;
  readonly i: Float64Array;
  readonly q: Float64Array;
}

/** A picture as YIQ, at half its size: each value is the mean of four pixels. */
export const halvedYiq = ({ data, width, height }: Raster): Yiq => {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
  const planes = [0, 1, 2].map(() => new Float64Array(w * h)) as [Float64Array, Float64Array, Float64Array];
  for (let row = 0; row < h; row++)
    for (let column = 0; column < w; column++) {
      const sums = [0, 0, 0];
      for (const [dy, dx] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const) {
        const at = 3 * (Math.min(height - 1, 2 * row + dy) * width + Math.min(width - 1, 2 * column + dx));
        for (let c = 0; c < 3; c++) sums[c]! += data[at + c]! / 4;
      }
      const [r, g, b] = sums as [number, number, number];
      const at = row * w + column;
      planes[0][at] = 0.299 * r + 0.587 * g + 0.114 * b;
      planes[1][at] = 0.596 * r - 0.274 * g - 0.322 * b;
      planes[2][at] = 0.211 * r - 0.523 * g + 0.312 * b;
    }
  return { width: w, height: h, y: planes[0], i: planes[1], q: planes[2] };
};

/** Sums over all that lies above and to the left of each place: sums of any rectangle by four of them. */
const integralOf = (plane: Float64Array, width: number, height: number): Float64Array => {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let row = 0; row < height; row++)
    for (let column = 0, line = 0; column < width; column++) {
      line += plane[row * width + column]!;
      sums[(row + 1) * (width + 1) + column + 1] = sums[row * (width + 1) + column + 1]! + line;
    }
  return sums;
};

/** Strengths of the Haar wavelet of 2^scale pixels, across and down, at each place; what lies beyond the border counts as 0. */
export interface Wavelets {
  readonly across: Float64Array;
  readonly down: Float64Array;
}

export const waveletsOf = (plane: Float64Array, width: number, height: number, scale: number): Wavelets => {
  const sums = integralOf(plane, width, height);
  const inside = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  const sum = (top: number, left: number, bottom: number, right: number): number => {
    const [t, b] = [inside(top, height), inside(bottom, height)];
    const [l, r] = [inside(left, width), inside(right, width)];
    const at = (row: number, column: number): number => sums[row * (width + 1) + column]!;
    return at(b, r) - at(t, r) - at(b, l) + at(t, l);
  };
  const [across, down] = [new Float64Array(plane.length), new Float64Array(plane.length)];
  const half = 2 ** (scale - 1);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [t, b, l, r] = [row - half, row + half, column - half, column + half];
      const at = row * width + column;
      across[at] = Math.abs(sum(t, l, b, column) - sum(t, column, b, r)) / 2 ** scale;
      down[at] = Math.abs(sum(t, l, row, r) - sum(row, l, b, r)) / 2 ** scale;
    }
  return { across, down };
};
