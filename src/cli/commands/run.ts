import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure, printableJson } from '../../diagnostics/index.js';
import { compile } from '../../execution/compile.js';
import type { Plan } from '../../execution/plan/plan.js';
import { type PipelineEvent, type Report, runPlan } from '../../execution/run.js';
import { MODEL_JSON } from '../../nn/models/model-json.js';
import type { ItemFailure } from '../../ports/index.js';
import { notStarted, type Progress, progress } from '../../streams/index.js';
import { compileAllowed } from '../allow-plugins.js';
import { addFigures, figuresInWords, figuresJson, meansOf, type Totals } from '../figures.js';
import { findPipeline } from '../find-pipeline.js';
import { liveLine } from '../live-line.js';
import { printable, shortPath } from '../printable.js';
import { duration, progressLine } from '../progress-line.js';
import { diagnosticJson, printDiagnostics } from '../report-diagnostics.js';
import { type Exit, exit, notBegun, type Terminal } from '../terminal.js';
import { milestone, type TrainingProgress, trained, trainingLine } from '../training-line.js';

/** What `pipe run` is given. */
export interface RunArguments {
  readonly set: Readonly<Record<string, string>>;
  readonly allowPlugin: readonly string[];
  readonly engine: string;
  readonly jobs?: number;
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly certify: boolean;
  readonly retry: boolean;
  readonly laws: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly resume: boolean;
}

/** `pipe run`: compiles and runs, and says at the end what was done, what was skipped and what failed. */
export const run = async (
  target: string | undefined,
  options: RunArguments,
  terminal: Terminal,
): Promise<Exit> =>
  runCompiled(
    pipe(
      findPipeline(target, terminal.folder),
      TE.chain(({ file, pipeline }) =>
        compileAllowed(
          (plugins) =>
            compile(file, {
              set: options.set,
              plugins,
              folder: terminal.folder,
              ...(pipeline === undefined ? {} : { pipeline }),
            }),
          ({ graph }) => graph,
          options.allowPlugin,
          terminal,
        ),
      ),
    ),
    options,
    terminal,
  );

/** Runs what was compiled, as `pipe run` does. */
export const runCompiled = async (
  compiled: TE.TaskEither<Diagnostics, Plan>,
  { engine, jobs, memory, timeout, certify, resume, retry, laws, json, quiet }: RunArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const reporter = json
    ? jsonReporter(terminal)
    : quiet
      ? quietReporter(terminal)
      : terminalReporter(terminal);
  const result = await pipe(
    compiled,
    TE.chainFirstIOK((plan) => () => reporter.planned(plan)),
    TE.filterOrElse((plan) => !isEmpty(plan), nothingToDo),
    TE.bindTo('plan'),
    TE.bind('report', ({ plan }) =>
      runPlan(plan, {
        engine,
        resume,
        ...(jobs === undefined ? {} : { jobs }),
        ...(memory === undefined ? {} : { memory }),
        ...(timeout === undefined ? {} : { timeout }),
        ...(terminal.busy === undefined ? {} : { busy: terminal.busy }),
        certify,
        retry,
        laws,
        signal: AbortSignal.any([terminal.signal, terminal.gone]),
        observe: reporter.event,
      }),
    ),
  )();
  if (E.isLeft(result)) {
    reporter.refused(result.left);
    return notBegun(terminal, result.left);
  }
  const { plan, report } = result.right;
  reporter.finished(plan, report);
  return exitOf(report);
};

/** Whether a pipeline that works on files finds none, not even one that it cannot read. */
const isEmpty = ({ bulk }: Plan): boolean =>
  bulk !== undefined && !bulk.live && bulk.items === 0 && bulk.foreseen.length === 0;

const nothingToDo = ({ graph, bulk }: Plan): Diagnostics => {
  const span = bulk?.source.node.span;
  return [
    failure(
      'file/none',
      `\`${graph.name}\` finds no file to work on: nothing was done.`,
      span === undefined ? {} : { span },
    ),
  ];
};

const exitOf = ({ end, failed }: Report): Exit => {
  if (end.kind === 'cancelled') return exit.stopped;
  if (end.kind === 'stopped') return exit.stuck;
  return failed.length > 0 ? exit.someFailed : exit.done;
};

/** How a run speaks to whoever started it. */
interface Reporter {
  readonly refused: (diagnostics: Diagnostics) => void;
  readonly planned: (plan: Plan) => void;
  readonly event: (event: PipelineEvent) => void;
  readonly finished: (plan: Plan, report: Report) => void;
}

