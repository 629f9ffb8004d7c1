import type { Task } from 'fp-ts/lib/Task.js';
import { failure, messageOf } from '../diagnostics/index.js';
import type { ItemFailure } from '../ports/index.js';
import type { ItemFlow } from './flow.js';
import { type RunEnd, type RunEvent, type RunOptions, run } from './run.js';

/** What a run came to. */
export interface Summary {
  /** Items that came through. */
  readonly done: number;
  /** Items set aside, in the order in which they came out. */
  readonly failed: readonly ItemFailure[];
  readonly end: RunEnd;
}

/** Options of `drain`. */
export interface DrainOptions extends RunOptions {
  /** Is told what happens; a throw from it stops the run. */
  readonly observe?: (event: RunEvent) => void;
  /** Failures kept for the summary, the first ones. Default: all. */
  readonly most?: number;
}

/**
 * Runs a flow to its end and sums it up. The task never rejects: a source that fails, a fatal failure and an observer
 * that throws are told by `end`. When it resolves, everything is released.
 */
export const drain =
  <A>(
    flow: ItemFlow<A>,
    { observe = () => undefined, most = Number.POSITIVE_INFINITY, ...options }: DrainOptions = {},
  ): Task<Summary> =>
  async () => {
    const failed: ItemFailure[] = [];
    let done = 0;
    let end: RunEnd = { kind: 'complete' };
    try {
      for await (const event of run(flow, options)) {
        if (event.kind === 'done') done++;
        if (event.kind === 'failed' && failed.length < most) failed.push(event.failure);
        if (event.kind === 'finished') end = event.end;
        observe(event);
      }
    } catch (thrown) {
      end = {
        kind: 'stopped',
        diagnostics: [failure('run/observer-threw', messageOf(thrown), { cause: thrown })],
      };
    }
    return { done, failed, end };
  };
