import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { printable } from '../../diagnostics/printable.js';
import type { Address } from '../address.js';
import {
  cancelledKey,
  drainKey,
  followerKey,
  jobKey,
  KEPT_S,
  PHOTOS,
  PREFIX,
  refusedKey,
  runKey,
} from '../keys.js';
import { isRunId } from '../messages.js';
import { keysLike } from '../scripts.js';
import { withQueue } from './overview.js';

/** Photos of one run that are looked for: as many as a run has in the queue at most, and far more. */
const MOST_PHOTOS = 100_000;

const itemsOf = async (redis: Parameters<typeof keysLike>[0], run: string): Promise<readonly string[]> => {
  const keys = await keysLike(redis, `${jobKey(run)}-*`, MOST_PHOTOS);
  const start = jobKey('').length;
  // BullMQ keeps more of a job beside it, as in `…:lock`.
  return keys.map((key) => key.slice(start)).filter((item) => !item.includes(':'));
};

const noRun = (run: string): Diagnostics => [
  failure('queue/no-run', `The queue has no run ${printable(run.slice(0, 40))}.`),
];

/**
 * Takes a run out of the queue: what waits is removed, what is being worked on is finished and comes to nothing, whoever follows it
 * is told. Gives how many photos were removed. Error: `queue/no-run`.
 */
export const cancelRun = (address: Address, run: string): TE.TaskEither<Diagnostics, number> =>
  withQueue(address, async (redis, queue) => {
    const items = isRunId(run) ? await itemsOf(redis, run) : [];
    if (!isRunId(run) || (items.length === 0 && (await redis.exists(runKey(run), followerKey(run))) === 0))
      return E.left(noRun(run));
    await redis.set(cancelledKey(run), '1', 'EX', KEPT_S);
    let removed = 0;
    for (const item of items) {
      // One that is being worked on is held by its worker.
      const isRemoved = await queue.remove(item).catch(() => 0);
      if (isRemoved === 1) removed++;
    }
    await redis.del(runKey(run), refusedKey(run));
    return E.right(removed);
  });

/** Has the photos of a run that were given up worked on again, and gives how many there are. Error: `queue/no-run`. */
export const retryRun = (address: Address, run: string): TE.TaskEither<Diagnostics, number> =>
  withQueue(address, async (redis, queue) => {
    const items = isRunId(run) ? await itemsOf(redis, run) : [];
    if (items.length === 0) return E.left(noRun(run));
    let again = 0;
    for (const item of items) {
      if ((await redis.zscore(`${PREFIX}:${PHOTOS}:failed`, item)) === null) continue;
      await (await queue.getJob(item))?.retry('failed');
      again++;
    }
    return E.right(again);
  });

/** Has workers take nothing more until it goes on. */
export const pauseQueue = (address: Address): TE.TaskEither<Diagnostics, void> =>
  withQueue(address, async (_, queue) => E.right(await queue.pause()));

/** Lets a queue that was paused go on. */
export const resumeQueue = (address: Address): TE.TaskEither<Diagnostics, void> =>
  withQueue(address, async (_, queue) => E.right(await queue.resume()));

/** Tells all workers to finish what they are at, and to end; those that start later are not meant. */
export const drainWorkers = (address: Address): TE.TaskEither<Diagnostics, void> =>
  withQueue(address, async (redis) => {
    const [seconds, micros] = await redis.time();
    await redis.set(drainKey, `${seconds}.${micros}`, 'EX', KEPT_S);
    return E.right(undefined);
  });
