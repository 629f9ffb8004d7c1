import type { PipelineEvent } from '../../execution/events/event.js';
import type { Plan } from '../../execution/plan/plan.js';
import { liveLine } from '../lines/live-line.js';
import { duration } from '../lines/progress-line.js';
import { printable, shortPath } from '../printable.js';
import { failureLines, printDiagnostics } from '../report-diagnostics.js';
import type { Terminal } from '../terminal.js';
import type { Reporter } from './reporter.js';

/** The folder that is watched, and the one that results go to. */
export const watchedFolders = ({ bulk }: Plan): { readonly input: string; readonly output: string } => {
  const params = bulk?.source.node.params;
  const input = typeof params === 'object' && params !== null && 'in' in params ? String(params.in) : '';
  return { input, output: bulk?.journal.folder ?? '' };
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
    case 'delayed':
      return { ...before, waiting: event.reason.message };
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
export const watchReporter = (terminal: Terminal, quiet: boolean): Reporter => {
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
      for (const text of failureLines(event.failure, paint)) complain(text);
    }
    if (event.kind === 'warned' && !quiet)
      complain(`${paint.yellow('!')} ${printable(event.key.path)}: ${printable(event.warning.message)}`);
    if ((event.kind === 'waiting' || event.kind === 'delayed') && !waiting) {
      waiting = true;
      const [{ message }] = event.kind === 'waiting' ? event.diagnostics : [event.reason];
      complain(`${paint.yellow('■')} ${printable(message)} It is tried again until it works.`);
    }
  };
  return {
    refused: (diagnostics) => printDiagnostics(terminal, diagnostics),
    planned: (plan) => {
      printDiagnostics(terminal, plan.warnings);
      const { input, output } = watchedFolders(plan);
      folders = `${shortPath(input, folder)} → ${shortPath(output, folder)}`;
      say(`Watching ${folders}; Ctrl-C stops it.`);
      line.show(() => statusLine(state, folders, width()));
    },
    event: (event) => {
      state = tally(state, event);
      tell(event);
      line.show(() => statusLine(state, folders, width()));
    },
    finished: (_, { done, skipped, failed, end, milliseconds }) => {
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
