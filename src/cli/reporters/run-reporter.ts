import { readdirSync } from 'node:fs';
import type { Diagnostic } from '../../diagnostics/index.js';
import type { Report } from '../../execution/events/event.js';
import type { Plan } from '../../execution/plan/plan.js';
import { bestFolder } from '../../nn/models/best-folder.js';
import { checkpointFolder } from '../../nn/models/checkpoint-folder.js';
import { MODEL_JSON } from '../../nn/models/model-json.js';
import { pluginFrom, usedPlugins } from '../../records/receipts/resolved.js';
import { notStarted, type Progress, progress } from '../../streams/index.js';
import { addFigures, figuresInWords, meansOf, type Totals } from '../figures.js';
import { liveLine } from '../lines/live-line.js';
import { duration, progressLine } from '../lines/progress-line.js';
import {
  isMilestone,
  milestone,
  qualityInWords,
  type TrainingProgress,
  trained,
  trainingDetails,
  trainingLine,
} from '../lines/training-line.js';
import { printable, shortPath } from '../printable.js';
import { failureLines, printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';
import { pulseOf } from './pulse.js';
import type { Reporter } from './reporter.js';

/** That there is no file is said as the error that it is. */
export const isNews = ({ code }: Diagnostic): boolean => code !== 'file/none';

/** Nothing but what went wrong. */
export const quietReporter = (terminal: Terminal): Reporter => ({
  refused: (diagnostics) => printDiagnostics(terminal, diagnostics),
  planned: () => undefined,
  event: () => undefined,
  finished: (_, report) => printTrouble(terminal, report),
});

/** How often a training says where it stands in a log, where nobody watches a line that is written over. */
const LOG_MS = 60_000;

/** A progress line while it runs, where somebody watches; a few lines at the end. */
export const runReporter = (terminal: Terminal): Reporter => {
  const line = liveLine(terminal);
  const warnings = new Map<string, { readonly warning: Diagnostic; readonly paths: string[] }>();
  let state: Progress = notStarted;
  let skipped = 0;
  let engine: string | undefined;
  let totals: Totals = {};
  let training: TrainingProgress | undefined;
  let isConcluded = false;
  let loggedAt = performance.now();
  const lineNow = (width: number): string => {
    if (training !== undefined) return trainingLine(training, state, width, terminal.paint);
    return state.done + state.failed === 0 && skipped === 0
      ? ''
      : progressLine(state, skipped, width, terminal.paint);
  };
  const pulse = pulseOf(line, terminal, lineNow);
  return {
    refused: (diagnostics) => printDiagnostics(terminal, diagnostics),
    planned: (plan) => {
      printDiagnostics(terminal, plan.warnings.filter(isNews));
      pulse.start();
    },
    event: (event) => {
      pulse.heard();
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
        if (isMilestone(event.training)) {
          line.clear();
          terminal.err(`${milestone(training)}\n`);
        }
        if (!terminal.isLive && performance.now() - loggedAt >= LOG_MS) {
          loggedAt = performance.now();
          terminal.err(`${trainingDetails(training, state).join('  ')}\n`);
        }
      } else if ('at' in event) state = progress(state, event);
      line.show(
        () => lineNow(terminal.width()) || progressLine(state, skipped, terminal.width(), terminal.paint),
      );
    },
    finished: (plan, report) => {
      pulse.end();
      line.clear();
      for (const { warning, paths } of warnings.values()) printItemWarning(terminal, warning, paths);
      printTrouble(terminal, report);
      const means = figuresInWords(meansOf(totals));
      if (means !== '') terminal.out(`${terminal.paint.bold('mean')}  ${means}\n`);
      terminal.out(`${summary(plan, report, engine, terminal)}\n`);
      if (training?.validation !== undefined)
        for (const words of qualityInWords(training.validation)) terminal.out(`  ${words}\n`);
      for (const advice of nextSteps(plan, report.done > 0, isConcluded, terminal))
        terminal.out(`  ${advice}\n`);
    },
  };
};

/** What can be done with what a run made. */
const nextSteps = (
  plan: Plan,
  isAnyDone: boolean,
  isConcluded: boolean,
  { folder }: Terminal,
): readonly string[] => {
  const model = modelOf(plan);
  // A model of a plugin's network is of no use without it.
  const withPlugins = usedPlugins(plan.graph)
    .map((use) => ` --plugin ${quoted(pluginFrom(use, folder))}`)
    .join('');
  return [
    ...(isAnyDone ? shownBy(plan).map((path) => `look at ${shortPath(path, folder)}`) : []),
    ...(model !== undefined && (isAnyDone || isConcluded) && isKept(model)
      ? [`use it by \`pipe apply ${quoted(shortPath(model, folder))} PHOTOS --to edited${withPlugins}\``]
      : []),
    ...(model !== undefined && isAnyDone && isKept(bestFolder(model))
      ? [
          `or the best one by \`pipe apply ${quoted(shortPath(bestFolder(model), folder))} PHOTOS --to edited${withPlugins}\``,
        ]
      : []),
  ];
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
    named(checkpointFolder(folder)).some((name) => name.endsWith('.json'))
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
  for (const failure of failed) err(`${failureLines(failure, paint).join('\n')}\n`);
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
