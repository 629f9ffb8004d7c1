import { halvedYiq, waveletsOf } from './haar.js';
import type { Raster } from './raster.js';

/** Pixels along a patch, at half the size of the picture. */
const PATCH = 16;

/** What is known of a patch: means and spreads of brightness and of both differences of colour, and how much detail of three sizes there is. */
export const FEATURES = 9;

type Vector = readonly number[];
type Matrix = readonly (readonly number[])[];

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Features of all whole patches of a picture, side by side; of one patch at least, however small the picture is. */
export const patchFeatures = (picture: Raster): readonly Vector[] => {
  const { width, height, y, i, q } = halvedYiq(picture);
  const details = [1, 2, 3].map((scale) => {
    const { across, down } = waveletsOf(y, width, height, scale);
    return across.map((value, at) => value + down[at]!);
  });
  const [rows, columns] = [Math.max(1, Math.floor(height / PATCH)), Math.max(1, Math.floor(width / PATCH))];
  return Array.from({ length: rows * columns }, (_, n): Vector => {
    const [top, left] = [Math.floor(n / columns) * PATCH, (n % columns) * PATCH];
    const within = (plane: Float64Array): readonly number[] =>
      Array.from({ length: Math.min(PATCH, height) * Math.min(PATCH, width) }, (__, k) => {
        const across = Math.min(PATCH, width);
        return plane[(top + Math.floor(k / across)) * width + left + (k % across)]!;
      });
    const tones = [y, i, q].map((plane) => {
      const values = within(plane);
      const mean = meanOf(values);
      return [mean, Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)))] as const;
    });
    return [
      ...tones.map(([mean]) => mean),
      ...tones.map(([, spread]) => spread),
      ...details.map((plane) => Math.log(1 + meanOf(within(plane)))),
    ];
  });
};

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));

/** Eigenvalues and vectors (as columns) of a symmetric matrix, by Jacobi's rotations. */
const eigenOf = (matrix: Matrix): { readonly values: Vector; readonly vectors: Matrix } => {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v: number[][] = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++)
      for (let r = p + 1; r < n; r++) {
        const value = a[p]![r]!;
        off += value * value;
        if (Math.abs(value) < 1e-300) continue;
        const theta = (a[r]![r]! - a[p]![p]!) / (2 * value);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const [c, s] = [1 / Math.sqrt(t * t + 1), t / Math.sqrt(t * t + 1)];
        for (let k = 0; k < n; k++) {
          const [kp, kr] = [a[k]![p]!, a[k]![r]!];
          a[k]![p] = c * kp - s * kr;
          a[k]![r] = s * kp + c * kr;
        }
        for (let k = 0; k < n; k++) {
          const [pk, rk] = [a[p]![k]!, a[r]![k]!];
          a[p]![k] = c * pk - s * rk;
          a[r]![k] = s * pk + c * rk;
          const [vp, vr] = [v[k]![p]!, v[k]![r]!];
          v[k]![p] = c * vp - s * vr;
          v[k]![r] = s * vp + c * vr;
        }
      }
    if (off < 1e-24) break;
  }
  return { values: a.map((row, i) => row[i]!), vectors: v };
};

/** The root of a matrix that is symmetric and not negative: what rounding has made negative counts as 0. */
const rootOf = (matrix: Matrix): Matrix => {
  const { values, vectors } = eigenOf(matrix);
  const scaled = vectors.map((row) => row.map((value, j) => value * Math.sqrt(Math.max(0, values[j]!))));
  return product(
    scaled,
    vectors[0]!.map((_, j) => vectors.map((row) => row[j]!)),
  );
};

const trace = (matrix: Matrix): number => matrix.reduce((sum, row, i) => sum + row[i]!, 0);

/** Mean and covariance of vectors. */
const gaussianOf = (vectors: readonly Vector[]): { readonly mean: Vector; readonly covariance: Matrix } => {
  const mean = vectors[0]!.map((_, i) => meanOf(vectors.map((vector) => vector[i]!)));
  const centred = vectors.map((vector) => vector.map((value, i) => value - mean[i]!));
  return {
    mean,
    covariance: mean.map((_, i) =>
      mean.map((__, j) => meanOf(centred.map((vector) => vector[i]! * vector[j]!))),
    ),
  };
};

/**
 * The Fréchet distance between the Gaussians of two sets of vectors: |m1 - m2|² + tr(C1 + C2 - 2 (√C1 C2 √C1)^½), 0 where they are the same
 * (Dowson, Landau 1982; as FID has it, Heusel et al. 2017).
 */
export const frechetOf = (ones: readonly Vector[], others: readonly Vector[]): number => {
  const [a, b] = [gaussianOf(ones), gaussianOf(others)];
  const root = rootOf(a.covariance);
  const apart = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]!) ** 2, 0);
  const mixed = rootOf(product(product(root, b.covariance), root));
  return Math.max(0, apart + trace(a.covariance) + trace(b.covariance) - 2 * trace(mixed));
};

/**
 * How far the patches of some pictures are from those of others as a whole: the Fréchet distance of what is known of them, in units of how
 * much each of these numbers differs among the others' patches. It is not FID: no network is asked, so that it knows tones,
 * colours and the amount of detail, and nothing of things.
 */
export const patchDistance = (pictures: readonly Raster[], others: readonly Raster[]): number => {
  const [ones, reference] = [pictures.flatMap(patchFeatures), others.flatMap(patchFeatures)];
  const { covariance } = gaussianOf(reference);
  const units = covariance.map((row, i) => Math.max(0.05, Math.sqrt(row[i]!)));
  const scaled = (vectors: readonly Vector[]): readonly Vector[] =>
    vectors.map((vector) => vector.map((value, i) => value / units[i]!));
  return frechetOf(scaled(ones), scaled(reference));
};
