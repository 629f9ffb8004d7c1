import type { Queue } from 'bullmq';
import * as E from 'fp-ts/lib/Either.js';
import type { Redis } from 'ioredis';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { printable } from '../../diagnostics/printable.js';
import { shownPath } from '../../disk/objects/address.js';
import type { AwayRun, Failed, Made } from '../../execution/elsewhere/elsewhere.js';
import { itemOf } from '../item.js';
import { cancelledKey, jobKey, KEPT_S, refusedKey } from '../keys.js';
import {
  diagnosticOf,
  MOST_RESULT,
  type QueuedPhoto,
  readFailure,
  readResult,
  readSaid,
} from '../messages.js';
import { boundedFields } from '../scripts.js';
import { failedOf, takeMade } from './results.js';
import type { RunDocument } from './run-document.js';

/** Hands photos to the queue, and gives what comes of each. */
export interface Desk {
  /** Has a photo worked on. When the signal aborts it stays in the queue. */
  readonly ask: (photo: QueuedPhoto, signal: AbortSignal) => Promise<E.Either<Failed, Made>>;
  /** Looks what has become of a photo, if this run waits for it. */
  readonly look: (item: string) => void;
  /** Hears what workers lack, and whether the run was cancelled. */
  readonly hear: () => Promise<void>;
  /** Looks after all that the run waits for: no message need arrive for a photo to be found, nor need Redis keep what it held. */
  readonly sweep: () => Promise<void>;
  readonly isIdle: () => boolean;
  /** Whether the run stopped waiting for a photo that is still in the queue. */
  readonly isCut: () => boolean;
}

interface Site {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly run: AwayRun;
  readonly document: RunDocument;
}

/** A photo that the run waits for. */
interface Waiting {
  readonly photo: QueuedPhoto;
  readonly settle: (outcome: E.Either<Failed, Made>) => void;
  /** Whether Redis has said that it has it. */
  isQueued: boolean;
  isLooked: boolean;
  /** How often what was said to be made was not there. */
  vain: number;
}

/** How often a photo is made again whose result is not where the worker says. */
const MOST_VAIN = 3;
/** Photos that are looked after at once. */
const TOGETHER = 32;

/** Opens a desk for one run. */
export const openDesk = (site: Site): Desk => {
  const waiting = new Map<string, Waiting>();
  const refusals = new Set<string>();
  let isCut = false;
  const look = (item: string): void => {
    const entry = waiting.get(item);
    if (entry === undefined || entry.isLooked) return;
    entry.isLooked = true;
    void lookAt(site, item, entry)
      // What is lost with a connection is found by the next look.
      .catch(() => undefined)
      .finally(() => {
        entry.isLooked = false;
      });
  };
  return {
    ask: (photo, signal) =>
      new Promise((resolve) => {
        const item = itemOf(photo);
        const settle = (outcome: E.Either<Failed, Made>): void => {
          signal.removeEventListener('abort', stop);
          waiting.delete(item);
          resolve(outcome);
        };
        const stop = (): void => {
          isCut = true;
          settle(
            E.left({
              operator: '',
              diagnostics: [failure('run/cancelled', `${photo.key.path} is left in the queue.`)],
            }),
          );
        };
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        const entry: Waiting = { photo, settle, isQueued: false, isLooked: false, vain: 0 };
        waiting.set(item, entry);
        void enqueue(site, item, entry);
      }),
    look,
    hear: async () => {
      await tellRefusals(site, refusals);
      if ((await site.redis.exists(cancelledKey(site.document.id))) === 0) return;
      isCut = waiting.size > 0;
      for (const { settle } of [...waiting.values()]) settle(E.left(cancelled(site.document.id)));
    },
    sweep: async () => {
      const due = [...waiting].filter(([, { isQueued, isLooked }]) => isQueued && !isLooked);
      for (let at = 0; at < due.length; at += TOGETHER)
        await Promise.all(
          due
            .slice(at, at + TOGETHER)
            .map(([item, entry]) => lookAt(site, item, entry).catch(() => undefined)),
        );
    },
    isIdle: () => waiting.size === 0,
    isCut: () => isCut,
  };
};

