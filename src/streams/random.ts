/**
 * Threefry-2x32 with 20 rounds: a counter-based generator, a pure function of key and counter that passes the usual
 * statistical batteries. Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
 *
 * @param key two 32-bit words
 * @param counter two 32-bit words
 * @returns two 32-bit words, unsigned
 */
export const threefry2x32 = (
  [key0, key1]: readonly [number, number],
  [counter0, counter1]: readonly [number, number],
): readonly [number, number] => {
  const keys = [key0 | 0, key1 | 0, PARITY ^ key0 ^ key1] as const;
  let a = (counter0 + keys[0]) | 0;
  let b = (counter1 + keys[1]) | 0;
  for (let round = 0; round < 20; round++) {
    a = (a + b) | 0;
    const turn = ROTATIONS[round % 8] as number;
    b = ((b << turn) | (b >>> (32 - turn))) ^ a;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      a = (a + (keys[injection % 3] as number)) | 0;
      b = (b + (keys[(injection + 1) % 3] as number) + injection) | 0;
    }
  }
  return [a >>> 0, b >>> 0];
};

const PARITY = 0x1bd11bda;
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * A whole number in 0..bound-1, a pure function of (seed, epoch, index).
 *
 * @param bound from 1 to 2^32; the bias is below bound / 2^53
 */
export const randomBelow = (bound: number, seed: number, epoch: number, index: number): number => {
  const [high, low] = threefry2x32([seed, epoch], [index, Math.floor(index / 2 ** 32)]);
  return Math.floor(((high * 2 ** 21 + (low >>> 11)) / 2 ** 53) * bound);
};
