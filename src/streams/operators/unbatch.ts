import * as E from 'fp-ts/lib/Either.js';
import { mergeMap } from 'rxjs';
import type { Batch, Outcome } from '../../ports/index.js';
import type { ItemFlow } from '../flow.js';
import { through } from '../through.js';

/**
 * Gives the items of batches one by one, in order, each with its own key. A batch that failed gives a failure of each
 * of its members, so that all of them are listed.
 */
export const unbatch = <A>(): ((source: ItemFlow<Batch<A>>) => ItemFlow<A>) => through(mergeMap(membersOf));

const membersOf = <A>(outcome: Outcome<Batch<A>>): readonly Outcome<A>[] => {
  if (E.isRight(outcome)) return outcome.right.value.items.map(E.right);
  const failed = outcome.left;
  return (failed.key.members ?? [failed.key]).map((key) => E.left({ ...failed, key }));
};
