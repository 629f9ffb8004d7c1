import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, printableJson } from '../../diagnostics/index.js';
import { compile } from '../../execution/compile.js';
import type { Plan } from '../../execution/plan/plan.js';
import { type PipelineEvent, type Report, runPlan } from '../../execution/run.js';
import type { ItemFailure } from '../../ports/index.js';
import { compileAllowed } from '../allow-plugins.js';
import { findWatched } from '../find-pipeline.js';
import { liveLine } from '../live-line.js';
import { printable, shortPath } from '../printable.js';
import { duration } from '../progress-line.js';
import { diagnosticJson, printDiagnostics } from '../report-diagnostics.js';
import { type Exit, exit, notBegun, type Terminal } from '../terminal.js';

/** What `pipe watch` is given. */
export interface WatchArguments {
  readonly set: Readonly<Record<string, string>>;
  readonly allowPlugin: readonly string[];
  readonly poll?: number;
  readonly engine: string;
  readonly jobs?: number;
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly certify: boolean;
  readonly retry: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * `pipe watch`: works on photos as they come, until it is told to stop; then it finishes those that it has begun. A second
 * signal stops at once.
 */
export const watch = async (
  target: string | undefined,
  { set, allowPlugin, poll, engine, jobs, memory, timeout, certify, retry, json, quiet }: WatchArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const reporter = json ? jsonReporter(terminal) : terminalReporter(terminal, quiet);
  const result = await pipe(
    findWatched(target, terminal.folder),
    TE.chain(({ file, pipeline }) =>
      compileAllowed(
        (plugins) =>
          compile(file, {
            set,
            plugins,
            folder: terminal.folder,
            live: poll === undefined ? {} : { poll },
            ...(pipeline === undefined ? {} : { pipeline }),
          }),
        ({ graph }) => graph,
        allowPlugin,
        terminal,
      ),
    ),
    TE.filterOrElse(isLive, notLive),
    TE.chainFirstIOK((plan) => () => reporter.planned(plan)),
    TE.chain((plan) =>
      runPlan(plan, {
        engine,
        retry,
        ...(jobs === undefined ? {} : { jobs }),
        ...(memory === undefined ? {} : { memory }),
        ...(timeout === undefined ? {} : { timeout }),
        ...(terminal.busy === undefined ? {} : { busy: terminal.busy }),
        certify,
        finish: terminal.signal,
        signal: terminal.gone,
        observe: reporter.event,
      }),
    ),
  )();
  if (E.isLeft(result)) {
    reporter.refused(result.left);
    return notBegun(terminal, result.left);
  }
  reporter.finished(result.right);
  return result.right.end.kind === 'stopped' ? exit.stuck : exit.done;
};

const isLive = ({ bulk }: Plan): boolean => bulk?.live === true;

const notLive = ({ graph }: Plan): Diagnostics => [
  failure(
    'watch/not-live',
    `\`${graph.name}\` does not turn each file into one, so it cannot be watched for.`,
  ),
];

/** How a watch speaks to whoever started it. */
interface Reporter {
  readonly refused: (diagnostics: Diagnostics) => void;
  readonly planned: (plan: Plan) => void;
  readonly event: (event: PipelineEvent) => void;
  readonly finished: (report: Report) => void;
}

/** The folder that is watched, and the one that results go to. */
const foldersOf = ({ bulk }: Plan): { readonly input: string; readonly output: string } => {
  const params = bulk?.source.node.params;
  const input = typeof params === 'object' && params !== null && 'in' in params ? String(params.in) : '';
  return { input, output: bulk?.journal.folder ?? '' };
};

/** One JSON object a line. */
const jsonReporter = ({ out }: Terminal): Reporter => {
  const say = (event: string, more: object): void =>
    out(`${printableJson({ event, at: new Date().toISOString(), ...more })}\n`);
  const sayFailure = (event: string, { key, operator, diagnostics }: ItemFailure): void =>
    say(event, { path: key.path, operator, diagnostics: diagnostics.map(diagnosticJson) });
  return {
    refused: (diagnostics) => {
      for (const diagnostic of diagnostics) say('diagnostic', diagnosticJson(diagnostic));
    },
    planned: (plan) => {
      for (const warning of plan.warnings) say('diagnostic', diagnosticJson(warning));
      say('watching', { pipeline: plan.graph.name, ...foldersOf(plan) });
    },
    event: (event) => {
      switch (event.kind) {
        case 'done':
        case 'skipped':
          return say(event.kind, { path: event.key.path });
        case 'failed':
        case 'quarantined':
          return sayFailure(event.kind, event.failure);
        case 'engine':
          return say('engine', { name: event.name });
        case 'noted':
          return say('noted', { path: event.key.path, operator: event.operator, facts: event.facts });
        case 'warned':
          return say('warned', { path: event.key.path, ...diagnosticJson(event.warning) });
        case 'waiting':
          return say('waiting', {
            path: event.key.path,
            milliseconds: event.milliseconds,
            diagnostics: event.diagnostics.map(diagnosticJson),
          });
      }
    },
    finished: ({ done, skipped, failed, end }) =>
      say('finished', {
        end: end.kind,
        done,
        skipped,
        failed: failed.length,
        ...(end.kind === 'stopped' ? { diagnostics: end.diagnostics.map(diagnosticJson) } : {}),
      }),
  };
};

/** What a status line shows. */
interface Tally {
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly quarantined: number;
  readonly last?: string;
  readonly waiting?: string;
}

const tally = (before: Tally, event: PipelineEvent): Tally => {
  switch (event.kind) {
    case 'done': {
      const { waiting: _, ...rest } = before;
      return { ...rest, done: before.done + 1, last: event.key.path };
    }
    case 'skipped':
      return { ...before, skipped: before.skipped + 1 };
    case 'failed':
      return { ...before, failed: before.failed + 1 };
    case 'quarantined':
      return { ...before, quarantined: before.quarantined + 1 };
    case 'waiting':
      return { ...before, waiting: event.diagnostics[0].message };
    default:
      return before;
  }
};

const statusLine = (
  { done, skipped, failed, quarantined, last, waiting }: Tally,
  folders: string,
  width: number,
): string => {
  const parts = [
    folders,
    `${done} done`,
    ...(skipped > 0 ? [`${skipped} done before`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(quarantined > 0 ? [`${quarantined} set aside before`] : []),
    ...(waiting === undefined ? [] : [`waiting: ${printable(waiting)}`]),
    ...(last === undefined ? [] : [`last: ${printable(last)}`]),
  ];
  const text = parts.join('  ');
  return text.length < width ? text : `${text.slice(0, Math.max(0, width - 2))}…`;
};

/** A line for each photo, and where somebody watches a status line below them. */
const terminalReporter = (terminal: Terminal, quiet: boolean): Reporter => {
  const { out, err, paint, folder, width } = terminal;
  const line = liveLine(terminal);
  const nobody: Tally = { done: 0, skipped: 0, failed: 0, quarantined: 0 };
  let [state, folders, waiting] = [nobody, '', false];
  const say = (text: string): void => {
    line.clear();
    if (!quiet) out(`${text}\n`);
  };
  const complain = (text: string): void => {
    line.clear();
    err(`${text}\n`);
  };
  const tell = (event: PipelineEvent): void => {
    if (event.kind === 'done') {
      waiting = false;
      say(`${paint.green('✓')} ${printable(event.key.path)}`);
    }
    if (event.kind === 'failed') {
      const { key, operator, diagnostics } = event.failure;
      const [{ code, message, hint }] = diagnostics;
      complain(
        `${paint.red('✗')} ${paint.bold(printable(key.path))} ${paint.dim(`at ${printable(operator)}`)}`,
      );
      complain(
        `  ${paint.dim(`${printable(code)}:`)} ${printable(message)}${hint === undefined ? '' : ` ${printable(hint)}`}`,
      );
    }
    if (event.kind === 'warned' && !quiet)
      complain(`${paint.yellow('!')} ${printable(event.key.path)}: ${printable(event.warning.message)}`);
    if (event.kind === 'waiting' && !waiting) {
      waiting = true;
      complain(
        `${paint.yellow('■')} ${printable(event.diagnostics[0].message)} It is tried again until it works.`,
      );
    }
  };
  return {
    refused: (diagnostics) => printDiagnostics(terminal, diagnostics),
    planned: (plan) => {
      printDiagnostics(terminal, plan.warnings);
      const { input, output } = foldersOf(plan);
      folders = `${shortPath(input, folder)} → ${shortPath(output, folder)}`;
      say(`Watching ${folders}; Ctrl-C stops it.`);
      line.show(() => statusLine(state, folders, width()));
    },
    event: (event) => {
      state = tally(state, event);
      tell(event);
      line.show(() => statusLine(state, folders, width()));
    },
    finished: ({ done, skipped, failed, end, milliseconds }) => {
      line.clear();
      if (end.kind === 'stopped') printDiagnostics(terminal, end.diagnostics);
      const parts = [
        `${done} done`,
        ...(skipped > 0 ? [`${skipped} done before`] : []),
        ...(failed.length > 0 ? [paint.red(`${failed.length} failed`)] : []),
      ];
      say(`${paint.green('✓')} Stopped after ${duration(milliseconds)}: ${parts.join(', ')}.`);
    },
  };
};
