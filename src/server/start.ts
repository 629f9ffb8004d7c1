import { createHash } from 'node:crypto';
import { mkdir, realpath, statfs } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Logger, pino } from 'pino';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { createEditor } from '../execution/editing/editor.js';
import { createCatalogue, type Offer, offersOf, shippedOffers } from '../execution/editing/offers.js';
import { recipesOf, shippedRecipes } from '../execution/trainings/recipes.js';
import type { SourceFile } from '../pipelines/compile.js';
import { definedOnly } from '../ports/defined.js';
import { type Holder, type Lock, takeLock } from '../records/lock.js';
import { hasToken } from './access/authorise.js';
import { isLoopback } from './access/hosts.js';
import type { App } from './app.js';
import type { ServerContext } from './context.js';
import { createServer } from './create-server.js';
import { rootsOf } from './jobs/roots.js';
import { type Limits, usualLimits } from './limits.js';
import { createMetrics } from './metrics.js';
import { openJobs } from './open-jobs.js';
import { openPhotoShelf } from './photos/shelf.js';
import { presetFiles } from './presets/preset-files.js';
import { trainingRoutes } from './routes/trainings.js';
import { type Damaged, openStore, type Store } from './store/store.js';
import { bytesKept, roomOf } from './store/usage.js';
import { openTrainings, type Trainings } from './trainings/trainings.js';

/** How to serve. */
export interface StartOptions {
  /** The pipelines on offer beside those that ship; none where there is no file. */
  readonly file: SourceFile | undefined;
  /** The folder that is served: presets are written below it. */
  readonly folder: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly origins: readonly string[];
  /** Addresses and networks of proxies, which may say who asks. Default: this machine's own where there are origins. */
  readonly proxies?: readonly string[];
  readonly engine: string;
  readonly jobs: number;
  readonly memory: number;
  /** Milliseconds that a photo may take, Infinity for any time; by its size where it is not said. */
  readonly timeout?: number;
  /** Where state is kept. Default: a folder for the served one below the user's state. */
  readonly state?: string;
  /** Milliseconds that photos, results and receipts are kept. */
  readonly keep: number;
  /** Bytes that photos and results may take. Default: half of what is free on that disk. */
  readonly disk?: number;
  /** Folders below which jobs may name photos. */
  readonly roots: readonly string[];
  readonly allowUrls: boolean;
  readonly allowPrivateWebhooks: boolean;
  readonly verbose: boolean;
  readonly limits?: Partial<Limits>;
}

/** A server that runs. */
export interface Running {
  /** As in `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Refuses what is new, finishes what is in flight, for so many milliseconds at most, and closes all. */
  readonly stop: (patience?: number) => Promise<void>;
}

/** Milliseconds that what is in flight has to end when the server is stopped. */
export const PATIENCE_MS = 30_000;

/** Where the state of a served folder is, unless said otherwise. */
export const stateFolder = (folder: string): string => {
  const { XDG_STATE_HOME } = process.env;
  const home = XDG_STATE_HOME?.startsWith('/') === true ? XDG_STATE_HOME : join(homedir(), '.local', 'state');
  const digest = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  return join(home, 'prismflow', 'serve', digest);
};

/** Serves. Errors: those of the file, of the state, `serve/token-needed`, `serve/address`. */
export const start =
  (options: StartOptions): TE.TaskEither<Diagnostics, Running> =>
  async () => {
    const { file, folder, host, state = stateFolder(folder) } = options;
    const own = file === undefined ? E.right([]) : await offersOf(file, 'file')();
    if (E.isLeft(own)) return own;
    const logger = pino({ level: options.verbose ? 'info' : 'error' }, process.stderr);
    const kept = await openState(state, ([{ code, message }]) => logger.error({ code }, message));
    if (E.isLeft(kept)) return kept;
    const { store, release } = kept.right;
    if (!isLoopback(host) && !hasToken(store, Date.now())) {
      await release();
      return E.left(tokenNeeded(host));
    }
    const context = await contextOf(options, own.right, state, store);
    const trainings = await trainingsOf(options);
    const stopping = new AbortController();
    const routes = trainingRoutes({ ...context, trainings, stopping: stopping.signal });
    const { app, work } = await serverOf(options, state, context, logger, routes);
    const close = async (patience: number): Promise<void> => {
      const late = AbortSignal.timeout(patience);
      const isLate = new Promise((end) => late.addEventListener('abort', end, { once: true }));
      // Streams of events would never end by themselves; new requests are refused while those in flight end.
      work.end();
      stopping.abort();
      await Promise.all([Promise.race([app.close(), isLate]), work.stop(late), trainings.close(late)]);
      await context.editor.close(0);
      await release();
    };
    const listening = await TE.tryCatch(
      () => app.listen({ host, port: options.port }),
      notListening(options),
    )();
    if (E.isLeft(listening)) {
      await close(0);
      return listening;
    }
    const { port, address } = app.server.address() as AddressInfo;
    const shown = address.includes(':') ? `[${address}]` : address;
    return E.right({ address: `http://${shown}:${port}`, stop: (patience = PATIENCE_MS) => close(patience) });
  };

