/** What one pixel of a resized side is made of: neighbouring source pixels from `start` on, and their shares, which sum to 1. */
export interface Share {
  readonly start: number;
  readonly weights: readonly number[];
}

/** The mean over an area: each source pixel counts by how much of it lies within. */
const overArea = (from: number, left: number, right: number): Share => {
  const start = Math.floor(left + 1e-9);
  const end = Math.min(from, Math.max(start + 1, Math.ceil(right - 1e-9)));
  const weights = Array.from({ length: end - start }, (_, i) =>
    Math.max(0, Math.min(right, start + i + 1) - Math.max(left, start + i)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return { start, weights: weights.map((w) => w / sum) };
};

/** Between the centres of two source pixels, the border repeated. */
const between = (from: number, place: number): Share => {
  const at = Math.min(Math.max(place, 0), from - 1);
  const start = Math.min(Math.floor(at), Math.max(0, from - 2));
  return from === 1 ? { start: 0, weights: [1] } : { start, weights: [1 - (at - start), at - start] };
};

/**
 * How a side of `from` pixels becomes one of `to`: by the mean over each pixel's area where it gets smaller, bilinearly
 * (half-pixel centres) where it gets larger.
 */
export const areaShares = (from: number, to: number): readonly Share[] => {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) =>
    scale >= 1 ? overArea(from, i * scale, (i + 1) * scale) : between(from, (i + 0.5) * scale - 0.5),
  );
};

/** The same as a matrix [to, from]. */
export const areaMatrix = (from: number, to: number): Float32Array => {
  const matrix = new Float32Array(to * from);
  for (const [i, { start, weights }] of areaShares(from, to).entries())
    for (const [k, weight] of weights.entries()) matrix[i * from + start + k] = weight;
  return matrix;
};
