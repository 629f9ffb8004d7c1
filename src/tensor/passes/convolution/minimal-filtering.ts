import type { GraphBuilder, NodeId } from '../../graph/index.js';

/**
 * Winograd's minimal filtering F(m x m, r x r) after Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks"
 * (arXiv 1509.09308): a tile of (m+r-1)² inputs gives m x m outputs of a filter of r x r by as many products as it has
 * inputs, where each output by itself takes r². The transforms of a tile are one small matrix product each.
 */
export interface MinimalFiltering {
  /** r, the filter's side. */
  readonly taps: number;
  /** m, the side of what a tile gives. */
  readonly tile: number;
  /** m+r-1, the side of what a tile reads. */
  readonly reach: number;
  /** Of a tile of inputs: [reach², reach²]. */
  readonly ofInputs: Constant;
  /** Of a filter: [reach², taps²]. */
  readonly ofFilter: Constant;
  /** Of a filter turned by half. */
  readonly ofTurnedFilter: Constant;
  /** From sums of products to outputs: [tile², reach²]. */
  readonly toOutputs: Constant;
  /** Of a tile of the outputs' gradients: [reach², tile²]. */
  readonly ofGradients: Constant;
  /** From sums of products to the filter's gradient: [taps², reach²]. */
  readonly toFilterGradient: Constant;
}

type Matrix = readonly (readonly number[])[];
type Constant = (b: GraphBuilder) => NodeId;

/** Coefficients of the product of (x - root) over some roots, the constant one first. */
const polynomial = (roots: readonly number[]): readonly number[] =>
  roots.reduce<readonly number[]>(
    (p, root) => Array.from({ length: p.length + 1 }, (_, k) => (p[k - 1] ?? 0) - root * (p[k] ?? 0)),
    [1],
  );

const evenly = (row: readonly number[], length: number): readonly number[] =>
  Array.from({ length }, (_, k) => row[k] ?? 0);

/**
 * The three transforms of F(m, r) along one axis by the algorithm of Toom and Cook, which evaluates polynomials at m+r-2
 * points and at infinity.
 */
const transforms = (points: readonly number[], taps: number) => {
  const reach = points.length + 1;
  const tile = reach - taps + 1;
  const others = points.map((p) => points.filter((q) => q !== p));
  const powers = (p: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, k) => p ** k);
  const atInfinity = (count: number): readonly number[] =>
    evenly([], count).map((_, k) => (k === count - 1 ? 1 : 0));
  const inputs: Matrix = [...others, points].map((roots) => evenly(polynomial(roots), reach));
  const filter: Matrix = [
    ...points.map((p, i) => {
      const norm = others[i]!.reduce((product, q) => product * (p - q), 1);
      return powers(p, taps).map((power) => power / norm);
    }),
    atInfinity(taps),
  ];
  const outputs = transposed([...points.map((p) => powers(p, tile)), atInfinity(tile)]);
  return { reach, tile, inputs, filter, outputs };
};

/** The Kronecker product of a matrix with itself: the transform of rows and columns at once. */
const squared = (m: Matrix): Matrix => m.flatMap((r) => m.map((s) => r.flatMap((a) => s.map((c) => a * c))));

const transposed = (m: Matrix): Matrix => m[0]!.map((_, j) => m.map((row) => row[j]!));

const constantOf = (m: Matrix): Constant => {
  const data = Float32Array.from(m.flat());
  const value = { dtype: 'float32', shape: [m.length, m[0]!.length], data } as const;
  return (b) => b.constant(value);
};

const filtering = (points: readonly number[], taps: number): MinimalFiltering => {
  const { reach, tile, inputs, filter, outputs } = transforms(points, taps);
  return {
    taps,
    tile,
    reach,
    ofInputs: constantOf(squared(inputs)),
    ofFilter: constantOf(squared(filter)),
    ofTurnedFilter: constantOf(squared(filter).map((row) => row.toReversed())),
    toOutputs: constantOf(squared(outputs)),
    ofGradients: constantOf(transposed(squared(outputs))),
    toFilterGradient: constantOf(transposed(squared(filter))),
  };
};

/** Points beyond these cost digits: more than half of the products are saved with errors near to those of a plain sum. */
const FOUR_POINTS = [0, 1, -1];
const SIX_POINTS = [0, 1, -1, 2, -2];

/** What there is for filters of each side. */
const filterings: ReadonlyMap<number, MinimalFiltering> = new Map([
  [2, filtering(FOUR_POINTS, 2)],
  [3, filtering(SIX_POINTS, 3)],
  [4, filtering(SIX_POINTS, 4)],
]);

/** The minimal filtering for filters of a side, where there is one. */
export const minimalFiltering = (side: number): MinimalFiltering | undefined => filterings.get(side);
