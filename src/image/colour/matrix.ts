/** A 3x3 matrix, row by row, and a column of three. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];
export type Vector = readonly [number, number, number];

/** The product of a matrix and a column. */
export const apply = (m: Matrix, [x, y, z]: Vector): Vector => [
  m[0] * x + m[1] * y + m[2] * z,
  m[3] * x + m[4] * y + m[5] * z,
  m[6] * x + m[7] * y + m[8] * z,
];

/** The matrix of three columns. */
export const fromColumns = (a: Vector, b: Vector, c: Vector): Matrix => [
  ...([a[0], b[0], c[0]] as const),
  ...([a[1], b[1], c[1]] as const),
  ...([a[2], b[2], c[2]] as const),
];

/** `a` times `b`: what does `b` first. */
export const multiply = (a: Matrix, b: Matrix): Matrix =>
  fromColumns(apply(a, [b[0], b[3], b[6]]), apply(a, [b[1], b[4], b[7]]), apply(a, [b[2], b[5], b[8]]));

/** The inverse; not finite for a singular matrix. */
export const inverse = ([a, b, c, d, e, f, g, h, i]: Matrix): Matrix => {
  const [p, q, r] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const n = 1 / (a * p + b * q + c * r);
  return [
    ...([n * p, n * (c * h - b * i), n * (b * f - c * e)] as const),
    ...([n * q, n * (a * i - c * g), n * (c * d - a * f)] as const),
    ...([n * r, n * (b * g - a * h), n * (a * e - b * d)] as const),
  ];
};

/** Diagonal scaling. */
const diagonal = ([x, y, z]: Vector): Matrix => [x, 0, 0, 0, y, 0, 0, 0, z];

const divide = (a: Vector, b: Vector): Vector => [a[0] / b[0], a[1] / b[1], a[2] / b[2]];

/** XYZ, with Y = 1, of a CIE xy chromaticity. */
export const xyzOf = (x: number, y: number): Vector => [x / y, 1, (1 - x - y) / y];

/** The white of ICC's connection space. */
export const D50: Vector = [0.9642, 1, 0.8249];

// Cone responses of Lam's Bradford adaptation, as ICC.1:2022 annex E gives them.
const bradford: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

/** Takes XYZ under one white to XYZ of the same appearance under another (linear Bradford). */
export const adaptation = (from: Vector, to: Vector): Matrix =>
  multiply(
    inverse(bradford),
    multiply(diagonal(divide(apply(bradford, to), apply(bradford, from))), bradford),
  );

/** Takes linear RGB of the given primaries and white (CIE xy, eight numbers) to XYZ adapted to D50. */
export const toD50 = (chromaticities: readonly number[]): Matrix => {
  const [rx = 0, ry = 1, gx = 0, gy = 1, bx = 0, by = 1, wx = 0, wy = 1] = chromaticities;
  const white = xyzOf(wx, wy);
  const primaries = fromColumns(xyzOf(rx, ry), xyzOf(gx, gy), xyzOf(bx, by));
  return multiply(adaptation(white, D50), multiply(primaries, diagonal(apply(inverse(primaries), white))));
};

/** Primaries and white of sRGB and BT.709. */
export const SRGB_CHROMATICITIES: readonly number[] = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329];

/** Linear sRGB to XYZ under D50, and back. */
export const SRGB_TO_D50: Matrix = toD50(SRGB_CHROMATICITIES);
export const D50_TO_SRGB: Matrix = inverse(SRGB_TO_D50);

/** Scales each row so that equal parts of all three give that same part: greys stay grey, white stays white. */
export const keepingGrey = (m: Matrix): Matrix => {
  const [r, g, b] = [m[0] + m[1] + m[2], m[3] + m[4] + m[5], m[6] + m[7] + m[8]];
  return multiply(diagonal([1 / r, 1 / g, 1 / b]), m);
};
