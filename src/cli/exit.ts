import { dispositionOf } from '../diagnostics/codes.js';
import type { Diagnostics } from '../diagnostics/index.js';
import type { Report } from '../execution/events/event.js';
import { type Exit, exit, usage } from './process/exit-status.js';
import type { Terminal } from './terminal.js';

export { type Exit, exit, usage };

/**
 * What a command came to that did not begin: the user stopped it, the machine lacks something that everything would meet, or its
 * arguments are wrong.
 */
export const notBegun = ({ signal }: Pick<Terminal, 'signal'>, diagnostics: Diagnostics): Exit => {
  if (signal.aborted) return exit.stopped;
  return diagnostics.some(({ code }) => dispositionOf(code) === 'fatal') ? exit.stuck : exit.wrong;
};

/** What a run came to. */
export const reported = ({ end, failed }: Report): Exit => {
  if (end.kind === 'cancelled') return exit.stopped;
  if (end.kind === 'stopped') return exit.stuck;
  return failed.length > 0 ? exit.someFailed : exit.done;
};

/** What a watch came to: it ends when it is told to, and photos that fail are part of it; what it could not look into is not. */
export const watchEnded = ({ end, failed }: Report): Exit => {
  if (end.kind === 'stopped') return exit.stuck;
  const isBlind = failed.some(({ diagnostics }) =>
    diagnostics.some(({ code }) => code === 'file/unreadable'),
  );
  return isBlind ? exit.someFailed : exit.done;
};

/** What looking for faults came to. */
export const checked = (errors: number): Exit => (errors > 0 ? exit.wrong : exit.done);

/** What a comparison came to, or a list of which some part is not to be had. */
export const complete = (isComplete: boolean): Exit => (isComplete ? exit.done : exit.someFailed);
