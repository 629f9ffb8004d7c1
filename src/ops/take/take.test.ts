import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { fromIterable } from '../../streams/index.js';
import { collectValues, itemsOf, numberedItems, paramsOf, runFlow } from '../testing/run.js';
import { take } from './index.js';

describe('take', () => {
  it('goes on with the first items, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer()), fc.nat(20), async (values, count) => {
        const taken = await collectValues(runFlow(take(count), itemsOf(...values)));
        expect(taken).toEqual(values.slice(0, count));
      }),
    );
  });

  it('ends a source that never does', async () => {
    expect(await collectValues(runFlow(take({ count: 3 }), fromIterable(numberedItems())))).toEqual([
      0, 1, 2,
    ]);
  });

  it.each([-1, 1.5, '3'])('refuses %j items', (count) => {
    expect(E.isLeft(paramsOf(take(count as number)))).toBe(true);
  });
});
