import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';

/** The old pixels along an axis that make up a new one: `weights[i]` is that of pixel `first + i`. */
export interface Mix {
  readonly first: number;
  readonly weights: readonly number[];
}

// New rows are made in blocks: a block needs only a stretch of the old rows, so that its matrix is small and dense. With
// smaller blocks too many old rows are shared by two of them, with larger ones most weights are zeros.
const SMALLEST_BLOCK = 16;
const LARGEST_BLOCK = 128;

/** How many new rows a block has, for so many old ones; a divisor of their number where there is one. */
const blockOf = (rows: number, count: number): number => {
  const most = Math.min(LARGEST_BLOCK, Math.ceil((LARGEST_BLOCK * count) / rows));
  const block = Math.min(count, Math.max(SMALLEST_BLOCK, most));
  const divisors = Array.from({ length: Math.ceil(block / 2) }, (_, i) => block - i);
  return divisors.find((each) => count % each === 0) ?? block;
};

/**
 * New rows of a picture `[rows, columns, channels]`, each a mix of neighbouring old ones: products of constant matrices
 * with stretches of the picture. For filters of more than a few rows nothing else is as fast.
 */
export const mixRows = (t: Tf, picture: Tensor3D, mixes: readonly Mix[]): Tensor3D => {
  const [rows, columns, channels] = picture.shape;
  const block = blockOf(rows, mixes.length);
  const blocks = Array.from({ length: Math.ceil(mixes.length / block) }, (_, i) =>
    mixes.slice(i * block, (i + 1) * block),
  );
  const begins = blocks.map((members) => Math.min(...members.map(({ first }) => first)));
  const ends = blocks.map((members) =>
    Math.max(...members.map(({ first, weights }) => first + weights.length)),
  );
  const taken = Math.max(...blocks.map((_, i) => (ends[i] ?? 0) - (begins[i] ?? 0)));
  const starts = begins.map((begin) => Math.min(begin, rows - taken));
  const matrix = new Float32Array(blocks.length * block * taken);
  for (const [i, { first, weights }] of mixes.entries()) {
    const start = starts[Math.floor(i / block)] ?? 0;
    matrix.set(weights, i * taken + first - start);
  }
  const places = starts.flatMap((start) => Array.from({ length: taken }, (_, k) => start + k));
  const flat = t.reshape(picture, [rows, columns * channels]);
  const stretches =
    blocks.length === 1 && taken === rows ? flat : t.gather(flat, t.tensor1d(places, 'int32'));
  const mixed = t.matMul(
    t.tensor3d(matrix, [blocks.length, block, taken]),
    t.reshape(stretches, [blocks.length, taken, columns * channels]),
  );
  const together: Tensor3D = t.reshape(mixed, [blocks.length * block, columns, channels]);
  return t.slice(together, [0, 0, 0], [mixes.length, columns, channels]);
};

const turned = (t: Tf, picture: Tensor3D): Tensor3D => t.transpose(picture, [1, 0, 2]);

/** The same along the other axis. */
export const mixColumns = (t: Tf, picture: Tensor3D, mixes: readonly Mix[]): Tensor3D =>
  turned(t, mixRows(t, turned(t, picture), mixes));
