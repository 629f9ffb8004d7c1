import fc from 'fast-check';
import type { HostTensor } from '../../ports/index.js';
import { elementCount } from '../graph/index.js';

/** A stream of numbers in [0, 1) from a seed (mulberry32). */
const generator = (seed: number) => {
  let state = seed | 0;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
};

/** Sizes of an axis: small, 1 and odd ones among them. */
export const size = (max = 5): fc.Arbitrary<number> => fc.integer({ min: 1, max });

/** Shapes of the given ranks. */
export const shape = (minRank = 0, maxRank = 4, max = 5): fc.Arbitrary<number[]> =>
  fc.array(size(max), { minLength: minRank, maxLength: maxRank });

/** A shape [N,H,W,C]. */
export const imageShape = (maxSize = 7, maxChannels = 4): fc.Arbitrary<[number, number, number, number]> =>
  fc.tuple(size(2), size(maxSize), size(maxSize), size(maxChannels));

export interface FloatOptions {
  readonly min?: number;
  readonly max?: number;
  /** Values put in here and there: NaN, infinities, halves. */
  readonly specials?: readonly number[];
}

export const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

/**
 * float32 tensors of a shape. The values come from one seed, evenly between the bounds, so that a failing sample shrinks
 * in its shapes and attributes.
 */
export const floats = (
  dims: readonly number[],
  { min = -2, max = 2, specials = [] }: FloatOptions = {},
): fc.Arbitrary<HostTensor> =>
  fc.integer().map((seed) => {
    const next = generator(seed);
    const data = Float32Array.from({ length: elementCount(dims) }, () => {
      const special = specials.length > 0 && next() < 0.25;
      return special ? specials[Math.floor(next() * specials.length)]! : min + (max - min) * next();
    });
    return { dtype: 'float32', shape: dims, data };
  });

/** float32 tensors whose values all differ, by steps of at least 1/64: where ties or kinks would upset a comparison. */
export const distinctFloats = (dims: readonly number[]): fc.Arbitrary<HostTensor> =>
  fc.integer().map((seed) => {
    const next = generator(seed);
    const count = elementCount(dims);
    const order = Array.from({ length: count }, (_, i) => ({
      key: next(),
      value: (i + 0.25 - count / 2) / 16,
    }));
    order.sort((a, b) => a.key - b.key);
    return { dtype: 'float32', shape: dims, data: Float32Array.from(order, (o) => o.value) };
  });

/** int32 tensors between two bounds, both included. */
export const ints = (dims: readonly number[], min = -9, max = 9): fc.Arbitrary<HostTensor> =>
  fc.integer().map((seed) => {
    const next = generator(seed);
    return {
      dtype: 'int32',
      shape: dims,
      data: Int32Array.from({ length: elementCount(dims) }, () => min + Math.floor(next() * (max - min + 1))),
    };
  });

export const bools = (dims: readonly number[]): fc.Arbitrary<HostTensor> =>
  ints(dims, 0, 1).map(({ data }) => ({ dtype: 'bool', shape: dims, data: Uint8Array.from(data) }));

/** Two shapes that broadcast: axes of either may be 1, and leading axes may be missing. */
export const broadcastShapes = (maxRank = 4): fc.Arbitrary<[number[], number[]]> =>
  fc
    .tuple(
      shape(0, maxRank, 4),
      fc.array(fc.constantFrom('both', 'left', 'right'), { minLength: 4, maxLength: 4 }),
      fc.nat(4),
      fc.boolean(),
    )
    .map(([full, kinds, dropped, swap]) => {
      const left = full.map((d, i) => (kinds[i] === 'right' ? 1 : d));
      const right = full.map((d, i) => (kinds[i] === 'left' ? 1 : d)).slice(Math.min(dropped, full.length));
      return swap ? [right, left] : [left, right];
    });

/** An axis of a shape of at least one, counted from either end. */
export const axisOf = (dims: readonly number[]): fc.Arbitrary<number> =>
  fc.integer({ min: -dims.length, max: dims.length - 1 });

/** Some of the axes of a shape, perhaps none, perhaps all, in order. */
export const axesOf = (dims: readonly number[]): fc.Arbitrary<number[]> => fc.subarray(dims.map((_, i) => i));
