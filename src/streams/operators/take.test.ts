import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromIterable } from '../from-iterable.js';
import { type MarbleCases, playCase } from '../testing/marbles.js';
import { collect, countingSource } from '../testing/probes.js';
import { skip, take } from './take.js';

describe('take', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: 'a-|', run: '^-!' },
    many: { source: 'aBcd-|', expected: 'aB(c|)', run: '^-!' },
    error: { source: 'a#', expected: 'a#', run: '^!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '-!', expected: 'ab', run: '^!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(() => take(3), row);
    expect(actual).toEqual(expected);
  });

  it('of nothing does not touch the source', async () => {
    const source = countingSource(3, (n) => n);
    expect(await collect(take<number>(0)(source.flow))).toEqual([]);
    expect([source.opened(), source.pulled()]).toEqual([0, 0]);
  });

  it('closes the source with its last value, before more is asked for', async () => {
    const source = countingSource(Number.POSITIVE_INFINITY, (n) => n);
    const run = take<number>(2)(source.flow).open();
    await run.next();
    expect(source.closed()).toBe(0);
    expect(await run.next()).toMatchObject({ value: 1 });
    expect(source.closed()).toBe(1);
    expect(await run.next()).toMatchObject({ done: true });
  });

  it('pulls no more than it gives', () =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: 20 }), fc.nat({ max: 20 }), async (length, count) => {
        const source = countingSource(length, (n) => n);
        expect(await collect(take<number>(count)(source.flow))).toHaveLength(Math.min(length, count));
        expect(source.pulled()).toBe(Math.min(length, count));
        expect(source.closed()).toBe(source.opened());
      }),
    ));
});

describe('skip', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: '--|', run: '^-!' },
    many: { source: 'aBcD-|', expected: '--cD-|', run: '^----!' },
    error: { source: 'a#', expected: '-#', run: '^!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '--!', expected: '--c', run: '^-!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(() => skip(2), row);
    expect(actual).toEqual(expected);
  });

  it('goes on where take stopped', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer()), fc.nat({ max: 20 }), async (numbers, count) => {
        const first = await collect(take<number>(count)(fromIterable(numbers)));
        const rest = await collect(skip<number>(count)(fromIterable(numbers)));
        expect([...first, ...rest]).toEqual(numbers);
      }),
    ));
});
