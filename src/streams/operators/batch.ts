import * as E from 'fp-ts/lib/Either.js';
import type { Batch, Item, Outcome } from '../../ports/index.js';
import { type ItemFlow, operate } from '../flow.js';
import { atLeast } from '../options.js';

/** Options of `batch`. */
export interface BatchOptions {
  /** Whether the last batch may be smaller (default), or is left out. */
  readonly partial?: boolean;
}

/**
 * Collects items into batches of `size`. A batch goes by the key of its first item, and its key lists those of all
 * its members. Failures from above are not held back: they pass ahead of the batch that is being filled.
 *
 * @param size from 1
 */
export const batch = <A>(
  size: number,
  { partial = true }: BatchOptions = {},
): ((source: ItemFlow<A>) => ItemFlow<Batch<A>>) => {
  const full = atLeast(1, 'size', size);
  return operate<Outcome<A>, Outcome<Batch<A>>>(async function* (source) {
    let items: Item<A>[] = [];
    for await (const outcome of source) {
      if (E.isLeft(outcome)) {
        yield outcome;
        continue;
      }
      items.push(outcome.right);
      if (items.length === full) {
        yield E.right(batchOf(items));
        items = [];
      }
    }
    if (partial && items.length > 0) yield E.right(batchOf(items));
  });
};

const batchOf = <A>(items: readonly Item<A>[]): Item<Batch<A>> => ({
  key: { ...(items[0] as Item<A>).key, members: items.map((item) => item.key) },
  value: { items },
});
