import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../diagnostics/index.js';
import type { Item, Outcome } from '../ports/index.js';
import { attempt } from './attempt.js';
import type { Flow, ItemFlow } from './flow.js';
import { type LaneOptions, runLanes } from './lanes.js';
import { atLeast } from './options.js';

/** Options of `mapLanes`. */
export interface MapLanesOptions extends LaneOptions {
  /** Path of the operator in the pipeline, for its failures. */
  readonly operator: string;
}

/**
 * Maps items, several at a time, and keeps their order. What `f` fails at, or throws, becomes a failure of that item,
 * and the others go on. Failures from above pass in their place; they take no lane.
 *
 * At most `lanes + ahead` items are pulled and not delivered. On a close the signal aborts; a task that ignores it is
 * left behind and its result dropped.
 *
 * @param f the work on one item, with a signal that aborts when nobody wants the result any more. All items of a run
 *   share the signal, so listeners must be taken off it when the work is done, as Node's own functions do.
 */
export const mapLanes = <A, B>(
  f: (item: Item<A>, signal: AbortSignal) => TaskEither<Diagnostics, B>,
  { operator, lanes, ordered = true, ahead = 2 }: MapLanesOptions,
): ((source: ItemFlow<A>) => ItemFlow<B>) => {
  const workOn = async (item: Item<A>, signal: AbortSignal): Promise<Outcome<B>> => {
    const result = await attempt(operator, item, (it) => f(it, signal));
    return E.isRight(result) ? E.right({ key: item.key, value: result.right }) : result;
  };
  return runLanes<Outcome<A>, Outcome<B>>(
    (outcome, signal) => (E.isLeft(outcome) ? { now: outcome } : workOn(outcome.right, signal)),
    { lanes, ordered, ahead },
  );
};

/**
 * Keeps up to `size` values ready ahead of demand, so that what is above works while what is below does.
 *
 * @param size from 1
 */
export const prefetch = <A>(size: number): ((source: Flow<A>) => Flow<A>) =>
  runLanes((value) => ({ now: value }), { lanes: atLeast(1, 'size', size), ahead: 0 });
