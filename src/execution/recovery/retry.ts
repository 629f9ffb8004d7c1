import { setTimeout as pause } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { ItemKey, Outcome } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import type { Plan } from '../plan/plan.js';
import { isDestinationFailure, pauseBefore } from './disposition.js';

/** Where results go, and who is told. */
interface Place {
  readonly bulk: NonNullable<Plan['bulk']>;
  readonly run: RunContext;
}

/**
 * Does the work; where files that come are watched for and no result can be written for now (a full disk, a folder that
 * is read-only or gone), it waits and tries again, longer every time, until it can or the run is stopped. The photo waits
 * in its lane, so that no more are begun meanwhile.
 */
export const retryWithBackoff = async <W extends { readonly kind: string }>(
  { bulk, run }: Place,
  key: ItemKey,
  signal: AbortSignal,
  work: () => Promise<W | { readonly kind: 'worked'; readonly outcome: Outcome<unknown> }>,
  attempt = 0,
): Promise<W | { readonly kind: 'worked'; readonly outcome: Outcome<unknown> }> => {
  const worked = await work();
  if (!bulk.live || !('outcome' in worked) || E.isRight(worked.outcome)) return worked;
  const { left } = worked.outcome;
  const isStopping = (): boolean => signal.aborted || run.finish?.aborted === true;
  if (!isDestinationFailure(left, bulk.sink.path) || isStopping()) return worked;
  const milliseconds = pauseBefore(attempt);
  run.waiting(key, left.diagnostics, milliseconds)();
  const either = AbortSignal.any([signal, ...(run.finish === undefined ? [] : [run.finish])]);
  await pause(milliseconds, undefined, { signal: either }).catch(() => undefined);
  return isStopping() ? worked : retryWithBackoff({ bulk, run }, key, signal, work, attempt + 1);
};
