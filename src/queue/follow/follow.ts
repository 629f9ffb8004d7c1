import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Queue, QueueEvents } from 'bullmq';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Redis } from 'ioredis';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { shownPath } from '../../disk/objects/address.js';
import type { AwayRun, Elsewhere, OpenElsewhere } from '../../execution/elsewhere/elsewhere.js';
import type { Address } from '../address.js';
import { connect } from '../connection.js';
import { itemOf } from '../item.js';
import {
  ALIVE_S,
  cancelledKey,
  followerKey,
  KEPT_S,
  PHOTOS,
  PREFIX,
  pipelineKey,
  refusedKey,
  runKey,
} from '../keys.js';
import type { RunReport } from '../messages.js';
import { removeStaging, unstage } from '../staging.js';
import { sendWeights } from '../weights/send.js';
import { type Desk, openDesk } from './desk.js';
import { documentOf, photoOf, type RunDocument } from './run-document.js';

/** How a run is followed. */
export interface FollowOptions {
  readonly address: Address;
  /** Bytes that the work on one photo may take, where the user says so: what tiles are cut by. */
  readonly memory?: number;
  /** Photos that wait or are worked on at once. Default: 256. */
  readonly photos?: number;
  /** Whether the run must be in the queue already. */
  readonly isResumed: boolean;
  /** Is told what the run is known by, once it is in the queue. */
  readonly began: (run: string) => void;
}

/** Photos of a run that are in the queue at once: enough for some 50 machines, and little memory of Redis. */
const USUAL_PHOTOS = 256;

/**
 * A queue in Redis as the place where the photos of a run are worked on, by whatever workers there are. Errors of opening it:
 * `queue/unreachable`, `queue/unsuitable`, `queue/no-run`.
 */
export const queueAt = (options: FollowOptions): Elsewhere => ({
  lanes: options.photos ?? USUAL_PHOTOS,
  open: (run) =>
    pipe(
      TE.Do,
      TE.bind('document', () => TE.fromEither(documentOf(run, options.memory))),
      TE.bind('redis', () => connect(options.address)),
      TE.chain(({ document, redis }) =>
        pipe(
          TE.tryCatch(() => enter(redis, run, document, options), lost(options.address)),
          TE.chainEitherK((entered) => entered),
          TE.orElseFirstIOK(() => () => redis.disconnect()),
        ),
      ),
    ),
});

const lost =
  ({ shown }: Address) =>
  (cause: unknown): Diagnostics => [
    failure('queue/unreachable', `${shown} went away while the run was put into the queue.`, { cause }),
  ];

const GOODBYE_MS = 2000;

/** How often a run says that it is followed, and looks what has become of its photos. */
const LOOK_MS = 1000;

/** Puts a run into the queue, or finds it there. */
const enter = async (
  redis: Redis,
  run: AwayRun,
  document: RunDocument,
  { address, isResumed, began }: FollowOptions,
): Promise<E.Either<Diagnostics, OpenElsewhere>> => {
  const { id } = document;
  if (isResumed && (await redis.exists(runKey(id))) === 0)
    return E.left([
      failure(
        'queue/no-run',
        `\`${run.graph.name}\` with results in ${run.folder} is not in the queue (${id}).`,
      ),
    ]);
  await redis.del(cancelledKey(id), refusedKey(id));
  const keep = (): Promise<unknown> => keepDocument(redis, run, document);
  await keep();
  const connection = redis;
  const queue = new Queue(PHOTOS, { connection, prefix: PREFIX, skipVersionCheck: true });
  const events = new QueueEvents(PHOTOS, { connection, prefix: PREFIX, skipVersionCheck: true });
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  await events.waitUntilReady();
  const desk = openDesk({ redis, queue, run, document });
  const tally = { done: 0, failed: 0 };
  const report = reporting(redis, run, id, tally);
  await report();
  events.on('completed', ({ jobId }) => desk.look(jobId));
  events.on('failed', ({ jobId }) => desk.look(jobId));
  events.on('duplicated', ({ jobId }) => desk.look(jobId));
  const watch = watching(desk, redis, run, address, async () => {
    await keep();
    await report();
  });
  began(id);
  return E.right({
    work: async (errand, signal) => {
      const made = await desk.ask(photoOf(errand, document), signal);
      if (E.isLeft(made) && !signal.aborted) tally.failed++;
      return made;
    },
    delivered: async (errand) => {
      tally.done++;
      const item = itemOf(photoOf(errand, document));
      await unstage(run.folder, item);
      await queue.remove(item).catch(() => undefined);
    },
    close: async () => {
      watch.end();
      const isOver = desk.isIdle() && !desk.isCut();
      await leave(redis, run, id, isOver, report);
      // Goodbye is said to a Redis that answers.
      await Promise.race([Promise.allSettled([events.close(), queue.close()]), pause(GOODBYE_MS)]);
      redis.disconnect();
    },
  });
};