/** That there is no file is said as the error that it is. */
const isNews = ({ code }: Diagnostic): boolean => code !== 'file/none';

/** One JSON object a line. */
const jsonReporter = ({ out }: Terminal): Reporter => {
  const say = (event: string, more: object): void => out(`${printableJson({ event, ...more })}\n`);
  const sayFailure = ({ key, operator, diagnostics }: ItemFailure): void =>
    say('failed', { path: key.path, operator, diagnostics: diagnostics.map(diagnosticJson) });
  return {
    refused: (diagnostics) => {
      for (const diagnostic of diagnostics) say('diagnostic', diagnosticJson(diagnostic));
    },
    planned: ({ graph, bulk, warnings }) => {
      for (const warning of warnings.filter(isNews)) say('diagnostic', diagnosticJson(warning));
      say('started', {
        pipeline: graph.name,
        ...(bulk === undefined ? {} : { items: bulk.items, done: bulk.done }),
      });
    },
    event: (event) => {
      if (event.kind === 'done' || event.kind === 'skipped') say(event.kind, { path: event.key.path });
      if (event.kind === 'failed') sayFailure(event.failure);
      if (event.kind === 'engine') say('engine', { name: event.name });
      if (event.kind === 'waiting')
        say('waiting', {
          milliseconds: event.milliseconds,
          diagnostics: event.diagnostics.map(diagnosticJson),
        });
      if (event.kind === 'resumed') say('resumed', { step: event.step, folder: event.folder });
      if (event.kind === 'measured')
        say('measured', { path: event.key.path, figures: figuresJson(event.figures) });
      if (event.kind === 'trained') say('trained', event.training);
      if (event.kind === 'noted')
        say('noted', { path: event.key.path, operator: event.operator, facts: event.facts });
      if (event.kind === 'warned') say('warned', { path: event.key.path, ...diagnosticJson(event.warning) });
    },
    finished: (_, { done, skipped, failed, end, milliseconds }) =>
      say('finished', {
        end: end.kind,
        done,
        skipped,
        failed: failed.length,
        milliseconds: Math.round(milliseconds),
        ...(end.kind === 'stopped' ? { diagnostics: end.diagnostics.map(diagnosticJson) } : {}),
      }),
  };
};

/** Nothing but what went wrong. */
const quietReporter = (terminal: Terminal): Reporter => ({
  refused: (diagnostics) => printDiagnostics(terminal, diagnostics),
  planned: () => undefined,
  event: () => undefined,
  finished: (_, report) => printTrouble(terminal, report),
});

/** A progress line while it runs, where somebody watches; a few lines at the end. */
const terminalReporter = (terminal: Terminal): Reporter => {
  const line = liveLine(terminal);
  const warnings = new Map<string, { readonly warning: Diagnostic; readonly paths: string[] }>();
  let state: Progress = notStarted;
  let skipped = 0;
  let engine: string | undefined;
  let totals: Totals = {};
  let training: TrainingProgress | undefined;
  let isConcluded = false;
  return {
    refused: (diagnostics) => printDiagnostics(terminal, diagnostics),
    planned: (plan) => printDiagnostics(terminal, plan.warnings.filter(isNews)),
    event: (event) => {
      if (event.kind === 'warned') {
        isConcluded ||= event.warning.code === 'training/concluded';
        const known = warnings.get(event.warning.code) ?? { warning: event.warning, paths: [] };
        known.paths.push(event.key.path);
        warnings.set(event.warning.code, known);
      } else if (event.kind === 'skipped') skipped++;
      else if (event.kind === 'engine') engine = event.name;
      else if (event.kind === 'waiting') {
        line.clear();
        printDiagnostics(terminal, event.diagnostics);
      } else if (event.kind === 'resumed') {
        line.clear();
        terminal.err(`goes on after step ${event.step}, from ${shortPath(event.folder, terminal.folder)}\n`);
      } else if (event.kind === 'measured') {
        totals = addFigures(totals, event.figures);
        line.clear();
        terminal.out(`${printable(event.key.path)}  ${figuresInWords(event.figures)}\n`);
      } else if (event.kind === 'trained') {
        training = trained(training, event.training);
        if (event.training.marks.length > 0) {
          line.clear();
          terminal.err(`${milestone(training)}\n`);
        }
      } else if ('at' in event) state = progress(state, event);
      const known = training;
      line.show(() =>
        known === undefined
          ? progressLine(state, skipped, terminal.width(), terminal.paint)
          : trainingLine(known, state, terminal.width(), terminal.paint),
      );
    },
    finished: (plan, report) => {
      line.clear();
      for (const { warning, paths } of warnings.values()) printItemWarning(terminal, warning, paths);
      printTrouble(terminal, report);
      const means = figuresInWords(meansOf(totals));
      if (means !== '') terminal.out(`${terminal.paint.bold('mean')}  ${means}\n`);
      terminal.out(`${summary(plan, report, engine, terminal)}\n`);
      if (report.done > 0)
        for (const path of shownBy(plan)) terminal.out(`  look at ${shortPath(path, terminal.folder)}\n`);
      const model = modelOf(plan);
      if (model !== undefined && (report.done > 0 || isConcluded) && isKept(model))
        terminal.out(
          `  use it by \`pipe apply ${quoted(shortPath(model, terminal.folder))} PHOTOS --to edited\`\n`,
        );
    },
  };
};

