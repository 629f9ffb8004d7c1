import type { Task } from 'fp-ts/lib/Task.js';
import type { Terminal } from '../terminal.js';
import { liveLine } from './live-line.js';
import { duration } from './progress-line.js';

/** How long nothing is said, and how often something is from then on. */
const AFTER_MS = 2000;
const EVERY_MS = 1000;

/**
 * Says what is being done where it takes more than two seconds: on a line that is written over where somebody watches, else once.
 *
 * @param what as in `Looking at the files`
 */
export const saidIfLong =
  <A>(terminal: Pick<Terminal, 'isLive' | 'err'>, what: string, task: Task<A>): Task<A> =>
  async () => {
    const line = liveLine(terminal);
    const began = performance.now();
    let next: NodeJS.Timeout | undefined;
    const say = (): void => {
      if (terminal.isLive) {
        line.show(() => `${what}: ${duration(performance.now() - began)}`);
        next = setTimeout(say, EVERY_MS);
      } else terminal.err(`${what} …\n`);
    };
    next = setTimeout(say, AFTER_MS);
    try {
      return await task();
    } finally {
      clearTimeout(next);
      line.clear();
    }
  };

/** What a plan and a run begin with. */
export const LOOKING = 'Looking at the files, and at what of them is done';
