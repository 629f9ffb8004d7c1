import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBelow } from './random.js';

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
