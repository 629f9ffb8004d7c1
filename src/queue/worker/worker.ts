import { hostname } from 'node:os';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Redis } from 'ioredis';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { PluginDigest } from '../../pipelines/plugins/closure.js';
import { definedOnly } from '../../ports/defined.js';
import type { Address } from '../address.js';
import { connect } from '../connection.js';
import { ALIVE_S, cancelledKey, drainKey, PHOTOS, PREFIX, refusedKey, workerKey } from '../keys.js';
import type { QueuedFailure, QueuedMade, QueuedPhoto, Said, WorkerReport } from '../messages.js';
import { saidOf } from '../messages.js';
import { fetchWeights, weightsCache } from '../weights/fetch.js';
import { type Hands, startHands } from './hands.js';
import { createPipelines, type Pipelines, photoIn } from './jobs.js';
import type { Answer, Mapping, Setup, Task } from './protocol.js';
import { clearCopies } from './sources.js';

/** What a worker is started with. */
export interface WorkerOptions {
  readonly address: Address;
  /** Photos worked on at once. */
  readonly jobs: number;
  /** Bytes that work on photos may take together. */
  readonly memory: number;
  /** The engine that it has; any that can be started where it is not said. */
  readonly engine?: string;
  readonly roots: readonly string[];
  readonly maps: readonly Mapping[];
  readonly plugins: readonly PluginDigest[];
  readonly observe: (event: WorkerEvent) => void;
  /** Milliseconds after which a photo goes to another worker when this one gives no sign of life. Default: 15 s. */
  readonly patience?: number;
  /** What works on photos. Default: a process of its own, which decodes and edits them. */
  readonly hands?: (setup: Setup) => Hands;
  /** What it is called. Default: the machine's name and the process's number. */
  readonly name?: string;
}

/** What a worker tells of itself. */
export type WorkerEvent =
  | { readonly kind: 'done'; readonly photo: QueuedPhoto; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly photo: QueuedPhoto; readonly failed: QueuedFailure }
  /** A photo ended its process, and is worked on alone. */
  | { readonly kind: 'suspect'; readonly photo: QueuedPhoto }
  /** It was given up: it ended its process once more. */
  | { readonly kind: 'dead'; readonly photo: QueuedPhoto; readonly failed: QueuedFailure }
  | { readonly kind: 'refused'; readonly said: Said }
  /** All workers were told to end. */
  | { readonly kind: 'draining' };

/** A worker at work. */
export interface RunningWorker {
  readonly name: string;
  /**
   * Takes nothing more, waits for what is being worked on, and ends. What is not done after so many milliseconds goes back to the queue, for
   * others. Gives how many those were.
   *
   * @param grace Default: it waits for as long as it takes
   */
  readonly stop: (grace?: number) => Promise<number>;
  /** Ends when it was told to by `pipe queue drain`. */
  readonly drained: Promise<void>;
  readonly counts: () => Readonly<Counts>;
}

interface Counts {
  busy: number;
  done: number;
  failed: number;
  refused: number;
}

const PATIENCE_MS = 15_000;
/** How often a photo whose worker was lost goes to another one. */
const MOST_STALLED = 5;
/** How often a photo is given back for want of memory before that is its failure. */
const MOST_GIVEN_BACK = 5;
const BEAT_MS = 3000;

/** Starts a worker. Errors: `queue/unreachable`, `queue/unsuitable`. */
export const startWorker = (options: WorkerOptions): TE.TaskEither<Diagnostics, RunningWorker> =>
  pipe(
    connect(options.address),
    TE.chain((redis) =>
      TE.tryCatch(
        () => begin(redis, options),
        (cause): Diagnostics => {
          redis.disconnect();
          return [failure('queue/unreachable', `${options.address.shown} went away.`, { cause })];
        },
      ),
    ),
  );

/** What a worker has at hand for every photo. */
interface Site {
  readonly redis: Redis;
  readonly setup: Setup;
  readonly pipelines: Pipelines;
  readonly counts: Counts;
  readonly observe: WorkerOptions['observe'];
  readonly work: (task: Task) => ReturnType<ReturnType<typeof startHands>['work']>;
  /** Aborts when what is not done is given up here. */
  readonly ended: AbortSignal;
  /** The same in a process that has nothing else to do, one photo after the other. */
  readonly alone: Site['work'];
}

