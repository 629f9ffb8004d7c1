import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import type { Batch, Outcome } from '../../ports/index.js';
import { fromIterable } from '../../streams/index.js';
import { collect } from '../../streams/testing/probes.js';
import { collectValues, itemOf, itemsOf, paramsOf, runFlow } from '../testing/run.js';
import { unbatch } from '../unbatch/index.js';
import { batch } from './index.js';

const sizes = async (count: number, params: Parameters<typeof batch>[0]) =>
  (
    await collectValues<Batch<number>>(
      runFlow(batch(params), itemsOf(...Array.from({ length: count }, (_, i) => i))),
    )
  ).map(({ items }) => items.length);

describe('batch', () => {
  it('puts so many items together, the last ones too', async () => {
    expect(await sizes(7, 3)).toEqual([3, 3, 1]);
    expect(await sizes(7, { size: 3, partial: false })).toEqual([3, 3]);
    expect(await sizes(0, 3)).toEqual([]);
  });

  it('is undone by unbatch: items keep their keys and their order, failures are kept', async () => {
    const outcome = fc.tuple(fc.integer(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(outcome), fc.integer({ min: 1, max: 8 }), async (made, size) => {
        const outcomes = made.map(
          ([value, fails], index): Outcome<number> =>
            fails
              ? E.left({
                  key: itemOf(value, index).key,
                  operator: 'steps[0]/decode',
                  diagnostics: [failure('image/empty', `${index}.jpg is empty.`)],
                })
              : E.right(itemOf(value, index)),
        );
        const again = await pipe(
          fromIterable(outcomes),
          (source) => runFlow<number, Batch<number>>(batch(size), source),
          (batches) => runFlow<Batch<number>, number>(unbatch(), batches),
          collect,
        );
        expect(again.filter(E.isRight)).toEqual(outcomes.filter(E.isRight));
        expect(again.filter(E.isLeft)).toEqual(outcomes.filter(E.isLeft));
      }),
    );
  });

  it('refuses a size of nothing', () => {
    expect(E.isLeft(paramsOf(batch(0)))).toBe(true);
  });
});
