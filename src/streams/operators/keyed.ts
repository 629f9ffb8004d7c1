import * as E from 'fp-ts/lib/Either.js';
import { map } from 'rxjs';
import type { Outcome } from '../../ports/index.js';
import type { Flow, ItemFlow } from '../flow.js';
import { through } from '../through.js';

/**
 * Makes items of values: the index is the position in the source, the epoch 0.
 *
 * @param path names the value, uniquely within the run
 */
export const keyed = <A>(path: (value: A, index: number) => string): ((source: Flow<A>) => ItemFlow<A>) =>
  through<A, Outcome<A>>(
    map((value, index) => E.right({ key: { path: path(value, index), index, epoch: 0 }, value })),
  );
