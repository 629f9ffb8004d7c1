import type { ItemKey } from '../ports/index.js';

/**
 * The random choices about one item. Every draw has a name and is a pure function of the pipeline's seed, the item's
 * epoch and index, the operator's place in the pipeline and that name: the order of draws does not matter, and a run
 * that is taken up again draws the same.
 */
export interface Random {
  /** A number in [from, to), by default in [0, 1). */
  readonly uniform: (name: string, from?: number, to?: number) => number;
  /** A whole number from `from` to `to`, both included. */
  readonly integer: (name: string, from: number, to: number) => number;
  /** True with the given probability. */
  readonly chance: (name: string, probability: number) => boolean;
  /** A number of the standard normal distribution. */
  readonly normal: (name: string) => number;
}

/** The random choices of one operator about one item. */
export const randomFor = (seed: number, operator: string, { epoch, index }: ItemKey): Random => {
  const words = (name: string): readonly [number, number] => {
    const place = `${seed}/${operator}#${name}`;
    const counter = [index >>> 0, Math.floor(index / 2 ** 32) >>> 0, epoch >>> 0, 0] as const;
    const [first, second] = philox4x32(counter, [fnv1a(place, 0x811c9dc5), fnv1a(place, 0x050c5d1f)]);
    return [first, second];
  };
  // 53 bits, as many as a double in [0, 1) holds evenly.
  const unit = (name: string): number => {
    const [high, low] = words(name);
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };
  const uniform = (name: string, from = 0, to = 1): number => from + (to - from) * unit(name);
  return {
    uniform,
    integer: (name, from, to) => from + Math.floor(unit(name) * (to - from + 1)),
    chance: (name, probability) => unit(name) < probability,
    // Box and Muller's transform; 1 - u keeps the logarithm's argument above zero.
    normal: (name) =>
      Math.sqrt(-2 * Math.log(1 - unit(`${name}/radius`))) * Math.cos(2 * Math.PI * unit(`${name}/angle`)),
  };
};

type Block = readonly [number, number, number, number];

/**
 * Philox4x32-10, a counter-based generator: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3"
 * (SC 2011). Ten rounds of two 32x32→64 bit products.
 */
export const philox4x32 = (counter: Block, key: readonly [number, number]): Block => {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = product(0xd2511f53, a);
    const [high1, low1] = product(0xcd9e8d57, c);
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0];
    [k0, k1] = [(k0 + 0x9e3779b9) >>> 0, (k1 + 0xbb67ae85) >>> 0];
  }
  return [a, b, c, d];
};

/** The high and low halves of a 64-bit product, from 16-bit pieces. */
const product = (x: number, y: number): readonly [number, number] => {
  const [xh, xl, yh, yl] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const middle = xh * yl + ((xl * yl) >>> 16);
  const carry = xl * yh + (middle & 0xffff);
  return [
    (xh * yh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0,
    Math.imul(x, y) >>> 0,
  ];
};

/** The 32-bit FNV-1a hash of a text's UTF-16 units, from a given basis. */
const fnv1a = (text: string, basis: number): number => {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};