/** Puts the pipeline and its weights where workers find them; after a Redis has lost all, again. */
const keepDocument = async (redis: Redis, run: AwayRun, { digest, text }: RunDocument): Promise<void> => {
  const key = pipelineKey(digest);
  if ((await redis.expire(key, KEPT_S)) === 0) await redis.set(key, text, 'EX', KEPT_S);
  await sendWeights(redis, run.graph, run.weights);
};

/** Says how far a run is, and that somebody follows it. */
const reporting = (
  redis: Redis,
  run: AwayRun,
  id: string,
  tally: Readonly<Record<'done' | 'failed', number>>,
): (() => Promise<void>) => {
  const began = Date.now();
  return async () => {
    const report: RunReport = {
      id,
      name: run.graph.name.slice(0, 1000),
      folder: shownPath(run.folder),
      total: run.total,
      ...tally,
      host: hostname().slice(0, 200),
      began,
      seen: Date.now(),
    };
    await redis.set(runKey(id), JSON.stringify(report), 'EX', KEPT_S);
    await redis.set(followerKey(id), String(process.pid), 'EX', ALIVE_S);
  };
};

/** What is said of a run that nobody follows any more, or that is over. A Redis that is gone is not waited for. */
const leave = async (
  redis: Redis,
  run: AwayRun,
  id: string,
  isOver: boolean,
  report: () => Promise<void>,
): Promise<void> => {
  if (isOver) await removeStaging(run.folder, id);
  if (redis.status !== 'ready') return;
  const left = isOver
    ? redis.del(runKey(id), followerKey(id), refusedKey(id))
    : report().then(() => redis.del(followerKey(id)));
  await left.catch(() => undefined);
};

/** How long a Redis may be silent before it is said. */
const SILENT_MS = 5000;

/** Every so many looks all photos are looked after; after a silence at once. */
const SWEEP_EVERY = 4;

/** Looks again and again what has become of the run, and says what there is to say. */
const watching = (
  desk: Desk,
  redis: Redis,
  run: AwayRun,
  { shown }: Address,
  keep: () => Promise<void>,
): { readonly end: () => void } => {
  const state = { isLooking: false, isSaid: false, looks: 0 };
  let silentSince: number | undefined;
  const isSilent = (): boolean => {
    if (redis.status === 'ready') return false;
    silentSince ??= performance.now();
    if (!state.isSaid && performance.now() - silentSince > SILENT_MS) {
      state.isSaid = true;
      run.waiting([failure('queue/unreachable', `${shown} does not answer; the run waits for it.`)], LOOK_MS);
    }
    return true;
  };
  const look = async (): Promise<void> => {
    if (isSilent() || state.isLooking) return;
    state.isLooking = true;
    const wasSilent = silentSince !== undefined;
    silentSince = undefined;
    state.isSaid = false;
    try {
      await keep();
      await desk.hear();
      if (wasSilent || state.looks++ % SWEEP_EVERY === 0) await desk.sweep();
    } catch {
      // A connection that is lost is made again, and then it is looked again.
      silentSince ??= performance.now();
    } finally {
      state.isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return { end: () => clearInterval(timer) };
};
