import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBelow, threefry2x32 } from './random.js';

describe('threefry2x32', () => {
  // The known answers that come with Random123, the authors' implementation.
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)('of key %j and counter %j is %j', (key, counter, expected) => {
    expect(threefry2x32(key, counter)).toEqual(expected);
  });
});

describe('randomBelow', () => {
  const word = fc.nat({ max: 0xffffffff });

  it('stays in its range, and depends on nothing else', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 32 }),
        word,
        word,
        fc.maxSafeNat(),
        (bound, seed, epoch, index) => {
          const value = randomBelow(bound, seed, epoch, index);
          expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
          expect(randomBelow(bound, seed, epoch, index)).toBe(value);
        },
      ),
    ));

  it('spreads evenly', () => {
    const counts = Array<number>(10).fill(0);
    for (let index = 0; index < 10_000; index++) counts[randomBelow(10, 7, 0, index)]! += 1;
    // Chi-squared with 9 degrees of freedom: 27.9 is passed once in a thousand seeds.
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(27.9);
  });

  it('differs between seeds, epochs and indices beyond 32 bits', () => {
    const draw = (seed: number, epoch: number, index: number) => randomBelow(2 ** 32, seed, epoch, index);
    const drawn = [draw(1, 0, 0), draw(2, 0, 0), draw(1, 1, 0), draw(1, 0, 1), draw(1, 0, 2 ** 32)];
    expect(new Set(drawn).size).toBe(drawn.length);
  });
});
