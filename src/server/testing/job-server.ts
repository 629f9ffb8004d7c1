import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import multipart from '@fastify/multipart';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyError } from 'fastify';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { failure } from '../../diagnostics/index.js';
import { callerOf } from '../access/authorise.js';
import { type App, noteCaller, orThrow } from '../app.js';
import { type JobFiles, openJobFiles, removeOrphans } from '../jobs/job-files.js';
import { type Clock, recoverJobs } from '../jobs/queue.js';
import { rootsOf } from '../jobs/roots.js';
import { startScheduler } from '../jobs/scheduler.js';
import { type Fetch, sourcesOf } from '../jobs/sources.js';
import { ANYWHERE } from '../outbound/reach.js';
import { newId, openPhotoShelf } from '../photos/shelf.js';
import { answerThrown } from '../problems/problem.js';
import type { JobServices } from '../routes/job-services.js';
import { jobRoutes } from '../routes/jobs.js';
import { resultRoutes } from '../routes/results.js';
import { addPhoto } from '../store/photos.js';
import { openStore, type Store } from '../store/store.js';
import type { Photo } from '../store/tables.js';
import { validatorCompiler } from '../validation.js';
import { serverSecret } from '../webhooks/secret.js';
import { startSender } from '../webhooks/sender.js';
import { type CopyingEditor, copyingEditor } from './copying-editor.js';
import { storedPhoto } from './stored-photo.js';

/** A server of jobs for tests. */
export interface JobServer {
  readonly app: App;
  readonly services: JobServices;
  readonly editor: CopyingEditor;
  readonly folder: string;
  /** Keeps a photo of a text. */
  readonly photo: (name: string, content?: string, owner?: string) => Promise<string>;
  /** Waits until a job has ended. */
  readonly ended: (id: string) => Promise<void>;
  /** `isCrash` leaves everything as it is. */
  readonly close: (isCrash?: boolean) => Promise<void>;
}

const failed = (thrown: unknown): void => {
  throw thrown;
};

/** Faults are thrown until the end: what goes on after a crash finds its store closed. */
const faultsOf = () => {
  let isOver = false;
  return {
    failed: (thrown: unknown): void => {
      if (!isOver) failed(thrown);
    },
    end: (): void => {
      isOver = true;
    },
  };
};

const photoKeeper =
  (store: Store, files: JobFiles, { now, keep }: { readonly now: () => number; readonly keep: number }) =>
  async (name: string, content: Buffer, owner: string): Promise<Photo> => {
    const photo = storedPhoto(newId(), {
      owner,
      name,
      bytes: content.length,
      digest: createHash('sha256').update(content).digest('hex'),
      created: now(),
      expires: now() + keep,
    });
    writeFileSync(files.photo(photo.id), content);
    await store.change((draft) => addPhoto(draft, photo)).kept;
    return { ...photo, uses: 0, isHidden: false };
  };

const appOf = async (services: JobServices, isRequired: boolean): Promise<App> => {
  const { store, now } = services;
  const app: App = Fastify({ forceCloseConnections: true }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setErrorHandler<FastifyError>(answerThrown);
  app.addHook('onRequest', async (request) =>
    noteCaller(request, orThrow(callerOf(store, isRequired, request.headers.authorization, now()))),
  );
  await app.register(multipart);
  jobRoutes(services)(app);
  resultRoutes(services)(app);
  return app;
};

const endOf = (store: Store, id: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if ((store.get('jobs', id)?.ended ?? 0) === 0) return;
      end();
      resolve();
    };
    const end = store.watch(look);
    look();
  });

const stateOf = async (folder: string, clock: Clock): Promise<{ store: Store; files: JobFiles }> => {
  const store = openStore(folder, ([{ message }]) => failed(new Error(message)));
  const files = await openJobFiles(folder, await openPhotoShelf(folder, store));
  await removeOrphans(folder, store);
  await store.change((draft) => recoverJobs(draft, clock)).kept;
  await serverSecret(store);
  return { store, files };
};

/** Starts one; `folder` is that of one that was closed, to start it again. */
export const jobServer = async ({
  folder = mkdtempSync(join(tmpdir(), 'prismflow-jobs-')),
  delay = 0,
  keep = 3_600_000,
  isRequired = false,
  fetch,
  ...more
}: Partial<JobServices> & {
  readonly folder?: string;
  readonly delay?: number;
  readonly isRequired?: boolean;
  readonly fetch?: Fetch;
} = {}): Promise<JobServer> => {
  const now = more.now ?? Date.now;
  const faults = faultsOf();
  const { store, files } = await stateOf(folder, { now: now(), keep });
  const editor = copyingEditor(delay);
  const roots = more.roots ?? rootsOf([]);
  const sender = startSender({ store, reach: ANYWHERE, now, random: () => 0.5, failed: faults.failed });
  const scheduler = startScheduler({
    store,
    files,
    editor,
    sources: sourcesOf(files, roots, fetch),
    atOnce: 2,
    keep,
    now,
    settled: sender.wake,
    failed: faults.failed,
  });
  const stopping = new AbortController();
  const keepPhoto = photoKeeper(store, files, { now, keep });
  const services: JobServices = {
    store,
    files,
    scheduler,
    sender,
    roots,
    urls: undefined,
    webhooks: ANYWHERE,
    mostPhotos: 1000,
    mostWaiting: 2000,
    keep,
    now,
    checkEdits: (edits) =>
      edits.every(({ pipeline }) => pipeline === 'copy')
        ? TE.right(undefined)
        : TE.left([failure('serve/unknown-pipeline', 'Only `copy` is on offer.')]),
    receive: (file, { name, owner }) => TE.fromTask(async () => keepPhoto(name, await buffer(file), owner)),
    limits: { bytes: 4_000_000, requestBytes: 5_000_000 },
    mostStreams: 4,
    stopping: stopping.signal,
    ...more,
  };
  const app = await appOf(services, isRequired);
  scheduler.wake();
  sender.wake();
  return {
    app,
    services,
    editor,
    folder,
    photo: async (name, content = name, owner = 'local') =>
      (await keepPhoto(name, Buffer.from(content), owner)).id,
    ended: (id) => endOf(store, id),
    close: async (isCrash = false) => {
      if (isCrash) {
        editor.die();
        // What was edited just before is written down.
        await pause(100);
      }
      stopping.abort();
      await app.close();
      if (!isCrash) await scheduler.stop(AbortSignal.abort());
      await sender.stop();
      faults.end();
      await store.close();
    },
  };
};