/** What all routes work with: the pipelines on offer, the editing process, the photos that are kept. */
const contextOf = async (
  options: StartOptions,
  own: readonly Offer[],
  state: string,
  store: Store,
): Promise<ServerContext> => {
  const { file, folder, engine, memory, jobs, timeout, keep, disk } = options;
  const presets = presetFiles(folder);
  const catalogue = createCatalogue([...own, ...(await shippedOffers())]);
  catalogue.withPresets(await presets.offers());
  const limits = { ...usualLimits, ...options.limits };
  const editor = createEditor({
    catalogue,
    folder: presets.folder,
    engine,
    memory,
    jobs,
    certify: false,
    maxPixels: limits.pixels,
    ...definedOnly({ timeout }),
  });
  return {
    editor,
    catalogue,
    store,
    photos: await openPhotoShelf(state, store),
    presets,
    limits,
    room: roomOf(store, disk ?? bytesKept(store) + (await halfFree(state))),
    folder,
    places: await placesOf(state, folder, options.roots),
    served: file?.shown,
    keep,
    now: Date.now,
  };
};

/** The trainings below the served folder, and the recipes of its file and of those that ship. */
const trainingsOf = async ({ file, folder, roots, engine }: StartOptions): Promise<Trainings> => {
  const read = file === undefined ? E.right([]) : await recipesOf(file, 'file')();
  const own = E.isRight(read) ? read.right : [];
  const others = (await shippedRecipes()).filter(({ name }) => own.every((each) => each.name !== name));
  return openTrainings({
    served: resolve(folder),
    recipes: [...own, ...others],
    roots: rootsOf(roots),
    engine,
  });
};

/** Folders that texts may name, as they are called and where they really are. */
const placesOf = async (
  state: string,
  folder: string,
  roots: readonly string[],
): Promise<readonly string[]> => {
  const own = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');
  const all = [state, folder, ...roots, own, homedir(), tmpdir()].map((each) => resolve(each));
  const real = await Promise.all(all.map((each) => realpath(each).catch(() => each)));
  return [...all, ...real];
};

/** The HTTP server with its jobs, which go on at once. */
const serverOf = async (
  { host, origins, proxies, roots, allowUrls, allowPrivateWebhooks, jobs }: StartOptions,
  state: string,
  context: ServerContext,
  logger: Logger,
  more: (app: App) => void,
) => {
  const metrics = createMetrics(context.editor);
  const work = await openJobs(context, {
    roots,
    allowUrls,
    allowPrivateWebhooks,
    jobs,
    state,
    registry: metrics.registry,
    failed: (thrown) => logger.error(thrown),
  });
  const app = await createServer({
    context,
    host,
    origins,
    ...(proxies === undefined || proxies.length === 0 ? {} : { proxies }),
    more: [work.routes, more],
    jobs: work.state,
    metrics,
    logger,
  });
  return { app, work };
};

/** A state that this server alone works on. */
const openState = async (
  state: string,
  damaged: Damaged,
): Promise<E.Either<Diagnostics, { readonly store: Store; readonly release: () => Promise<void> }>> => {
  const lock = await held(state);
  if (E.isLeft(lock)) return lock;
  const store = opened(state, damaged);
  if (E.isLeft(store)) {
    await lock.right.release();
    return store;
  }
  return E.right({
    store: store.right,
    release: async () => {
      await store.right.close();
      await lock.right.release();
    },
  });
};

/** Bytes: half of what is free on the disk of a folder. */
const halfFree = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / 2);
};

/** Takes a state for this server alone; that of one which was killed is taken over at once. */
const held = async (state: string): Promise<E.Either<Diagnostics, Lock>> => {
  try {
    await mkdir(state, { recursive: true, mode: 0o700 });
    return E.mapLeft(inUse(state))(await takeLock(join(state, 'lock')));
  } catch (thrown) {
    return E.left([failure('store/unwritable', `${state} cannot be used: ${messageOf(thrown)}.`)]);
  }
};

const inUse =
  (state: string) =>
  ({ pid, host, since }: Holder): Diagnostics => [
    failure('store/in-use', `Process ${pid} on ${host} has served from ${state} since ${since}.`),
  ];

const opened = (state: string, damaged: Damaged): E.Either<Diagnostics, Store> => {
  try {
    return E.right(openStore(join(state, 'store'), damaged));
  } catch (thrown) {
    return E.left(
      thrown instanceof DiagnosticError
        ? thrown.diagnostics
        : [failure('store/unwritable', `${state} cannot be used: ${messageOf(thrown)}.`)],
    );
  }
};

const tokenNeeded = (host: string): Diagnostics => [
  failure('serve/token-needed', `At ${host} others can reach the server, and there is no token yet.`),
];

const notListening =
  ({ host, port }: Pick<StartOptions, 'host' | 'port'>) =>
  (thrown: unknown): Diagnostics => [
    failure('serve/address', `The server cannot listen at ${host}:${port}: ${messageOf(thrown)}.`),
  ];
