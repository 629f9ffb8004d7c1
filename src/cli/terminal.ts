import type { Paint, PrintOptions } from '../diagnostics/index.js';

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
  /** Stopped by the user; what was done is kept. */
  stopped: 130,
} as const;

/** What a command came to that did not begin: its arguments are wrong, or the user stopped it when it asked. */
export const notBegun = ({ signal }: Terminal): Exit => (signal.aborted ? exit.stopped : exit.wrong);

export type Exit = (typeof exit)[keyof typeof exit];
