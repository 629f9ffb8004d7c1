import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../../diagnostics/index.js';
import { defaultTimeout } from '../../../operator/time-limit.js';
import type { FileRef, Item, ItemFailure, ItemKey } from '../../../ports/index.js';
import { cancelled } from '../../lane/lane.js';
import { startOwnProcess } from '../../own-process.js';
import { timedOut } from '../../time-limit.js';
import type { Job, Message } from './protocol.js';

/** Who is told what happens in the other process. */
export interface Listener {
  /** What it says of engines, warnings and notes. */
  readonly told: (told: Message) => void;
}

/** What came of it: undefined where it never got to the photo, so that nothing is known of that. */
export type Alone = E.Either<ItemFailure, unknown> | undefined;

/**
 * Works on one photo in a process of its own, which it may end. Errors: `run/crashed` when it did, with the operator that
 * was at work; `run/timed-out`; `run/cancelled`; and whatever the pipeline fails at.
 */
export const workAlone = (
  job: Job,
  { key }: Item<FileRef>,
  signal: AbortSignal,
  listener: Listener,
): Promise<Alone> =>
  new Promise((resolve) => {
    const started = startOwnProcess('#one-photo');
    if (started === undefined) return resolve(undefined);
    const { child, complaint } = started;
    let operator: string | undefined;
    let outcome: Alone;
    const deadline = beginDeadline(job, key, (late) => {
      outcome ??= E.left(late);
      child.kill('SIGKILL');
    });
    const stop = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', stop, { once: true });
    child.on('message', (told: Message) => {
      switch (told.kind) {
        case 'at':
          operator = told.operator;
          deadline.entering(told.operator, told.allowed);
          return;
        case 'made':
          outcome = E.right(told.value);
          return;
        case 'failed':
          outcome = E.left({ key, operator: told.operator, diagnostics: told.diagnostics });
          return;
        default:
          listener.told(told);
      }
    });
    child.on('error', () => {
      deadline.end();
      resolve(undefined);
    });
    child.on('close', (status, by) => {
      deadline.end();
      signal.removeEventListener('abort', stop);
      if (outcome !== undefined || operator === undefined) return resolve(outcome);
      const isStopped = signal.aborted || (by !== null && stopping.has(by));
      resolve(
        E.left(
          isStopped
            ? cancelled(key, operator)
            : { key, operator, diagnostics: crashed(key.path, by ?? status, complaint()) },
        ),
      );
    });
    child.send(job, (error) => {
      if (error !== null) stop();
    });
  });

/** How much longer the other process has to see by itself that the time is over, and how often it is looked. */
const GRACE_MS = 3000;
const LOOK_MS = 500;

/** Ends the work when the other process does not: what holds its only thread keeps it from looking at a clock. */
const beginDeadline = (
  { timeout, about }: Job,
  key: ItemKey,
  late: (failure: ItemFailure) => void,
): { readonly entering: (operator: string, allowed: number) => void; readonly end: () => void } => {
  const steps: { readonly operator: string; milliseconds: number }[] = [];
  let [total, last, allowed] = [0, performance.now(), timeout ?? defaultTimeout(about.sourceSize / 1e6)];
  const timer = setInterval(() => {
    const now = performance.now();
    // Time in which this process was stopped itself, as by Ctrl-Z, does not count.
    const passed = Math.min(now - last, 2 * LOOK_MS);
    last = now;
    total += passed;
    const step = steps.at(-1);
    if (step !== undefined) step.milliseconds += passed;
    if (total < allowed + GRACE_MS) return;
    clearInterval(timer);
    late(timedOut(key, steps, allowed));
  }, LOOK_MS);
  return {
    entering: (operator, most) => {
      allowed = Math.max(allowed, most);
      steps.push({ operator, milliseconds: 0 });
    },
    end: () => clearInterval(timer),
  };
};

/** Signals that are not about the photo. */
const stopping: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP']);

/** The failure of a photo that ended the process that worked on it alone. */
export const crashed = (path: string, by: NodeJS.Signals | number | null, complaint: string): Diagnostics => {
  const words = lastWords(complaint);
  const how = typeof by === 'string' ? `by ${by}` : `with status ${by}`;
  return [
    failure(
      'run/crashed',
      `${path} ended the process that worked on it alone, ${how}${words === undefined ? '' : ` (“${words}”)`}.`,
      by === 'SIGKILL' || by === 'SIGABRT'
        ? { hint: 'A system out of memory does that too: a smaller `--memory`, or fewer `--jobs`, may do.' }
        : {},
    ),
  ];
};

/** The line that says most: what was thrown, or the last one. */
const lastWords = (complaint: string): string | undefined => {
  const lines = complaint
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(at |Node\.js v|#|----)/.test(line));
  const line =
    lines.findLast((each) => /^(\w*Error|FATAL ERROR|terminate called)\b/.test(each)) ?? lines.at(-1);
  return line === undefined || line.length <= 200 ? line : `${line.slice(0, 199)}…`;
};