/** What a run writes for people to look at. */
const shownBy = ({ graph }: Plan): readonly string[] =>
  graph.nodes.flatMap(({ operator, params }) => operator.facts.shows?.(params) ?? []);

/** The folder of the model that a run trains. */
const modelOf = ({ graph }: Plan): string | undefined =>
  graph.nodes
    .map(({ operator, params }) => operator.facts.checkpoints?.(params).model.folder)
    .find((folder) => folder !== undefined);

/** Whether there is a model in a folder, or a checkpoint, which is one as well. */
const isKept = (folder: string): boolean => {
  const named = (path: string): readonly string[] => {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  };
  return (
    named(folder).includes(MODEL_JSON) ||
    named(join(folder, 'checkpoints')).some((name) => name.endsWith('.json'))
  );
};

/** A path as a shell takes it. */
const quoted = (path: string): string =>
  /^[\w./~-]+$/.test(path) ? path : `'${printable(path).replaceAll("'", "'\\''")}'`;

const printItemWarning = (
  { err, paint }: Terminal,
  { code, message }: Diagnostic,
  paths: readonly string[],
): void => {
  const others = paths.length > 1 ? paint.dim(` (and ${paths.length - 1} more with ${code})`) : '';
  err(`${paint.yellow('!')} ${printable(paths[0] ?? '')}: ${printable(message)}${others}\n`);
};

/** Lists what failed, and why a run could not go on. */
const printTrouble = (terminal: Terminal, { failed, end }: Report): void => {
  const { err, paint } = terminal;
  for (const { key, operator, diagnostics } of failed) {
    const [{ code, message, hint }] = diagnostics;
    err(`${paint.red('✗')} ${paint.bold(printable(key.path))} ${paint.dim(`at ${operator}`)}\n`);
    err(
      `  ${paint.dim(`${code}:`)} ${printable(message)}${hint === undefined ? '' : ` ${printable(hint)}`}\n`,
    );
  }
  if (end.kind === 'stopped') {
    err('\n');
    printDiagnostics(terminal, end.diagnostics);
  }
};

const isTraining = ({ graph }: Plan): boolean =>
  graph.nodes.some(({ path, output }) => path === graph.result && output.kind === 'training');

const summary = (
  plan: Plan,
  { done, skipped, failed, end, milliseconds }: Report,
  engine: string | undefined,
  { paint, folder }: Terminal,
): string => {
  const parts = [
    `${done} ${isTraining(plan) ? (done === 1 ? 'step' : 'steps') : 'done'}`,
    ...(skipped > 0 ? [`${skipped} skipped (done before)`] : []),
    ...(failed.length > 0 ? [paint.red(`${failed.length} failed`)] : []),
  ];
  const place = plan.bulk === undefined ? '' : ` in ${shortPath(plan.bulk.journal.folder, folder)}`;
  const mark =
    end.kind === 'complete' && failed.length === 0
      ? paint.green('✓')
      : paint.yellow(end.kind === 'complete' ? '!' : '■');
  const ending = { complete: '', cancelled: 'stopped: ', stopped: 'could not go on: ' }[end.kind];
  return `${mark} ${paint.bold(printable(plan.graph.name))}: ${ending}${parts.join(', ')}${done > 0 ? place : ''}, ${duration(milliseconds)}${engine === undefined ? '' : ` on ${engine}`}`;
};
