import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { memoryShare } from '../../operator/free-memory.js';
import type { SourceFile } from '../../pipelines/compile.js';
import { definedOnly } from '../../ports/defined.js';
import { start } from '../../server/start.js';
import { type Exit, exit, notBegun } from '../exit.js';
import { findPipeline, HOME, isFile } from '../find-pipeline.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe serve` is given. */
export interface ServeArguments {
  readonly host: string;
  readonly port: number;
  readonly origin: readonly string[];
  readonly trustProxy: readonly string[];
  readonly open: boolean;
  readonly engine: string;
  readonly jobs?: number;
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly state?: string;
  /** Seconds. */
  readonly keep: number;
  /** Bytes. */
  readonly disk?: number;
  readonly root: readonly string[];
  readonly allowUrls: boolean;
  readonly allowPrivateWebhooks: boolean;
  readonly verbose: boolean;
}

/** `pipe serve`: serves until it is told to stop; then it finishes what is in flight. A second signal stops at once. */
export const serve = async (
  target: string | undefined,
  {
    host,
    port,
    origin,
    trustProxy,
    open,
    engine,
    jobs,
    memory,
    timeout,
    state,
    keep,
    disk,
    root,
    ...allowed
  }: ServeArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const running = await pipe(
    fileOf(target, terminal.folder),
    TE.chain((file) =>
      start({
        file,
        folder: terminal.folder,
        host,
        port,
        origins: origin,
        proxies: trustProxy,
        engine,
        jobs: jobs ?? Math.max(1, Math.floor(availableParallelism() / 2)),
        memory: memory ?? memoryShare(),
        ...(timeout === undefined ? {} : { timeout: timeout * 1000 }),
        ...(state === undefined ? {} : { state: resolve(terminal.folder, state) }),
        keep: keep * 1000,
        ...definedOnly({ disk }),
        roots: root.map((each) => resolve(terminal.folder, each)),
        allowUrls: allowed.allowUrls,
        allowPrivateWebhooks: allowed.allowPrivateWebhooks,
        verbose: allowed.verbose,
      }),
    ),
  )();
  if (E.isLeft(running)) {
    printDiagnostics(terminal, running.left);
    return notBegun(terminal, running.left);
  }
  const { address, stop } = running.right;
  terminal.out(`${terminal.paint.bold(address)}\n`);
  terminal.err('Ctrl-C stops the server once what is in flight is done.\n');
  if (open) openPage(address);
  await stopped(terminal);
  await stop();
  return exit.done;
};

/** The file that is named; without one, that of the folder, if there is one. */
const fileOf = (
  target: string | undefined,
  folder: string,
): TE.TaskEither<Diagnostics, SourceFile | undefined> =>
  pipe(
    TE.fromTask(async () => target !== undefined || (await isFile(resolve(folder, HOME)))),
    TE.chain((isThere) =>
      isThere
        ? TE.Monad.map(findPipeline(target, folder), ({ file }): SourceFile | undefined => file)
        : TE.right(undefined),
    ),
  );

const stopped = ({ signal, gone }: Terminal): Promise<void> =>
  new Promise((end) => {
    const either = AbortSignal.any([signal, gone]);
    if (either.aborted) end();
    either.addEventListener('abort', () => end(), { once: true });
  });

/** What opens an address in a browser, by system. */
const OPENERS: Partial<Readonly<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['explorer'],
};

/** Opens the page; where nothing can open it, the address that was said is all. */
const openPage = (address: string): void => {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
};
