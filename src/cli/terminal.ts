import type { Paint, PrintOptions } from '../diagnostics/index.js';
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
