import { lookUp } from './look-up.js';
import { identity, type Lut } from './table.js';

/** Pixels of a picture and of its edit, as many triples of values 0..1. */
export interface Shown {
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** Pixels that a difference between neighbouring entries weighs as much as. */
const STIFF = 4;

/** Times that entries are set to what their pixels and neighbours say. */
const ROUNDS = 300;

/**
 * The table that comes nearest to edits of pictures: each entry's change lies between the mean change of the pixels around it
 * and those of its neighbours, so that colours which no picture has go on smoothly from those that some have.
 */
export const fitted = (shown: readonly Shown[], size: number): Lut => {
  const table = identity('3d', size);
  const count = size ** 3;
  const sums = new Float64Array(3 * count);
  const weights = new Float64Array(count);
  for (const { before, after } of shown) gather(before, after, size, sums, weights);
  // So that many photos are not held more to their pixels than few.
  const total = weights.reduce((a, b) => a + b, 0) || 1;
  const scale = (200 * count) / total;
  let change = new Float64Array(3 * count);
  for (let round = 0; round < ROUNDS; round++) change = smoothed(change, sums, weights, size, scale);
  return { ...table, values: table.values.map((value, i) => value + (change[i] as number)) };
};

/** Adds what pixels change by to the eight entries around each, by how near they are. */
const gather = (
  before: Float32Array,
  after: Float32Array,
  size: number,
  sums: Float64Array,
  weights: Float64Array,
): void => {
  const last = size - 1;
  for (let i = 0; i < before.length; i += 3) {
    const places = [0, 1, 2].map((c) => Math.min(Math.max(before[i + c] as number, 0), 1) * last);
    const firsts = places.map((place) => Math.min(Math.floor(place), last - 1));
    for (let corner = 0; corner < 8; corner++) {
      let weight = 1;
      let entry = 0;
      for (let c = 0; c < 3; c++) {
        const up = (corner >> c) & 1;
        const share = (places[c] as number) - (firsts[c] as number);
        weight *= up === 1 ? share : 1 - share;
        entry += ((firsts[c] as number) + up) * size ** c;
      }
      weights[entry] = (weights[entry] as number) + weight;
      for (let c = 0; c < 3; c++)
        sums[3 * entry + c] =
          (sums[3 * entry + c] as number) + weight * ((after[i + c] as number) - (before[i + c] as number));
    }
  }
};

/** Each entry set to the weighted mean of its pixels and of its neighbours' changes (Jacobi's method). */
const smoothed = (
  change: Float64Array,
  sums: Float64Array,
  weights: Float64Array,
  size: number,
  scale: number,
): Float64Array<ArrayBuffer> => {
  const made = new Float64Array(change.length);
  const steps = [1, size, size * size];
  for (let entry = 0; entry < weights.length; entry++) {
    const own = scale * (weights[entry] as number);
    let sides = 0;
    const near = [0, 0, 0];
    for (const [axis, step] of steps.entries()) {
      const at = Math.floor(entry / size ** axis) % size;
      for (const neighbour of [at > 0 ? entry - step : -1, at < size - 1 ? entry + step : -1]) {
        if (neighbour < 0) continue;
        sides += STIFF;
        for (let c = 0; c < 3; c++) near[c] = near[c]! + STIFF * (change[3 * neighbour + c] as number);
      }
    }
    for (let c = 0; c < 3; c++)
      made[3 * entry + c] = (scale * (sums[3 * entry + c] as number) + near[c]!) / (own + sides);
  }
  return made;
};

/** How much of the edits' changes a table makes: 1 less its squared error over that of changing nothing. */
export const keptBy = (lut: Lut, shown: readonly Shown[]): number => {
  const look = lookUp(lut);
  const found = new Float64Array(3);
  let [missed, all] = [0, 0];
  for (const { before, after } of shown)
    for (let i = 0; i < before.length; i += 3) {
      look(before[i] as number, before[i + 1] as number, before[i + 2] as number, found);
      for (let c = 0; c < 3; c++) {
        missed += ((found[c] as number) - (after[i + c] as number)) ** 2;
        all += ((before[i + c] as number) - (after[i + c] as number)) ** 2;
      }
    }
  return all === 0 ? 1 : Math.max(0, 1 - missed / all);
};
