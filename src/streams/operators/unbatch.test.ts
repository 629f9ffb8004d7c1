import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import { fromIterable } from '../from-iterable.js';
import { mapLanes } from '../map-lanes.js';
import { type MarbleCases, outcomeOf, playCase } from '../testing/marbles.js';
import { collect } from '../testing/probes.js';
import { batch } from './batch.js';
import { unbatch } from './unbatch.js';

describe('unbatch', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: '--(a|)', run: '^-!' },
    many: { source: 'ab----cd----|', expected: '-(ab)--(cd)-|', run: '^-----------!' },
    error: { source: 'ab---#', expected: '-(ab)#', run: '^----!' },
    'unsubscribed early': { source: 'ab---cd|', unsubscribe: '--!', expected: '-(ab)', run: '^-!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(
      () => (source) => unbatch<string>()(batch<string>(2)(source)),
      row,
    );
    expect(actual).toEqual(expected);
  });

  it('undoes batch, whatever the size', () =>
    fc.assert(
      fc.asyncProperty(
        fc.stringMatching(/^[a-zA-Z]*$/),
        fc.integer({ min: 1, max: 5 }),
        async (letters, size) => {
          const outcomes = Array.from(letters, outcomeOf);
          const there = pipe(fromIterable(outcomes), batch<string>(size));
          const back = await collect(unbatch<string>()(there));
          expect(back.filter(E.isRight)).toEqual(outcomes.filter(E.isRight));
          expect(back.filter(E.isLeft)).toEqual(outcomes.filter(E.isLeft));
        },
      ),
    ));

  it('lists every member of a batch that failed', async () => {
    const flow = pipe(
      fromIterable(Array.from('abc', outcomeOf)),
      batch<string>(2),
      mapLanes(() => TE.left([failure('run/operator-threw', 'out of memory')]), {
        operator: 'model',
        lanes: 1,
      }),
      unbatch<string>(),
    );
    expect(await collect(flow)).toMatchObject(
      ['a', 'b', 'c'].map((path) => ({ left: { operator: 'model', key: { path } } })),
    );
  });
});
