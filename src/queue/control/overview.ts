import { Queue } from 'bullmq';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Redis } from 'ioredis';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Address } from '../address.js';
import { connect } from '../connection.js';
import { followerKey, jobKey, PHOTOS, PREFIX } from '../keys.js';
import {
  MOST_REPORT,
  MOST_RESULT,
  type RunReport,
  readFailure,
  readJob,
  readRun,
  readWorker,
  type Said,
  type WorkerReport,
} from '../messages.js';
import { boundedFields, boundedText, keysLike } from '../scripts.js';

/** A run, and whether somebody follows it. */
export interface SeenRun extends RunReport {
  readonly isFollowed: boolean;
}

/** A photo that was given up. */
export interface DeadPhoto {
  readonly run: string;
  readonly path: string;
  readonly reason: Said;
}

/** What there is in a queue. */
export interface Overview {
  readonly isPaused: boolean;
  /** Photos that wait, are worked on, were given back for a while, and were given up. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly dead: number;
  /** Seconds that the photo has waited which comes next; 0 where none waits. */
  readonly oldest: number;
  readonly runs: readonly SeenRun[];
  readonly workers: readonly WorkerReport[];
  /** The last of those that were given up. */
  readonly deadPhotos: readonly DeadPhoto[];
}

/** Runs, workers and dead photos that are looked at. */
const MOST_SHOWN = 1000;
const MOST_DEAD = 20;

/** Does something with a queue, and lets go of it. Errors: `queue/unreachable`, `queue/unsuitable`. */
export const withQueue = <A>(
  address: Address,
  use: (redis: Redis, queue: Queue) => Promise<E.Either<Diagnostics, A>>,
): TE.TaskEither<Diagnostics, A> =>
  pipe(
    connect(address),
    TE.chain((redis) => async () => {
      const queue = new Queue(PHOTOS, { connection: redis, prefix: PREFIX, skipVersionCheck: true });
      queue.on('error', () => undefined);
      try {
        return await use(redis, queue);
      } catch (cause) {
        return E.left([failure('queue/unreachable', `${address.shown} went away.`, { cause })]);
      } finally {
        await queue.close().catch(() => undefined);
        redis.disconnect();
      }
    }),
  );

/** Looks what there is in a queue. What is not of its kind is left out. */
export const overviewOf = (address: Address): TE.TaskEither<Diagnostics, Overview> =>
  withQueue(address, async (redis, queue) => {
    const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
    return E.right({
      isPaused: await queue.isPaused(),
      waiting: counts.waiting ?? 0,
      active: counts.active ?? 0,
      delayed: counts.delayed ?? 0,
      dead: counts.failed ?? 0,
      oldest: await oldestIn(redis),
      runs: await runsIn(redis),
      workers: await readAll(redis, `${PREFIX}:worker:*`, readWorker),
      deadPhotos: await deadIn(redis),
    });
  });

/** How long the photo has waited that comes next, by Redis's clock and that of the run which put it there. */
const oldestIn = async (redis: Redis): Promise<number> => {
  // Those that wait lie in another list while the queue is paused; the next one to be taken is the last.
  const ends = await Promise.all(
    ['wait', 'paused'].map((list) => redis.lindex(`${PREFIX}:${PHOTOS}:${list}`, -1)),
  );
  const item = ends.find((each) => each !== null);
  if (item === undefined || item === null) return 0;
  const [timestamp] = await boundedFields(redis, jobKey(item), 100, ['timestamp']);
  const [seconds] = await redis.time();
  const waited = Number(seconds) - Number(timestamp) / 1000;
  return Number.isFinite(waited) ? Math.max(0, waited) : 0;
};

const readAll = async <A>(
  redis: Redis,
  pattern: string,
  read: (text: unknown) => E.Either<string, A>,
): Promise<readonly A[]> => {
  const found: A[] = [];
  for (const key of await keysLike(redis, pattern, MOST_SHOWN)) {
    const report = read(await boundedText(redis, key, 4 * MOST_REPORT));
    if (E.isRight(report)) found.push(report.right);
  }
  return found;
};

const runsIn = async (redis: Redis): Promise<readonly SeenRun[]> => {
  const runs = await readAll(redis, `${PREFIX}:run:*`, readRun);
  return Promise.all(
    runs.map(async (run) => ({ ...run, isFollowed: (await redis.exists(followerKey(run.id))) === 1 })),
  );
};

/** The photos that were given up last. */
const deadIn = async (redis: Redis): Promise<readonly DeadPhoto[]> => {
  const items = await redis.zrevrange(`${PREFIX}:${PHOTOS}:failed`, 0, MOST_DEAD - 1);
  const found: DeadPhoto[] = [];
  for (const item of items) {
    const [data, reason] = await boundedFields(redis, jobKey(item), MOST_RESULT, ['data', 'failedReason']);
    const photo = readJob(data);
    const failed = readFailure(reason);
    found.push({
      run: E.isRight(photo) ? photo.right.run : '?',
      path: E.isRight(photo) ? photo.right.key.path : item.slice(0, 100),
      reason: (E.isRight(failed) ? failed.right.diagnostics[0] : undefined) ?? {
        code: 'run/crashed',
        severity: 'error',
        message: (reason ?? '').slice(0, 200),
      },
    });
  }
  return found;
};
