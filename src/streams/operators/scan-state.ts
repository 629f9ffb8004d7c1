import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Item, Outcome } from '../../ports/index.js';
import { attempt } from '../attempt.js';
import { type ItemFlow, operate } from '../flow.js';

/** What a step gave, and the state after it. */
export interface Scanned<S, B> {
  readonly state: S;
  readonly out: B;
}

/**
 * A pure step: the state so far and an item give the next state and an output. The signal aborts when nobody wants
 * the result any more.
 */
export type Step<S, A, B> = (
  state: S,
  item: Item<A>,
  signal: AbortSignal,
) => TaskEither<Diagnostics, readonly [S, B]>;

/**
 * Carries state from item to item, strictly one after the other, as training does. Every output travels with the
 * state after it, so the state at the end and at a cancellation is the one of the last item (see `lastly`). An item
 * that the step fails at leaves the state as it was; failures from above pass without a step.
 *
 * @param operator path of the operator in the pipeline, for its failures
 * @param initial the state before the first item of each run
 * @param isLast true for a state after which the flow ends, even where items are left
 */
export const scanState = <S, A, B>(
  operator: string,
  step: Step<S, A, B>,
  initial: S,
  isLast: (state: S) => boolean = () => false,
): ((source: ItemFlow<A>) => ItemFlow<Scanned<S, B>>) =>
  operate<Outcome<A>, Outcome<Scanned<S, B>>>(async function* (source, signal) {
    let state = initial;
    if (isLast(state)) return;
    for await (const outcome of source) {
      if (E.isLeft(outcome)) {
        yield outcome;
        continue;
      }
      const item = outcome.right;
      const result = await attempt(operator, item, (it) => step(state, it, signal));
      if (E.isLeft(result)) {
        yield result;
        continue;
      }
      const [next, out] = result.right;
      state = next;
      yield E.right({ key: item.key, value: { state, out } });
      if (isLast(state)) return;
    }
  });
