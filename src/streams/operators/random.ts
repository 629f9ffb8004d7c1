import { threefryBlock } from '../../tensor/random/threefry.js';

/**
 * A whole number in 0..bound-1, a pure function of (seed, epoch, index).
 *
 * @param bound from 1 to 2^32; the bias is below bound / 2^53
 */
export const randomBelow = (bound: number, seed: number, epoch: number, index: number): number => {
  const words = threefryBlock(seed | 0, epoch | 0, index | 0, Math.floor(index / 2 ** 32) | 0);
  const [high, low] = words.map((word) => word >>> 0) as [number, number];
  return Math.floor(((high * 2 ** 21 + (low >>> 11)) / 2 ** 53) * bound);
};
