import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Registry } from 'prom-client';
import type { App } from './app.js';
import type { ServerContext } from './context.js';
import { startExpiry } from './jobs/expiry.js';
import { openJobFiles, removeOrphans } from './jobs/job-files.js';
import { jobMetrics } from './jobs/metrics.js';
import { recoverJobs } from './jobs/queue.js';
import { repair } from './jobs/repair.js';
import { rootsOf } from './jobs/roots.js';
import { startScheduler } from './jobs/scheduler.js';
import { sourcesOf } from './jobs/sources.js';
import { fetchFile } from './outbound/fetch-file.js';
import { ANYWHERE, PUBLIC, type Reach } from './outbound/reach.js';
import type { JobServices } from './routes/job-services.js';
import { jobRoutes } from './routes/jobs.js';
import { keepUpload } from './routes/photos.js';
import { resultRoutes } from './routes/results.js';
import { receive } from './uploads/receive.js';
import { serverSecret } from './webhooks/secret.js';
import { startSender } from './webhooks/sender.js';

/** What an operator allows jobs to do. */
export interface JobOptions {
  /** Folders below which requests may name photos. */
  readonly roots: readonly string[];
  /** Whether photos are fetched from https URLs of the public internet. */
  readonly allowUrls: boolean;
  /** Whether webhooks may go to addresses that are not public, and by http. */
  readonly allowPrivateWebhooks: boolean;
  /** Photos that are worked on at once, beside previews. */
  readonly jobs: number;
  /** Where files lie: the server's state. */
  readonly state: string;
  readonly registry: Registry;
  /** Is told what must not happen. */
  readonly failed: (thrown: unknown) => void;
  /** What may be fetched, in tests. Default: public addresses. */
  readonly reach?: Reach;
}

/** Jobs, ready to be served. */
export interface Jobs {
  readonly routes: (app: App) => void;
  /** Whether photos are taken from the queue. */
  readonly state: () => 'working' | 'failed';
  /** Ends streams of events, and takes no more photos. */
  readonly end: () => void;
  /** Waits for what is worked on; the signal gives it back unfinished. Nothing more is written then. */
  readonly stop: (signal: AbortSignal) => Promise<void>;
}

/** Milliseconds that fetching a photo may take, and redirects that are followed. */
const FETCH = { milliseconds: 120_000, redirects: 5 } as const;
const MOST_WAITING = 100_000;
const MOST_STREAMS = 500;

/**
 * Goes on with the jobs of a state: what was being worked on when the server ended waits again, files that no change speaks of are
 * removed, and so is what has expired meanwhile; records that are damaged are set aside. Nothing may be received while this opens.
 */
export const openJobs = async (context: ServerContext, options: JobOptions): Promise<Jobs> => {
  const { store, photos, editor, limits, keep, now } = context;
  const { state, failed, reach = PUBLIC } = options;
  const files = await openJobFiles(state, photos);
  const clock = { now: now(), keep };
  const damaged = await store.setAside(clock.now);
  await store.change((draft) => {
    if (damaged.length > 0) repair(draft, damaged, clock);
    recoverJobs(draft, clock);
  }).kept;
  await serverSecret(store);
  await removeOrphans(state, store);
  const roots = rootsOf(options.roots);
  const urls = options.allowUrls ? reach : undefined;
  const webhooks = options.allowPrivateWebhooks ? ANYWHERE : reach;
  const metrics = jobMetrics(options.registry, store);
  const sender = startSender({
    store,
    reach: webhooks,
    now,
    random: Math.random,
    tried: metrics.tried,
    failed,
  });
  const fetch = urls === undefined ? undefined : fetchFile(urls, { ...FETCH, bytes: limits.bytes });
  const scheduler = startScheduler({
    store,
    files,
    editor,
    sources: sourcesOf(files, roots, fetch),
    // One more than is edited at once, so that the next photo is there when one is done.
    atOnce: options.jobs + 1,
    keep,
    now,
    settled: (outcome, milliseconds) => {
      metrics.settled(outcome, milliseconds);
      sender.wake();
    },
    failed,
  });
  const stopping = new AbortController();
  const endExpiry = startExpiry(store, files, { now, failed });
  const services: JobServices = {
    store,
    files,
    scheduler,
    sender,
    roots,
    urls,
    webhooks,
    mostPhotos: limits.photos,
    mostWaiting: MOST_WAITING,
    keep,
    now,
    limits,
    checkEdits: editor.check,
    receive: receiveWith(context),
    mostStreams: MOST_STREAMS,
    stopping: stopping.signal,
  };
  scheduler.wake();
  sender.wake();
  return {
    routes: (app) => {
      jobRoutes(services)(app);
      resultRoutes(services)(app);
    },
    state: scheduler.state,
    end: () => stopping.abort(),
    stop: async (signal) => {
      stopping.abort();
      await Promise.all([scheduler.stop(signal), sender.stop(), endExpiry()]);
    },
  };
};

/** Takes in a photo of a form, as uploads are. */
const receiveWith =
  (context: ServerContext): JobServices['receive'] =>
  (file, { name, owner, signal }) => {
    const incoming = context.photos.incoming();
    return pipe(
      () => receive(file, incoming.file, context.limits, context.room),
      TE.chain((bytes) => () => keepUpload(context, { ...incoming, name, bytes }, owner, signal)),
    );
  };
