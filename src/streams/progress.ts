import { definedOnly } from '../ports/defined.js';
import type { RunEvent } from './run.js';

/** Where a run stands. */
export interface Progress {
  readonly phase: 'waiting' | 'running' | 'finished';
  readonly done: number;
  readonly failed: number;
  /** Items to expect; absent when unknown. */
  readonly total?: number;
  /** Milliseconds since the start. */
  readonly elapsed: number;
  /** Items a second of late; absent before the first. */
  readonly rate?: number;
  /** Milliseconds to go, by the rate; absent when the rate or the total is unknown. */
  readonly eta?: number;
  /** What the rate is computed from. */
  readonly pace: Pace;
}

/** Items and the milliseconds they took, both fading with time. */
interface Pace {
  readonly items: number;
  readonly milliseconds: number;
  readonly startedAt: number;
  readonly lastAt: number;
}

/** The progress of a run that has not started. */
export const notStarted: Progress = {
  phase: 'waiting',
  done: 0,
  failed: 0,
  elapsed: 0,
  pace: { items: 0, milliseconds: 0, startedAt: 0, lastAt: 0 },
};

/**
 * The progress after an event: a pure step, made for `scan(progress, notStarted)`.
 *
 * The rate is the quotient of two sums that fade alike, items and the time they took, so it is exact for a steady
 * pace from the first item on. They fade over the last ten seconds, or the last twenty items where those take longer.
 */
export const progress = (before: Progress, event: RunEvent): Progress => {
  switch (event.kind) {
    case 'started':
      return {
        ...notStarted,
        phase: 'running',
        ...definedOnly({ total: event.total }),
        pace: { items: 0, milliseconds: 0, startedAt: event.at, lastAt: event.at },
      };
    case 'done':
      return settled({ ...before, done: before.done + 1 }, event.at);
    case 'failed':
      return settled({ ...before, failed: before.failed + 1 }, event.at);
    case 'finished': {
      const { eta: _none, ...rest } = before;
      return { ...rest, phase: 'finished', elapsed: event.at - before.pace.startedAt };
    }
  }
};

const FADE_MS = 10_000;
const FADE_ITEMS = 20;

const settled = (counted: Progress, at: number): Progress => {
  const pace = paced(counted.pace, at);
  const { rate: _rate, eta: _eta, ...rest } = counted;
  const known = { ...rest, elapsed: at - pace.startedAt, pace };
  if (pace.milliseconds <= 0) return known;
  const rate = (1000 * pace.items) / pace.milliseconds;
  if (known.total === undefined) return { ...known, rate };
  const left = Math.max(0, known.total - known.done - known.failed);
  return { ...known, rate, eta: (1000 * left) / rate };
};

const paced = (pace: Pace, at: number): Pace => {
  const took = Math.max(0, at - pace.lastAt);
  const fade = Math.exp(-Math.min(took / FADE_MS, 1 / FADE_ITEMS));
  return {
    ...pace,
    items: pace.items * fade + 1,
    milliseconds: pace.milliseconds * fade + took,
    lastAt: Math.max(at, pace.lastAt),
  };
};
