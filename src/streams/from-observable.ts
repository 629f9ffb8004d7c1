import type { Observable, Subscription } from 'rxjs';
import { DiagnosticError, failure } from '../diagnostics/index.js';
import { Flow } from './flow.js';
import { atLeast } from './options.js';
import { createPull, DONE, type Result, some } from './pull.js';
import { createPulse } from './pulse.js';

/** Options of `fromObservable`. */
export interface FromObservableOptions {
  /** Most values kept until they are asked for, from 1. */
  readonly buffer: number;
  /** What to do with one too many: fail with `run/overflow` (default), or forget the oldest. */
  readonly overflow?: 'fail' | 'drop-oldest';
}

/**
 * A flow of what an Observable pushes. It cannot be asked to wait, so its values are kept in a bounded buffer. It is
 * subscribed at the first demand and unsubscribed when the flow is closed. Values that came before an error or the
 * end are given first.
 */
export const fromObservable = <A>(
  source: Observable<A>,
  { buffer, overflow = 'fail' }: FromObservableOptions,
): Flow<A> => {
  const most = atLeast(1, 'buffer', buffer);
  return new Flow(() => {
    const kept: A[] = [];
    const changed = createPulse();
    let subscription: Subscription | undefined;
    let end: (() => Promise<Result<A>>) | undefined;

    const finish = (how: () => Promise<Result<A>>): void => {
      end ??= how;
      changed.beat();
    };

    const keep = (value: A): void => {
      if (end !== undefined) return;
      if (kept.length >= most) {
        if (overflow === 'fail') {
          subscription?.unsubscribe();
          finish(() => Promise.reject(overflowError(most)));
          return;
        }
        kept.shift();
      }
      kept.push(value);
      changed.beat();
    };

    return createPull(
      async () => {
        subscription ??= source.subscribe({
          next: keep,
          error: (thrown: unknown) => finish(() => Promise.reject(thrown)),
          complete: () => finish(() => Promise.resolve(DONE)),
        });
        while (true) {
          if (kept.length > 0) return some(kept.shift() as A);
          if (end !== undefined) return end();
          await changed.wait();
        }
      },
      async () => {
        subscription?.unsubscribe();
        finish(() => Promise.resolve(DONE));
      },
    );
  });
};

const overflowError = (most: number): DiagnosticError =>
  new DiagnosticError([
    failure('run/overflow', `The source pushed more than ${most} values ahead of what could be worked on.`),
  ]);
