import { stat } from 'node:fs/promises';
import { failure } from '../diagnostics/index.js';
import { defaultTimeout } from '../operator/time-limit.js';
import { type ItemFailure, type ItemKey, travelsOn } from '../ports/index.js';
import type { RunContext } from './context.js';

/** The time that one item has, while it is worked on. */
export interface TimeLimit {
  /** Aborts when the time is over, and when the run's does. */
  readonly signal: AbortSignal;
  /** Notes that an operator begins with a value: a larger one may take longer. */
  readonly entering: (operator: string, value: unknown) => void;
  /** What comes first: the work's result, or the failure of an item whose time is over. */
  readonly race: <A>(work: Promise<A>) => Promise<A | TimedOut>;
  readonly end: () => void;
}

/** That the time of an item is over. */
export interface TimedOut {
  readonly timedOut: ItemFailure;
}

/** True for an item whose time is over. */
export const isTimedOut = (result: unknown): result is TimedOut =>
  typeof result === 'object' && result !== null && 'timedOut' in result;

/** A step of an item, and how long it has taken, in milliseconds. */
interface Step {
  readonly operator: string;
  milliseconds: number;
}

/** How often time is counted; a longer gap, as when the whole process was stopped (Ctrl-Z), counts for no more than two. */
const TICK_MS = 1000;

/**
 * Work whose item is over its time and which goes on all the same, since nothing can interrupt it. Others may have to wait for it, so
 * their time stands still meanwhile, as long as it may have been allowed itself.
 */
let overrunning = 0;

/** Begins to count the time of an item. */
export const beginTimeLimit = (
  { timeout, busy }: Pick<RunContext, 'timeout' | 'busy'>,
  key: ItemKey,
  signal: AbortSignal,
): TimeLimit => {
  let mega = 0;
  const allowed = (): number => timeout ?? defaultTimeout(mega);
  const control = new AbortController();
  const abort = (): void => control.abort();
  signal.addEventListener('abort', abort, { once: true });
  const done = busy?.(key, allowed);
  const steps: Step[] = [];
  let expire: (failure: TimedOut) => void = () => undefined;
  const expired = new Promise<TimedOut>((resolve) => {
    expire = resolve;
  });
  let [total, last, isOver] = [0, performance.now(), false];
  let timer: NodeJS.Timeout | undefined;
  const count = (): void => {
    const now = performance.now();
    const passed = Math.min(now - last, 2 * TICK_MS);
    last = now;
    if (overrunning > 0) return;
    total += passed;
    const step = steps.at(-1);
    if (step !== undefined) step.milliseconds += passed;
  };
  const tick = (): void => {
    count();
    if (total < allowed()) {
      timer = setTimeout(tick, Math.min(TICK_MS, Math.max(1, allowed() - total)));
      return;
    }
    isOver = true;
    expire({ timedOut: timedOut(key, steps, allowed(), timeout === undefined ? mega : undefined) });
    control.abort();
  };
  timer = setTimeout(tick, Math.min(TICK_MS, allowed()));
  const grow = (size: number): void => {
    mega = Math.max(mega, size);
  };
  return {
    signal: control.signal,
    entering: (operator, current) => {
      count();
      steps.push({ operator, milliseconds: 0 });
      if (timeout !== undefined) return;
      if (travelsOn({ kind: 'frame' }, current)) grow((current.width * current.height) / 1e6);
      if (travelsOn({ kind: 'file' }, current))
        stat(current.path).then(
          ({ size }) => grow(size / 1e6),
          () => undefined,
        );
    },
    race: async (work) => {
      const first = await Promise.race([work, expired]);
      if (isOver && isTimedOut(first)) waitFor(work, allowed());
      return first;
    },
    end: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      done?.();
    },
  };
};

/** Lets the time of others stand still until the work has ended, but no longer than it may itself have taken. */
const waitFor = (work: Promise<unknown>, most: number): void => {
  overrunning++;
  let isCounted = true;
  const goOn = (): void => {
    if (isCounted) overrunning--;
    isCounted = false;
    clearTimeout(timer);
  };
  const timer = setTimeout(goOn, Math.min(most, 2 ** 31 - 1)).unref();
  work.then(goOn, goOn);
};

/** The failure of an item whose time is over: what took how long, and in which step. */
export const timedOut = (
  key: ItemKey,
  steps: readonly Readonly<Step>[],
  allowed: number,
  mega?: number,
): ItemFailure => {
  const at = steps.at(-1)?.operator ?? 'the first step';
  const [longest, ...others] = steps.toSorted((a, b) => b.milliseconds - a.milliseconds);
  const named = [longest, ...others.slice(0, 2)].flatMap((step) =>
    step === undefined || step.milliseconds < allowed / 100
      ? []
      : [`${step.operator} ${inWords(step.milliseconds)}`],
  );
  const why = mega === undefined ? '' : `, by its ${mega.toFixed(1)} megapixels`;
  const spent = named.length === 0 ? '' : ` (${named.join(', ')})`;
  return {
    key,
    operator: at,
    diagnostics: [
      failure(
        'run/timed-out',
        `${key.path} was stopped in ${at}: it took longer than the ${inWords(allowed)} that a photo may take${why}${spent}.`,
        { hint: `Allow more with \`--timeout ${next(allowed)}\` and try it again with \`--retry\`.` },
      ),
    ],
  };
};

/** A time for people, as `--timeout` takes it too. */
const inWords = (milliseconds: number): string => {
  const seconds = milliseconds / 1000;
  if (seconds < 90) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))}s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)}m` : `${(seconds / 3600).toFixed(1)}h`;
};

/** What may be tried next: four times as much. */
const next = (milliseconds: number): string => {
  const seconds = Math.ceil((4 * milliseconds) / 1000);
  return seconds < 120 ? `${seconds}s` : `${Math.ceil(seconds / 60)}m`;
};
