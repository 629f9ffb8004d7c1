import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, printableJson } from '../../diagnostics/index.js';
import { type Address, readAddress } from '../../queue/address.js';
import { cancelRun, drainWorkers, pauseQueue, resumeQueue, retryRun } from '../../queue/control/control.js';
import { type Overview, overviewOf, type SeenRun } from '../../queue/control/overview.js';
import type { WorkerReport } from '../../queue/messages.js';
import { type Exit, exit, notBegun } from '../exit.js';
import { duration } from '../lines/progress-line.js';
import { printable, shortPath } from '../printable.js';
import { printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';

/** What `pipe queue` and what it does to a queue are given. */
export interface QueueArguments {
  readonly on?: string;
}

/** What `pipe queue` is given. */
export interface QueueViewArguments extends QueueArguments {
  readonly json: boolean;
}

const addressOf = ({ on }: QueueArguments): E.Either<Diagnostics, Address> =>
  on === undefined
    ? E.left([failure('queue/address', 'It is not said where the queue is: --on redis://host:6379.')])
    : readAddress(on);

/** Does something with the queue, and says what came of it. */
const told = async <A>(
  options: QueueArguments,
  terminal: Terminal,
  use: (address: Address) => TE.TaskEither<Diagnostics, A>,
  say: (result: A) => string,
): Promise<Exit> => {
  const result = await pipe(TE.fromEither(addressOf(options)), TE.chain(use))();
  if (E.isLeft(result)) {
    printDiagnostics(terminal, result.left);
    return notBegun(terminal, result.left);
  }
  terminal.out(`${say(result.right)}\n`);
  return exit.done;
};

/** `pipe queue`: what there is in it. */
export const showQueue = (options: QueueViewArguments, terminal: Terminal): Promise<Exit> =>
  told(options, terminal, overviewOf, (overview) =>
    options.json ? printableJson(overview, 2) : shownOverview(overview, terminal),
  );

/** What `pipe queue metrics` is given. */
export interface MetricsArguments extends QueueArguments {
  readonly listen?: string;
}

/** `pipe queue metrics`: once, or until it is stopped. */
export const showMetrics = async (options: MetricsArguments, terminal: Terminal): Promise<Exit> => {
  const { queueMetrics, serveMetrics } = await import('../../queue/control/metrics.js');
  const { listen } = options;
  if (listen === undefined) return told(options, terminal, queueMetrics, (text) => text.trimEnd());
  const started = await pipe(
    TE.Do,
    TE.bind('address', () => TE.fromEither(addressOf(options))),
    TE.bind('place', () => TE.fromEither(listeningAt(listen))),
    TE.chain(({ address, place: { host, port } }) => serveMetrics(address, host, port)),
  )();
  if (E.isLeft(started)) {
    printDiagnostics(terminal, started.left);
    return notBegun(terminal, started.left);
  }
  terminal.err(`metrics are at http://${listen.replace(/:0$/, `:${started.right.port}`)}/metrics\n`);
  await new Promise<void>((end) => {
    const either = AbortSignal.any([terminal.signal, terminal.gone]);
    if (either.aborted) end();
    either.addEventListener('abort', () => end(), { once: true });
  });
  await started.right.close();
  return exit.done;
};

const listeningAt = (
  written: string,
): E.Either<Diagnostics, { readonly host: string; readonly port: number }> => {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(written) ?? [];
  return host === '' || Number(port) > 65_535
    ? E.left([
        failure('serve/address', `--listen ${printable(written)} is no address such as 127.0.0.1:9464.`),
      ])
    : E.right({ host: host.replace(/^\[|\]$/g, ''), port: Number(port) });
};

const photos = (n: number): string => `${n} ${n === 1 ? 'photo' : 'photos'}`;

/** `pipe queue cancel` and `pipe queue retry`. */
export const changeRun = (
  change: 'cancel' | 'retry',
  run: string,
  options: QueueArguments,
  terminal: Terminal,
): Promise<Exit> =>
  change === 'cancel'
    ? told(
        options,
        terminal,
        (address) => cancelRun(address, run),
        (n) => `run ${printable(run)} is cancelled: ${photos(n)} taken out of the queue`,
      )
    : told(
        options,
        terminal,
        (address) => retryRun(address, run),
        (n) => `${photos(n)} of run ${printable(run)} ${n === 1 ? 'waits' : 'wait'} again`,
      );

const changes = {
  pause: { change: pauseQueue, words: 'workers take nothing more until `pipe queue resume`' },
  resume: { change: resumeQueue, words: 'the queue goes on' },
  drain: { change: drainWorkers, words: 'workers finish what they are at, and end' },
} as const;

/** `pipe queue pause`, `resume` and `drain`. */
export const changeQueue = (
  name: keyof typeof changes,
  options: QueueArguments,
  terminal: Terminal,
): Promise<Exit> => told(options, terminal, changes[name].change, () => changes[name].words);

const shownOverview = (
  { isPaused, waiting, active, delayed, dead, runs, workers, deadPhotos }: Overview,
  terminal: Terminal,
): string => {
  const { bold, red, yellow } = terminal.paint;
  const counts = [
    `${waiting} waiting`,
    `${active} in work`,
    ...(delayed > 0 ? [`${delayed} given back`] : []),
    ...(dead > 0 ? [red(`${dead} dead`)] : []),
  ];
  const lines = [
    `${bold('photos')}   ${counts.join(', ')}${isPaused ? yellow(' (paused)') : ''}`,
    bold('runs'),
    ...(runs.length === 0 ? ['  none'] : runs.map((run) => `  ${shownRun(run, terminal)}`)),
    bold('workers'),
    ...(workers.length === 0 ? ['  none'] : workers.map((worker) => `  ${shownWorker(worker)}`)),
    ...(deadPhotos.length === 0
      ? []
      : [
          bold('dead'),
          ...deadPhotos.map(
            ({ run, path, reason }) =>
              `  ${printable(run)}  ${printable(path)}: ${printable(reason.message)} ${terminal.paint.dim(printable(reason.code))}`,
          ),
        ]),
  ];
  return lines.join('\n');
};

const shownRun = (
  { id, name, total, done, failed, folder, host, seen, isFollowed }: SeenRun,
  terminal: Terminal,
): string => {
  const who = isFollowed
    ? `followed on ${printable(host)}`
    : `left ${duration(Math.max(0, Date.now() - seen))} ago on ${printable(host)}`;
  const trouble = failed > 0 ? `, ${terminal.paint.red(`${failed} failed`)}` : '';
  return `${id}  ${printable(name)}: ${done} of ${total} done${trouble}, in ${printable(shortPath(folder, terminal.folder))}; ${who}`;
};

const shownWorker = ({
  id,
  busy,
  jobs,
  done,
  failed,
  refused,
  rate,
  engine,
  draining,
}: WorkerReport): string =>
  [
    `${printable(id)}: at ${busy} of ${jobs}`,
    `${done} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(refused > 0 ? [`${refused} given back`] : []),
    `${Math.round(rate)} a minute`,
    `engine ${printable(engine)}`,
    ...(draining ? ['ending'] : []),
  ].join(', ');