const begin = async (redis: Redis, options: WorkerOptions): Promise<RunningWorker> => {
  const { jobs, memory, engine, roots, maps, plugins, observe, patience = PATIENCE_MS } = options;
  const name = (options.name ?? `${hostname()}-${process.pid}`).slice(0, 200);
  const setup: Setup = {
    worker: name,
    jobs,
    memory,
    ...definedOnly({ engine }),
    roots,
    maps,
    plugins,
    cache: weightsCache(),
  };
  await clearCopies(setup.cache);
  const hands = (options.hands ?? startHands)(setup);
  const counts: Counts = { busy: 0, done: 0, failed: 0, refused: 0 };
  const end = new AbortController();
  const site: Site = {
    redis,
    ended: end.signal,
    setup,
    pipelines: createPipelines(redis),
    counts,
    observe,
    work: hands.work,
    alone: oneByOne(setup),
  };
  const worker = new Worker(PHOTOS, (job, token) => take(site, job, token), {
    connection: redis,
    prefix: PREFIX,
    concurrency: jobs,
    lockDuration: patience,
    stalledInterval: Math.ceil(patience / 2),
    maxStalledCount: MOST_STALLED,
    skipVersionCheck: true,
  });
  // A lock or a connection that is lost: another worker does the photo, or this one does it again.
  worker.on('error', () => undefined);
  await worker.waitUntilReady();
  const beat = beating(site, options);
  const stop = async (grace?: number): Promise<number> => {
    let left = 0;
    const late = setTimeout(
      () => {
        left = counts.busy;
        end.abort();
      },
      Math.min(grace ?? Number.POSITIVE_INFINITY, 2 ** 31 - 1),
    );
    await worker.close();
    clearTimeout(late);
    await beat.end();
    hands.close();
    redis.disconnect();
    return left;
  };
  return { name, stop, drained: beat.drained, counts: () => counts };
};

/** A process of its own for each photo, which is ended after it. */
const oneByOne = (setup: Setup): Site['work'] => {
  let last: Promise<unknown> = Promise.resolve();
  const work: Site['work'] = async (task) => {
    const hands = startHands({ ...setup, jobs: 1 });
    try {
      return await hands.work(task);
    } finally {
      hands.close();
    }
  };
  return (task) => {
    const turn = last.then(() => work(task));
    last = turn.catch(() => undefined);
    return turn;
  };
};

/** Does one job of the queue. What it throws is what BullMQ keeps of a photo that was given up. */
const take = async (site: Site, job: Job, token: string | undefined): Promise<QueuedMade | QueuedFailure> => {
  const photo = photoIn(job);
  if (E.isLeft(photo)) throw given(site, '', photo.left);
  if ((await site.redis.exists(cancelledKey(photo.right.run))) === 1)
    return cancelled(site.setup.worker, photo.right.run);
  site.counts.busy++;
  try {
    const answer = await untilEnded(site, answered(site, job, photo.right));
    if (answer === 'ended') {
      // At once, and without a word: nothing is wrong with it.
      await job.moveToDelayed(Date.now(), token);
      throw new DelayedError();
    }
    if (answer.kind === 'made') {
      site.counts.done++;
      site.observe({ kind: 'done', photo: photo.right, milliseconds: answer.made.milliseconds });
      return answer.made;
    }
    if (answer.kind === 'failed') {
      site.counts.failed++;
      site.observe({ kind: 'failed', photo: photo.right, failed: answer.failed });
      return answer.failed;
    }
    if (answer.kind === 'dead') {
      site.counts.failed++;
      site.observe({ kind: 'dead', photo: photo.right, failed: answer.failed });
      throw new UnrecoverableError(JSON.stringify(answer.failed));
    }
    return await giveBack(site, job, token, photo.right, answer.said);
  } finally {
    site.counts.busy--;
  }
};

/** What comes of a photo, unless the worker ends before. */
const untilEnded = <A>({ ended }: Site, work: Promise<A>): Promise<A | 'ended'> =>
  new Promise((resolve, reject) => {
    const end = (): void => resolve('ended');
    if (ended.aborted) end();
    ended.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => ended.removeEventListener('abort', end));
  });

type Settled =
  | Exclude<Answer, { readonly kind: 'lacking' }>
  | { readonly kind: 'dead'; readonly failed: QueuedFailure };

