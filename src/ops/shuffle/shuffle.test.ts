import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { collectValues, itemsOf, paramsOf, runFlow } from '../testing/run.js';
import { shuffle } from './index.js';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const order = (count: number, buffer: number, seed = 1) =>
  collectValues<number>(runFlow(shuffle(buffer), itemsOf(...numbers(count)), { seed }));

describe('shuffle', () => {
  it('gives every item once, none more than the buffer early', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 80 }), fc.nat(), async (count, buffer, seed) => {
        const given = await order(count, buffer, seed);
        expect(given.toSorted((a, b) => a - b)).toEqual(numbers(count));
        for (const [place, value] of given.entries()) expect(value - place).toBeLessThan(buffer);
      }),
    );
  });

  it('gives the same order for the same seed, and another for another', async () => {
    expect(await order(100, 100)).toEqual(await order(100, 100));
    expect(await order(100, 100)).not.toEqual(await order(100, 100, 2));
  });

  it('keeps the order with a buffer of one', async () => {
    expect(await order(20, 1)).toEqual(numbers(20));
  });

  it('refuses an empty buffer', () => {
    expect(E.isLeft(paramsOf(shuffle(0)))).toBe(true);
  });
});
