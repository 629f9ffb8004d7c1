import type { liveLine } from '../lines/live-line.js';
import { clock } from '../lines/progress-line.js';
import type { Terminal } from '../terminal.js';

/** Milliseconds without news after which it is said that work goes on. */
const SILENCE_MS = 1000;

/** Says that work goes on while nothing is told: compiling a step or judging a result takes a while. */
export interface Pulse {
  readonly start: () => void;
  /** Something was told. */
  readonly heard: () => void;
  readonly end: () => void;
}

/** @param known the line that stands, in so many columns; empty where there is none yet */
export const pulseOf = (
  line: ReturnType<typeof liveLine>,
  { isLive, width }: Pick<Terminal, 'isLive' | 'width'>,
  known: (width: number) => string,
): Pulse => {
  let heardAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const beat = (): void => {
    const silence = performance.now() - heardAt;
    if (silence < SILENCE_MS) return;
    line.show(() => {
      const waited = clock(silence);
      const before = known(width() - waited.length - 2);
      return before === '' ? `getting ready  ${waited}` : `${waited}  ${before}`;
    });
  };
  return {
    start: () => {
      heardAt = performance.now();
      if (isLive) timer = setInterval(beat, SILENCE_MS).unref();
    },
    heard: () => {
      heardAt = performance.now();
    },
    end: () => clearInterval(timer),
  };
};
