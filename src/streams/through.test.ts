import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import {
  delay,
  distinct,
  filter,
  from,
  lastValueFrom,
  map,
  mergeMap,
  type OperatorFunction,
  pairwise,
  pipe,
  scan,
  startWith,
  take,
  takeWhile,
  toArray,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../ports/index.js';
import { fromIterable } from './from-iterable.js';
import { createStage, frames, type MarbleCases, playCase } from './testing/marbles.js';
import { collect, countingSource } from './testing/probes.js';
import { through } from './through.js';

const successes = filter<Outcome<string>>((outcome) => {
  if (E.isRight(outcome) && outcome.right.value === 'x') throw 'error';
  return E.isRight(outcome);
});

describe('through', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: 'a-|', run: '^-!' },
    many: { source: 'aBc|', expected: 'a-c|', run: '^--!' },
    error: { source: 'aB#', expected: 'a-#', run: '^-!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '-!', expected: 'ab', run: '^!' },
    'callback throws': { source: 'axb|', expected: 'a#', run: '^!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(() => through(successes), row);
    expect(actual).toEqual(expected);
  });

  const synchronous: readonly (readonly [string, OperatorFunction<number, unknown>])[] = [
    ['map', map((n) => 2 * n)],
    ['scan', scan((sum, n) => sum + n, 0)],
    ['take', take(3)],
    ['take nothing', take(0)],
    ['takeWhile', takeWhile((n) => n < 4)],
    ['distinct', distinct()],
    ['pairwise', pairwise()],
    ['startWith', startWith(-1)],
    ['toArray', toArray()],
    ['mergeMap of arrays', mergeMap((n) => Array<number>(n).fill(n))],
    [
      'several',
      pipe(
        filter((n) => n % 2 === 1),
        map((n) => n + 1),
        take(2),
      ),
    ],
  ];
  it.each(synchronous)('gives what RxJS gives: %s', (_name, operator) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 6 }), { maxLength: 10 }), async (numbers) => {
        const expected = await lastValueFrom(from(numbers).pipe(operator, toArray()));
        expect(await collect(through(operator)(fromIterable(numbers)))).toEqual(expected);
      }),
      { numRuns: 30 },
    ),
  );

  it('asks its source no more than it must', async () => {
    const source = countingSource(Number.POSITIVE_INFINITY, (n) => n);
    const run = through(
      pipe(
        filter((n: number) => n % 10 === 9),
        mergeMap((n) => [n, n]),
      ),
    )(source.flow).open();
    expect(await run.next()).toMatchObject({ value: 9 });
    expect(await run.next()).toMatchObject({ value: 9 });
    expect(source.pulled()).toBe(10);
    expect(await run.next()).toMatchObject({ value: 19 });
    expect(source.pulled()).toBe(20);
    await run.close();
    expect(source.closed()).toBe(1);
  });

  it('closes its source at once when its operator completes', async () => {
    const stage = createStage();
    const source = stage.source('abc-----|');
    expect(await stage.play(through(take<string>(2))(source.flow))).toEqual(frames('a(b|)'));
    expect(source.runs()).toEqual(['^!']);
  });

  it('refuses an operator that gives its values later', async () => {
    await expect(collect(through(delay<number>(10_000))(fromIterable([1])))).rejects.toThrow('synchronous');
  });
});
