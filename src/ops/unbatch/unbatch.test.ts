import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import type { Batch, Outcome } from '../../ports/index.js';
import { fromIterable } from '../../streams/index.js';
import { collect } from '../../streams/testing/probes.js';
import { itemOf, itemsOf, runFlow } from '../testing/run.js';
import { unbatch } from './index.js';

describe('unbatch', () => {
  it('gives the items one by one, each with its own key', async () => {
    const batches = itemsOf({ items: [itemOf('a', 0), itemOf('b', 1)] }, { items: [itemOf('c', 2)] });
    expect(await collect(runFlow(unbatch(), batches))).toEqual([
      E.right(itemOf('a', 0)),
      E.right(itemOf('b', 1)),
      E.right(itemOf('c', 2)),
    ]);
  });

  it('lists every member of a batch that failed', async () => {
    const members = [itemOf(0, 4).key, itemOf(0, 5).key];
    const failed: Outcome<Batch<number>> = E.left({
      key: { ...itemOf(0, 4).key, members },
      operator: 'steps[3]/gan.step',
      diagnostics: [failure('run/operator-threw', 'out of luck')],
    });
    const outcomes = await collect(runFlow(unbatch(), fromIterable([failed])));
    expect(outcomes.map((outcome) => E.isLeft(outcome) && outcome.left.key)).toEqual(members);
  });
});