/** Works on a photo, alone where a process has ended at it. */
const answered = async (site: Site, job: Job, photo: QueuedPhoto): Promise<Settled> => {
  const pipeline = await site.pipelines.get(photo.pipeline);
  if (E.isLeft(pipeline)) return { kind: 'unable', said: saidOf(pipeline.left[0]) };
  const task: Task = {
    digest: photo.pipeline,
    pipeline: pipeline.right,
    item: String(job.id),
    photo,
    isLast: job.attemptsStarted > MOST_GIVEN_BACK,
  };
  const isSuspect = photo.isSuspect || job.stalledCounter > 0;
  if (!isSuspect) {
    const first = await withWeights(site, task, site.work);
    if (first.kind !== 'ended') return first;
  }
  site.observe({ kind: 'suspect', photo });
  const alone = await withWeights(site, task, site.alone);
  return alone.kind === 'ended' ? { kind: 'dead', failed: alone.failed } : alone;
};

/** Works on a photo; where weights are lacking, once more with those that the queue has. */
const withWeights = async (site: Site, task: Task, work: Site['work']) => {
  const first = await work(task);
  if (first.kind !== 'lacking') return first;
  const fetched = await Promise.all(
    first.weights.map((digest) => fetchWeights(site.redis, site.setup.cache, digest)),
  );
  const again = fetched.every((each) => each) ? await work(task) : first;
  if (again.kind !== 'lacking') return again;
  const [digest = ''] = again.weights;
  return {
    kind: 'unable',
    said: {
      code: 'queue/refused',
      severity: 'warning',
      message: `The worker ${site.setup.worker} gives photos back. The weights ${digest.slice(0, 12)}… of \`${task.pipeline.name}\` are not on this machine, nor in the queue.`,
      hint: 'Copy the model to the same place here, or to one that --map leads to; up to 16 MB travel by themselves.',
    },
  } as const;
};

/** What came of a photo whose run nobody wants any more. */
const cancelled = (worker: string, run: string): QueuedFailure => ({
  kind: 'failed',
  operator: '',
  diagnostics: [saidOf(failure('queue/cancelled', `The run ${run} was cancelled.`))],
  worker,
});

/** The error of a job that is no work for anybody. */
const given = ({ setup }: Site, operator: string, diagnostics: Diagnostics): Error =>
  new UnrecoverableError(
    JSON.stringify({ kind: 'failed', operator, diagnostics: diagnostics.map(saidOf), worker: setup.worker }),
  );

/** Lets other workers try, and says why this one cannot; the pause grows, so that a run which none can do costs little. */
const giveBack = async (
  { redis, setup, counts, observe }: Site,
  job: Job,
  token: string | undefined,
  { run }: QueuedPhoto,
  said: Said,
): Promise<never> => {
  counts.refused++;
  observe({ kind: 'refused', said });
  await redis
    .multi()
    .hset(refusedKey(run), setup.worker, JSON.stringify(said))
    .expire(refusedKey(run), 60)
    .exec();
  const pause = Math.min(15_000, 500 * 2 ** Math.min(job.attemptsStarted, 5));
  await job.moveToDelayed(Date.now() + pause, token);
  throw new DelayedError();
};

/** Says again and again that the worker lives, and hears that it is to end. */
const beating = (
  { redis, counts, setup, observe }: Site,
  { jobs, engine }: WorkerOptions,
): { readonly drained: Promise<void>; readonly end: () => Promise<void> } => {
  const began = Date.now();
  let since: string | null | undefined;
  let drain: () => void = () => undefined;
  const drained = new Promise<void>((resolve) => {
    drain = resolve;
  });
  let [before, rate, isDraining] = [0, 0, false];
  const beat = async (): Promise<void> => {
    if (redis.status !== 'ready') return;
    const asked = await redis.get(drainKey);
    if (since === undefined) since = asked;
    else if (asked !== null && asked !== since && !isDraining) {
      isDraining = true;
      observe({ kind: 'draining' });
      drain();
    }
    const fresh = counts.done - before;
    before = counts.done;
    // Fades over some ten beats.
    rate = 0.8 * rate + 0.2 * fresh * (60_000 / BEAT_MS);
    const report: WorkerReport = {
      id: setup.worker,
      host: hostname().slice(0, 200),
      pid: process.pid,
      jobs,
      ...counts,
      rate,
      began,
      engine: engine ?? 'any',
      draining: isDraining,
    };
    await redis.set(workerKey(setup.worker), JSON.stringify(report), 'EX', ALIVE_S);
  };
  const safely = (): Promise<void> => beat().catch(() => undefined);
  const timer = setInterval(() => void safely(), BEAT_MS);
  void safely();
  return {
    drained,
    end: async () => {
      clearInterval(timer);
      if (redis.status === 'ready') await redis.del(workerKey(setup.worker)).catch(() => undefined);
    },
  };
};
