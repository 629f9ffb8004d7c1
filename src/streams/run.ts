import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { definedOnly } from '../ports/defined.js';
import type { ItemFailure, ItemKey, Outcome } from '../ports/index.js';
import { type Flow, type ItemFlow, operate } from './flow.js';
import { until } from './operators/until.js';

/** What happens in a run, in order: `started`, any number of `done` and `failed`, `finished`. */
export type RunEvent =
  | { readonly kind: 'started'; readonly at: number; readonly total?: number }
  | { readonly kind: 'done'; readonly at: number; readonly key: ItemKey }
  | { readonly kind: 'failed'; readonly at: number; readonly failure: ItemFailure }
  | { readonly kind: 'finished'; readonly at: number; readonly end: RunEnd };

/** How a run ended: all was done, the user stopped it, or it could not go on. */
export type RunEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'stopped'; readonly diagnostics: Diagnostics };

/** Options of `run`. */
export interface RunOptions {
  /** Cancels the run when it aborts, as on Ctrl-C; `finished` comes when everything is released. */
  readonly signal?: AbortSignal;
  /** Number of items to expect, if it is known. */
  readonly total?: number;
  /** Failures that make it pointless to go on, such as a full disk: the run stops there. None by default. */
  readonly isFatal?: (failure: ItemFailure) => boolean;
  /** Milliseconds of a clock that never goes back; since the process started by default. */
  readonly now?: () => number;
}

/**
 * Runs a flow and tells what happens. Nothing is an error here: a source that throws gives `finished` with the
 * reason. Subscribing runs it, unsubscribing cancels it.
 */
export const run = <A>(
  flow: ItemFlow<A>,
  { signal, total, isFatal = () => false, now = () => performance.now() }: RunOptions = {},
): Flow<RunEvent> => {
  const stoppable = signal === undefined ? flow : until(signal)(flow);
  const events = operate<Outcome<A>, RunEvent>(async function* (outcomes) {
    const finished = (end: RunEnd): RunEvent => ({ kind: 'finished', at: now(), end });
    yield { kind: 'started', at: now(), ...definedOnly({ total }) };
    try {
      for await (const outcome of outcomes) {
        if (E.isRight(outcome)) {
          yield { kind: 'done', at: now(), key: outcome.right.key };
          continue;
        }
        yield { kind: 'failed', at: now(), failure: outcome.left };
        if (isFatal(outcome.left)) {
          await outcomes.close();
          return yield finished({ kind: 'stopped', diagnostics: outcome.left.diagnostics });
        }
      }
    } catch (thrown) {
      return yield finished({ kind: 'stopped', diagnostics: reasonOf(thrown) });
    }
    yield finished({ kind: signal?.aborted ? 'cancelled' : 'complete' });
  });
  return events(stoppable);
};

const reasonOf = (thrown: unknown): Diagnostics =>
  thrown instanceof DiagnosticError
    ? thrown.diagnostics
    : [
        failure('run/source-threw', `The source of the items failed: ${messageOf(thrown)}`, {
          cause: thrown,
        }),
      ];
