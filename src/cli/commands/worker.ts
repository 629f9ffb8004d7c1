import { availableParallelism } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { isObjectUrl, readObjectUrl } from '../../disk/objects/address.js';
import { readEngine } from '../../execution/tensors/engine-choice.js';
import { memoryShare } from '../../operator/free-memory.js';
import { isDigest } from '../../pipelines/plugins/digest.js';
import { definedOnly } from '../../ports/defined.js';
import { type Address, readAddress } from '../../queue/address.js';
import { diagnosticOf } from '../../queue/messages.js';
import type { Mapping } from '../../queue/worker/protocol.js';
import { startWorker, type WorkerEvent } from '../../queue/worker/worker.js';
import { type Exit, exit, notBegun } from '../exit.js';
import { printable } from '../printable.js';
import { failureLines, printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe worker` is given. */
export interface WorkerArguments {
  readonly on: string;
  readonly jobs?: number;
  readonly memory?: number;
  readonly engine?: string;
  readonly root: readonly string[];
  readonly map: readonly string[];
  readonly allowPlugin: readonly string[];
  /** Seconds that what it is at may take once it was told to end. */
  readonly grace: number;
  readonly quiet: boolean;
}

/** `pipe worker`: works until it is told to stop; then it finishes what it is at. A second signal stops at once. */
export const worker = async (options: WorkerArguments, terminal: Terminal): Promise<Exit> => {
  const { jobs = availableParallelism(), memory = memoryShare(), engine, quiet } = options;
  const roots = options.root.map((root) => (isObjectUrl(root) ? root : resolve(terminal.folder, root)));
  const started = await pipe(
    TE.Do,
    TE.bind('address', () => TE.fromEither(readAddress(options.on))),
    TE.chainFirstEitherK(() => (engine === undefined ? E.right(undefined) : readEngine(engine))),
    TE.chainFirstEitherK(() => readStores(roots)),
    TE.bind('maps', () => TE.fromEither(mapsOf(options.map, terminal.folder))),
    TE.chainFirstEitherK(({ maps }) =>
      roots.length + maps.length > 0 ? E.right(undefined) : E.left(rootless),
    ),
    TE.bind('running', ({ address, maps }) =>
      startWorker({
        address,
        jobs,
        memory,
        ...definedOnly({ engine }),
        roots,
        maps,
        plugins: options.allowPlugin.filter(isDigest),
        observe: telling(terminal, quiet),
      }),
    ),
  )();
  if (E.isLeft(started)) {
    printDiagnostics(terminal, started.left);
    return notBegun(terminal, started.left);
  }
  const { running, address } = started.right;
  if (!quiet) terminal.err(`${welcome(running.name, jobs, address)}\n`);
  await Promise.race([stopped(terminal), running.drained]);
  if (!quiet) terminal.err('finishes what it is at\n');
  const left = await running.stop(options.grace * 1000);
  if (left > 0 && !quiet)
    terminal.err(
      `${left} ${left === 1 ? 'photo goes' : 'photos go'} back to the queue, not done within ${options.grace} s\n`,
    );
  const { done, failed } = running.counts();
  if (!quiet) terminal.out(`${done} done${failed > 0 ? `, ${failed} failed` : ''}\n`);
  return exit.done;
};

const welcome = (name: string, jobs: number, { shown }: Address): string =>
  `${printable(name)} takes up to ${jobs} ${jobs === 1 ? 'photo' : 'photos'} at once from ${printable(shown)}; Ctrl-C ends it once what it is at is done`;

/** Addresses among the roots that cannot be read would allow nothing. */
const readStores = (roots: readonly string[]): E.Either<Diagnostics, unknown> =>
  E.Monad.map(E.traverseArray(readObjectUrl)(roots.filter(isObjectUrl)), () => undefined);

const rootless: Diagnostics = [
  failure('queue/outside', 'A worker reads and writes only below folders that are named, and none is.', {
    hint: 'Name them with --root, or with --map where they have another name on the machine of the run.',
  }),
];

const mapsOf = (given: readonly string[], folder: string): E.Either<Diagnostics, readonly Mapping[]> => {
  const maps = given.map((each): Mapping => {
    const sign = each.indexOf('=');
    return { from: each.slice(0, sign), to: resolve(folder, each.slice(sign + 1)) };
  });
  const relative = maps.find(({ from }) => !isAbsolute(from));
  return relative === undefined
    ? E.right(maps)
    : E.left([
        failure(
          'queue/outside',
          `--map ${relative.from}=…: the folder of the other machine is named from its root on.`,
        ),
      ]);
};

/** Says what is worth knowing: not every photo. */
const telling = (terminal: Terminal, quiet: boolean): ((event: WorkerEvent) => void) => {
  const { err, paint } = terminal;
  const told = new Set<string>();
  return (event) => {
    switch (event.kind) {
      case 'done':
        return;
      case 'suspect':
        if (!quiet)
          err(
            `${paint.yellow('!')} ${printable(event.photo.key.path)} is worked on alone: a process ended at it\n`,
          );
        return;
      case 'failed':
      case 'dead': {
        const { operator, diagnostics } = event.failed;
        const [first, ...others] = diagnostics.map(diagnosticOf);
        if (first === undefined) return;
        err(
          `${failureLines({ key: event.photo.key, operator, diagnostics: [first, ...others] }, paint).join('\n')}\n`,
        );
        return;
      }
      case 'refused': {
        const { message } = event.said;
        // A run that cannot be worked on is said once, and not for each of its photos.
        if (told.has(message) || told.size > 1000) return;
        told.add(message);
        printDiagnostics(terminal, [diagnosticOf(event.said)]);
        return;
      }
      case 'draining':
        if (!quiet) err('told to end by `pipe queue drain`\n');
    }
  };
};

const stopped = ({ signal, gone }: Terminal): Promise<void> =>
  new Promise((end) => {
    const either = AbortSignal.any([signal, gone]);
    if (either.aborted) end();
    either.addEventListener('abort', () => end(), { once: true });
  });