const cancelled = (run: string): Failed => ({
  operator: '',
  diagnostics: [failure('queue/cancelled', `The run ${run} was cancelled by \`pipe queue cancel\`.`)],
});

const enqueue = async ({ queue }: Pick<Site, 'queue'>, item: string, entry: Waiting): Promise<void> => {
  try {
    await queue.add('photo', entry.photo, {
      jobId: item,
      attempts: 1,
      removeOnComplete: { age: KEPT_S },
      removeOnFail: { age: KEPT_S },
      stackTraceLimit: 0,
    });
  } catch {
    // The connection was lost; the next sweep finds whether Redis has it.
  }
  entry.isQueued = true;
};

const FIELDS = ['timestamp', 'finishedOn', 'returnvalue', 'failedReason'] as const;

const lookAt = async (site: Site, item: string, entry: Waiting): Promise<void> => {
  const { redis, queue, run } = site;
  const [queued, finished, made, failed] = await boundedFields(redis, jobKey(item), MOST_RESULT, FIELDS);
  // Redis has lost it, as one without a log does when it is started again.
  if (queued === undefined && finished === undefined) return enqueue(site, item, entry);
  if (finished === undefined) return;
  if (failed !== undefined) {
    if (run.retry && entry.vain === 0) {
      entry.vain++;
      await (await queue.getJob(item))?.retry('failed');
      return;
    }
    return entry.settle(E.left(deadOf(entry.photo, failed)));
  }
  const result = readResult(made);
  if (E.isLeft(result)) return doAgain(site, item, entry, foreign(entry.photo, result.left));
  if (result.right.kind === 'failed') {
    entry.settle(E.left(failedOf(result.right)));
    await queue.remove(item).catch(() => undefined);
    return;
  }
  const taken = await takeMade(run.folder, item, run.certify, result.right);
  if (taken === undefined)
    return doAgain(site, item, entry, notThere(entry.photo, result.right.worker, run.folder));
  entry.settle(E.right(taken));
};

/** Has a photo made again whose result cannot be used. */
const doAgain = async (
  { queue }: Pick<Site, 'queue'>,
  item: string,
  entry: Waiting,
  diagnostics: Diagnostics,
): Promise<void> => {
  entry.vain++;
  if (entry.vain >= MOST_VAIN) return entry.settle(E.left({ operator: '', diagnostics }));
  await queue.remove(item).catch(() => undefined);
  await enqueue({ queue }, item, entry);
};

const foreign = ({ key }: QueuedPhoto, why: string): Diagnostics => [
  failure('queue/foreign', `What the queue says of ${key.path} is no result: ${why}.`),
];

const notThere = ({ key }: QueuedPhoto, worker: string, folder: string): Diagnostics => [
  failure(
    'queue/foreign',
    `The worker ${printable(worker)} says that it made ${key.path}, but nothing such waits in ${shownPath(folder)}.`,
    {
      hint: 'Does that machine see the same folder? `--map` says where it is there.',
    },
  ),
];

/** The failure of a photo that was given up: as the worker says, or as the queue does of one whose workers ended again and again. */
const deadOf = ({ key }: QueuedPhoto, reason: string): Failed => {
  const told = readFailure(reason);
  if (E.isRight(told)) return failedOf(told.right);
  return {
    operator: '',
    diagnostics: [
      failure(
        'run/crashed',
        `Workers that were at ${key.path} ended without a word again and again (${printable(reason.slice(0, 100))}).`,
      ),
    ],
  };
};

/** Says what workers lack, each once. */
const tellRefusals = async ({ redis, run, document }: Site, told: Set<string>): Promise<void> => {
  // Whoever can write there must not fill this process.
  if ((await redis.hlen(refusedKey(document.id))) > MOST_TOLD) return;
  const refused = await redis.hgetall(refusedKey(document.id));
  for (const [worker, text] of Object.entries(refused)) {
    const said = readSaid(text);
    if (E.isLeft(said)) continue;
    const about = `${worker} ${said.right.code} ${said.right.message}`;
    if (told.has(about) || told.size > MOST_TOLD) continue;
    told.add(about);
    run.waiting([diagnosticOf(said.right)], 0);
  }
};

/** Refusals of one run that are told. */
const MOST_TOLD = 100;
