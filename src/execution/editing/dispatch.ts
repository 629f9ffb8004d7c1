import { stat } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { defaultTimeout } from '../../operator/time-limit.js';
import { crashed } from '../recovery/isolation/isolate.js';
import { timedOut } from '../time-limit.js';
import { type Child, type End, startChild } from './child.js';
import type { Made, Said, Setup, Task, Work } from './protocol.js';
import { nextOf, type Priority } from './queue.js';
import { cancelledEdit } from './refusals.js';

/** What there is to do. */
export interface Load {
  readonly waiting: number;
  readonly working: number;
}

/** Whether the process is warm, becomes warm, or does not start; then it is tried again after a while. */
export type DispatchState = 'ready' | 'warming up' | 'failed';

/** Gives tasks to an editing process, in the order of their priorities, and starts it again when it ends. */
export interface Dispatch {
  readonly ask: (
    task: Task,
    priority: Priority,
    signal: AbortSignal | undefined,
  ) => TE.TaskEither<Diagnostics, object>;
  readonly load: () => Load;
  readonly state: () => DispatchState;
  readonly close: (patience?: number) => Promise<void>;
}

export interface DispatchOptions {
  readonly setup: Setup;
  readonly jobs: number;
  /** What is made ready whenever a process has started. */
  readonly warm: () => readonly Work[];
  /** How a process is started. Default: as `startChild` does. */
  readonly start?: typeof startChild;
  /** Milliseconds after which it is tried again to start one when none starts. Default: 15 s. */
  readonly rest?: number;
}

/** A task that waits, or is worked on. */
interface Entry {
  readonly id: number;
  readonly task: Task;
  readonly priority: Priority;
  readonly settle: (made: E.Either<Diagnostics, object>) => void;
  readonly asked: number;
  isSuspect: boolean;
  begun: number;
  /** Milliseconds that it may take, and those that it has taken. */
  allowed: number;
  taken: number;
  steps: { readonly operator: string; milliseconds: number }[];
  /** Why the process was killed for it, where it was. */
  late?: Diagnostics;
}

/** How much longer the process has to see by itself that the time is over, and how often it is looked. */
const GRACE_MS = 3000;
const LOOK_MS = 500;
/** Processes that end one after the other before they get to work. */
const MOST_STARTS = 3;
const REST_MS = 15_000;
const PATIENCE_MS = 20_000;

interface State {
  readonly options: DispatchOptions;
  waiting: readonly Entry[];
  readonly working: Map<number, Entry>;
  child: Child | undefined;
  failedStarts: number;
  /** Tasks of warming up that are left; undefined before the process has started. */
  cold: number | undefined;
  /** Until it is tried again, after starts that failed. */
  rest: NodeJS.Timeout | undefined;
  isClosing: boolean;
  ids: number;
}

/** Starts the process, which warms up at once. */
export const createDispatch = (options: DispatchOptions): Dispatch => {
  const state: State = {
    options,
    waiting: [],
    working: new Map(),
    child: undefined,
    failedStarts: 0,
    cold: undefined,
    rest: undefined,
    isClosing: false,
    ids: 0,
  };
  let last = performance.now();
  const clock = setInterval(() => {
    const now = performance.now();
    // Time in which this process was stopped itself, as by Ctrl-Z, does not count.
    count(state, Math.min(now - last, 2 * LOOK_MS));
    last = now;
  }, LOOK_MS);
  clock.unref();
  start(state);
  return {
    ask: (task, priority, signal) => () => asked(state, task, priority, signal),
    load: () => ({ waiting: state.waiting.length, working: state.working.size }),
    state: () => {
      if (state.failedStarts >= MOST_STARTS) return 'failed';
      return state.cold === 0 ? 'ready' : 'warming up';
    },
    close: async (patience = PATIENCE_MS) => {
      clearInterval(clock);
      clearTimeout(state.rest);
      await closed(state, patience);
    },
  };
};

const start = (state: State): void => {
  clearTimeout(state.rest);
  state.cold = undefined;
  state.child = (state.options.start ?? startChild)(
    state.options.setup,
    (said) => heard(state, said),
    (end) => ended(state, end),
  );
};

const stopping: Diagnostics = [failure('serve/stopping', 'The server is being stopped.')];

