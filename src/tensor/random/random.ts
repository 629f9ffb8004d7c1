import type { HostTensor } from '../../ports/index.js';
import { run } from '../kernels/custom.js';
import { threefry } from '../kernels/threefry.js';
import * as tf from '../tfjs.js';
import { boxMuller } from './box-muller.js';

/**
 * Random numbers as pure functions of a key, by the counter-based generator Threefry-2x32-20 (Salmon, Moraes, Dror, Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", 2011). A key is a tensor, int32 [2]: as an input of a compiled program,
 * it lets one program serve all draws. The same key gives the same numbers on every engine; two draws need two keys,
 * which `fold` and `split` make.
 */
export type Key = tf.Tensor1D;

// The second counter word: numbers and new keys come from counters that never meet.
const NUMBERS = 0;
const KEYS = 1;

const words = (seed: number): Int32Array => {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`a seed is a whole number from 0 to 2^53 - 1, not ${seed}`);
  }
  return Int32Array.of(Math.floor(seed / 2 ** 32), seed % 2 ** 32);
};

/** The key of a seed, a whole number from 0 to 2^53 - 1. Throws RangeError for others. */
export const key = (seed: number): Key => tf.tensor1d(words(seed), 'int32');

/** The key of a seed as an input for a compiled program. Throws RangeError like `key`. */
export const hostKey = (seed: number): HostTensor<'int32'> => ({
  dtype: 'int32',
  shape: [2],
  data: words(seed),
});

/** Two random words for each counter [2,N]. */
const blocks = (k: Key, counter: tf.Tensor): tf.Tensor2D => run(threefry, { key: k, counter }) as tf.Tensor2D;

/** `count` blocks of two random words, as [2,count]. */
const stream = (k: Key, count: number, domain: number): tf.Tensor2D =>
  blocks(k, tf.stack([tf.range(0, count, 1, 'int32'), tf.fill([count], domain, 'int32')]));

/** A new key from a key and a number, such as a step or a picture's index; the number may be an int32 scalar tensor. */
export const fold = (k: Key, n: number | tf.Scalar): Key => {
  const first = typeof n === 'number' ? tf.scalar(n | 0, 'int32') : tf.cast(n, 'int32');
  return tf.reshape(blocks(k, tf.reshape(tf.stack([first, tf.scalar(KEYS, 'int32')]), [2, 1])), [2]);
};

/** `count` keys from one; the i-th is `fold(k, i)`. */
export const split = (k: Key, count: number): Key[] => tf.unstack(stream(k, count, KEYS), 1) as Key[];

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Random words, every value of int32 equally likely. */
export const bits = (k: Key, shape: readonly number[]): tf.Tensor => {
  const size = sizeOf(shape);
  const all = tf.reshape(stream(k, Math.ceil(size / 2), NUMBERS), [-1]);
  return tf.reshape(tf.slice(all, [0], [size]), [...shape]);
};

const lowBits = (x: tf.Tensor, mask: number): tf.Tensor => tf.bitwiseAnd(x, tf.fill(x.shape, mask, 'int32'));

/** 24 random bits as a multiple of 2^-24 in [0, 1), which float32 holds exactly. */
const fraction = (x: tf.Tensor): tf.Tensor => tf.mul(tf.cast(lowBits(x, 0xffffff), 'float32'), 2 ** -24);

/** Numbers evenly from `min` (included) to `max` (excluded, but for rounding), float32, in steps of (max - min)·2^-24. */
export const uniform = (k: Key, shape: readonly number[], min = 0, max = 1): tf.Tensor => {
  const unit = fraction(bits(k, shape));
  return min === 0 && max === 1 ? unit : tf.add(tf.mul(unit, max - min), min);
};

/**
 * Normally distributed numbers, float32, by Box and Muller's transformation; none is further than 5.8 deviations from the
 * mean. Engines agree to 1e-6, those that round as IEEE 754 says to the bit.
 */
export const normal = (k: Key, shape: readonly number[], mean = 0, deviation = 1): tf.Tensor => {
  const size = sizeOf(shape);
  const [first, second] = tf.unstack(fraction(stream(k, Math.ceil(size / 2), NUMBERS))) as [
    tf.Tensor,
    tf.Tensor,
  ];
  const pairs = tf.concat([...boxMuller(first, second)]);
  const numbers = tf.reshape(tf.slice(pairs, [0], [size]), [...shape]);
  return mean === 0 && deviation === 1 ? numbers : tf.add(tf.mul(numbers, deviation), mean);
};

/**
 * Whole numbers from `min` (included) to `max` (excluded), int32. Of n values some are likelier than others by at most
 * n·2^-31. Throws RangeError unless both are whole and at most 2^31 - 1 apart.
 */
export const integers = (k: Key, shape: readonly number[], min: number, max: number): tf.Tensor => {
  const count = max - min;
  if (!Number.isInteger(min) || !Number.isInteger(max) || count < 1 || count >= 2 ** 31) {
    throw new RangeError(
      `whole numbers from ${min} to ${max} cannot be drawn: min < max, at most 2^31 - 1 apart`,
    );
  }
  const positive = lowBits(bits(k, shape), 0x7fffffff);
  return tf.add(tf.mod(positive, tf.scalar(count, 'int32')), tf.scalar(min, 'int32'));
};

/** The numbers 0 … n-1 in random order, int32 [n]: those of n random words by falling size. */
export const permutation = (k: Key, n: number): tf.Tensor1D =>
  tf.topk(bits(k, [n]), n, true).indices as tf.Tensor1D;
