import type { Diagnostics, Paint, PrintOptions } from '../diagnostics/index.js';
import type { RunOptions } from '../execution/run.js';

/** Where a command reads from and writes to: everything that it knows of the outside. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when a person watches `err`: progress is shown there. */
  readonly isLive: boolean;
  /** Columns of the terminal. */
  readonly width: () => number;
  readonly paint: Paints;
  readonly folder: string;
  /** Asks the person at the terminal, and gives what they answer; absent where nobody can. */
  readonly ask?: (question: string) => Promise<string>;
  /** Aborts when the user stops the command. */
  readonly signal: AbortSignal;
  /** Aborts when nobody can read any more what is written. */
  readonly gone: AbortSignal;
  /** Is told of photos that are worked on, where somebody looks after this process: see `RunOptions`. */
  readonly busy?: RunOptions['busy'];
}

/** Colours of the terminal; without colour they leave the text as it is. */
export interface Paints {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** How diagnostics look on the terminal. */
export const printOptions = ({ width, paint }: Terminal): PrintOptions => ({
  width: width(),
  paint: { error: paint.red, warning: paint.yellow, dim: paint.dim, bold: paint.bold },
});

/** What a command came to, for scripts. */
export const exit = {
  /** All done. */
  done: 0,
  /** Some items failed, each was listed, the others are done. */
  someFailed: 1,
  /** The pipeline or the arguments are wrong; nothing ran. */
  wrong: 2,
  /** The run could not go on; what was done is kept. */
  stuck: 3,
  /** Stopped by the user with Ctrl-C; what was done is kept. By SIGTERM it is 143, by SIGHUP 129. */
  stopped: 130,
  /** Whoever read what is printed has gone, as with `| head`; what was done is kept. */
  readerGone: 141,
} as const;

export type Exit = (typeof exit)[keyof typeof exit];

/** Codes of what keeps a command from beginning that is about the machine, and about no pipeline. */
const stuck: ReadonlySet<string> = new Set(['tensor/engine-unavailable', 'run/observer-threw']);

/** What a command came to that did not begin: the user stopped it, the machine lacks something, or its arguments are wrong. */
export const notBegun = ({ signal }: Pick<Terminal, 'signal'>, diagnostics: Diagnostics): Exit => {
  if (signal.aborted) return exit.stopped;
  return diagnostics.some(({ code }) => stuck.has(code)) ? exit.stuck : exit.wrong;
};