const asked = async (
  state: State,
  task: Task,
  priority: Priority,
  signal: AbortSignal | undefined,
): Promise<E.Either<Diagnostics, object>> => {
  const bytes = 'photo' in task ? await sizeOf(task.photo) : 0;
  // After the wait, in which either may have happened.
  if (signal?.aborted) return E.left(cancelledEdit);
  if (state.isClosing) return E.left(stopping);
  const allowed = state.options.setup.timeout ?? defaultTimeout(bytes / 1e6);
  return new Promise((resolve) => {
    const entry = entryOf(state, task, priority, allowed, (made) => {
      signal?.removeEventListener('abort', cancel);
      resolve(made);
    });
    const cancel = (): void => {
      if (!state.waiting.includes(entry)) {
        state.child?.tell({ kind: 'cancel', id: entry.id });
        return;
      }
      state.waiting = state.waiting.filter((each) => each !== entry);
      entry.settle(E.left(cancelledEdit));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    state.waiting = [...state.waiting, entry];
    // After starts that failed it is tried again when there is something to do.
    if (state.child === undefined) start(state);
    begin(state);
  });
};

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const entryOf = (
  state: State,
  task: Task,
  priority: Priority,
  allowed: number,
  settle: Entry['settle'],
): Entry => ({
  id: state.ids++,
  task,
  priority,
  settle,
  asked: performance.now(),
  isSuspect: false,
  begun: 0,
  allowed,
  taken: 0,
  steps: [],
});

/** Hands over what may be begun. */
const begin = (state: State): void => {
  for (;;) {
    if (state.child === undefined) return;
    const entry = nextOf(state.waiting, [...state.working.values()], state.options.jobs);
    if (entry === undefined) return;
    state.waiting = state.waiting.filter((each) => each !== entry);
    entry.begun = performance.now();
    entry.taken = 0;
    entry.steps = [];
    state.working.set(entry.id, entry);
    state.child.tell({ kind: 'do', id: entry.id, task: entry.task });
  }
};

const heard = (state: State, said: Said): void => {
  if (said.kind === 'ready') {
    state.failedStarts = 0;
    warm(state);
    return;
  }
  const entry = state.working.get(said.id);
  if (entry === undefined) return;
  if (said.kind === 'at') {
    entry.allowed = Math.max(entry.allowed, said.allowed);
    entry.steps.push({ operator: said.operator, milliseconds: 0 });
    return;
  }
  state.working.delete(said.id);
  entry.settle(said.kind === 'made' ? E.right(timed(entry, said.made)) : E.left(said.diagnostics));
  begin(state);
};

const timed = (entry: Entry, made: Made[keyof Made]): object => ({
  ...made,
  milliseconds: Math.round(performance.now() - entry.begun),
  waited: Math.round(entry.begun - entry.asked),
});

/** One task for each pipeline on offer, so that what somebody waits for goes in between. */
const warm = (state: State): void => {
  const works = state.options.warm();
  state.cold = works.length;
  const done = (): void => {
    if (state.cold !== undefined && state.cold > 0) state.cold--;
  };
  const entries = works.map((work) =>
    entryOf(
      state,
      { kind: 'warm', works: [work] },
      'preview',
      state.options.setup.timeout ?? defaultTimeout(0),
      done,
    ),
  );
  state.waiting = [...state.waiting, ...entries];
  begin(state);
};

/** Adds to the time that tasks have taken, and ends the process for one that does not end by itself. */
const count = (state: State, passed: number): void => {
  for (const entry of state.working.values()) {
    entry.taken += passed;
    const step = entry.steps.at(-1);
    if (step !== undefined) step.milliseconds += passed;
    if (entry.taken < entry.allowed + GRACE_MS || entry.late !== undefined) continue;
    const path = 'name' in entry.task ? entry.task.name : 'The warm-up';
    entry.late = timedOut({ path, index: 0, epoch: 0 }, entry.steps, entry.allowed).diagnostics;
    state.child?.kill();
  }
};

/** What was worked on when a process ended is tried once more, alone, unless it is what the process was killed for. */
const ended = (state: State, { by, complaint, wasReady }: End): void => {
  const entries = [...state.working.values()];
  state.working.clear();
  state.child = undefined;
  const isKilled = entries.some(({ late }) => late !== undefined);
  const again = entries.flatMap((entry) => {
    const { late } = entry;
    if (late !== undefined) entry.settle(E.left(late));
    else if (entry.isSuspect && !isKilled) entry.settle(E.left(crashed(nameOf(entry.task), by, complaint)));
    // Nobody waits for a warm-up.
    else if (entry.task.kind === 'warm') entry.settle(E.right({}));
    else return [Object.assign(entry, { isSuspect: entry.isSuspect || !isKilled })];
    return [];
  });
  state.waiting = [...again, ...state.waiting.filter(({ task }) => task.kind !== 'warm')];
  state.failedStarts = wasReady ? 0 : state.failedStarts + 1;
  if (state.isClosing) return;
  if (state.failedStarts < MOST_STARTS) {
    start(state);
    begin(state);
    return;
  }
  const all = state.waiting;
  state.waiting = [];
  for (const entry of all) entry.settle(E.left(notStarted(complaint)));
  // Nobody need ask for it to be tried again: whoever sees that it failed may send no more photos.
  state.rest = setTimeout(() => start(state), state.options.rest ?? REST_MS);
  state.rest.unref();
};

const nameOf = (task: Task): string => ('name' in task ? task.name : 'The warm-up');

const notStarted = (complaint: string): Diagnostics => [
  failure('run/system-refused', `The process that edits does not start: ${complaint.trim().slice(-300)}`),
];

const closed = async (state: State, patience: number): Promise<void> => {
  state.isClosing = true;
  const all = state.waiting;
  state.waiting = [];
  for (const entry of all) entry.settle(E.left(stopping));
  const until = performance.now() + patience;
  const isBusy = (): boolean => [...state.working.values()].some(({ task }) => task.kind !== 'warm');
  while (isBusy() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  state.child?.kill();
  for (const entry of state.working.values()) entry.settle(E.left(stopping));
  state.working.clear();
};
