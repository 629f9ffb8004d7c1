import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromIterable } from '../from-iterable.js';
import { type MarbleCases, playCase } from '../testing/marbles.js';
import { collect, countingSource } from '../testing/probes.js';
import { shuffle } from './shuffle.js';

const options = fc.record({
  buffer: fc.integer({ min: 1, max: 20 }),
  seed: fc.nat(),
  epoch: fc.nat({ max: 3 }),
});

describe('shuffle', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: '--(a|)', run: '^-!' },
    many: { source: 'aBcd|', expected: '-Bac(d|)', run: '^---!' },
    error: { source: 'abc#', expected: '-ba#', run: '^--!' },
    'unsubscribed early': { source: 'abcdef|', unsubscribe: '--!', expected: '-ba', run: '^-!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(() => shuffle({ buffer: 2, seed: 1 }), row);
    expect(actual).toEqual(expected);
  });

  it('is a permutation, the same for the same seed and epoch, that brings nothing forward beyond its buffer', () =>
    fc.assert(
      fc.asyncProperty(options, fc.nat({ max: 50 }), async (chosen, length) => {
        const source = countingSource(length, (n) => n);
        const shuffled = await collect(shuffle<number>(chosen)(source.flow));
        expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, n) => n));
        expect(shuffled.every((value, place) => value < place + chosen.buffer)).toBe(true);
        expect(await collect(shuffle<number>(chosen)(source.flow))).toEqual(shuffled);
      }),
    ));

  it('holds no more than its buffer', async () => {
    const source = countingSource(Number.POSITIVE_INFINITY, (n) => n);
    const run = shuffle<number>({ buffer: 10, seed: 0 })(source.flow).open();
    for (let given = 0; given < 50; given++) {
      await run.next();
      expect(source.pulled()).toBe(10 + given);
    }
    await run.close();
  });

  it('orders each epoch in its own way, every order as likely', async () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 6000; epoch++) {
      const order = (await collect(shuffle<string>({ buffer: 3, seed: 5, epoch })(fromIterable('abc')))).join(
        '',
      );
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Chi-squared with 5 degrees of freedom: 20.5 is passed once in a thousand seeds.
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(20.5);
  });
});
