import * as E from 'fp-ts/lib/Either.js';
import { TestScheduler } from 'rxjs/testing';
import { failure } from '../../diagnostics/index.js';
import type { Outcome } from '../../ports/index.js';
import type { Flow, ItemFlow } from '../flow.js';
import { fromAsyncIterable } from '../from-iterable.js';

/**
 * Marble diagrams for flows, in the notation of RxJS and by its parser: `-` is a frame, `a` an item, `(ab)` two in one
 * frame, `|` the end, `#` an error. RxJS's own scheduler cannot drive them, since promises do not resolve in its
 * virtual time; here a frame lasts until everything that can happen without waiting has happened.
 */
export interface MarbleStage {
  /** A flow whose values are there for the asking from their frame on, counted from its opening. */
  readonly source: <A = string>(diagram: string, values?: Readonly<Record<string, A>>) => MarbleSource<A>;
  /** A flow of items: `a` is an item of value and path `a`, `A` the failure of that item. */
  readonly items: (diagram: string) => MarbleSource<Outcome<string>>;
  /** Resolves so many frames later. */
  readonly sleep: (frames: number) => Promise<void>;
  /**
   * Subscribes at frame 0 and plays until the end, or the frame of `!` in `unsubscribe` (what comes in it is seen),
   * or frame 40.
   *
   * @returns what came when, in the form of `frames`
   */
  readonly play: <A>(flow: Flow<A>, unsubscribe?: string) => Promise<readonly string[]>;
  /** Plays several flows at the same time, each with its `unsubscribe`. */
  readonly playAll: (
    ...flows: readonly (readonly [flow: Flow<unknown>, unsubscribe: string])[]
  ) => Promise<readonly (readonly string[])[]>;
}

/** A flow that keeps a record of its runs. */
export interface MarbleSource<A> {
  readonly flow: Flow<A>;
  /** One diagram for each run: `^` its first pull, `!` each closing of its iterator, by the end or by `return`. */
  readonly runs: () => readonly string[];
}

/** What goes in, what must come out, and the run of the source that this takes. */
export interface MarbleCase {
  readonly source: string;
  readonly unsubscribe?: string;
  readonly expected: string;
  /** What letters of `expected` stand for, where it is more than the letter. */
  readonly values?: Readonly<Record<string, string>>;
  readonly run: string;
}

/** The cases that every operator must pass; one with a callback also that it throws on the item `x`. */
export type MarbleCases = Readonly<
  Record<'never' | 'empty' | 'one' | 'many' | 'error' | 'unsubscribed early', MarbleCase>
> & { readonly 'callback throws'?: MarbleCase };

/** Plays a case, and says what happened and what should have. */
export const playCase = async (
  operator: (stage: MarbleStage) => (source: ItemFlow<string>) => Flow<unknown>,
  { source, unsubscribe, expected, values, run }: MarbleCase,
): Promise<{ readonly actual: unknown; readonly expected: unknown }> => {
  const stage = createStage();
  const items = stage.items(source);
  const output = await stage.play(operator(stage)(items.flow), unsubscribe);
  return {
    actual: { output, runs: items.runs() },
    expected: { output: frames(expected, values), runs: run === '' ? [] : [run] },
  };
};

/** What a diagram says, frame by frame: `3 a`, `5 |`, `5 #reason`. */
export const frames = (diagram: string, values: Readonly<Record<string, string>> = {}): readonly string[] =>
  parse<string>(diagram).map(({ frame, notification }) => {
    if (notification.kind === 'N') return `${frame} ${values[notification.value] ?? notification.value}`;
    return `${frame} ${notification.kind === 'C' ? '|' : `#${String(notification.error)}`}`;
  });

const parse = <A>(diagram: string, values?: Readonly<Record<string, A>>) =>
  TestScheduler.parseMarbles(diagram, values, 'error', false, true).map(({ frame, notification }) => ({
    frame: frame / TestScheduler.frameTimeFactor,
    notification,
  }));

/** An outcome as a letter: the value of an item, the upper-case path of a failure. */
export const show = (value: unknown): string => {
  const outcome = value as Outcome<unknown>;
  if (typeof value !== 'object' || !('_tag' in outcome)) return String(value);
  return E.isRight(outcome) ? String(outcome.right.value) : outcome.left.key.path.toUpperCase();
};

/** An item, or a failure for an upper-case letter. */
export const outcomeOf = (letter: string, index: number): Outcome<string> => {
  const path = letter.toLowerCase();
  const key = { path, index, epoch: 0 };
  return letter === path
    ? E.right({ key, value: letter })
    : E.left({ key, operator: 'above', diagnostics: [failure('run/operator-threw', 'from above')] });
};

const LAST_FRAME = 40;

/** Frames that pass one by one. */
interface Clock {
  readonly now: () => number;
  readonly sleepUntil: (frame: number) => Promise<void>;
  readonly nextFrame: () => Promise<void>;
}

const createClock = (): Clock => {
  let now = 0;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    sleepUntil: (until) =>
      until <= now ? Promise.resolve() : new Promise((wake) => sleepers.push({ until, wake })),
    nextFrame: async () => {
      await settle();
      now++;
      for (const { until, wake } of sleepers) if (until === now) wake();
      await settle();
    },
  };
};

/** A flow that gives what a diagram says, by a clock. */
const sourceOf = <A>(
  { now, sleepUntil }: Clock,
  diagram: string,
  values?: Readonly<Record<string, A>>,
): MarbleSource<A> => {
  const messages = parse(diagram, values);
  const runs: { readonly opened: number; readonly closed: number[] }[] = [];
  const iterate = (): AsyncIterator<A> => {
    const run = { opened: now(), closed: [] as number[] };
    runs.push(run);
    let place = 0;
    return {
      next: async () => {
        const message = messages[place++];
        if (message === undefined) return new Promise(() => undefined);
        await sleepUntil(run.opened + message.frame);
        const { notification } = message;
        if (notification.kind === 'N') return { done: false, value: notification.value };
        run.closed.push(now());
        if (notification.kind === 'E') throw notification.error;
        return { done: true, value: undefined };
      },
      return: async () => {
        run.closed.push(now());
        return { done: true, value: undefined };
      },
    };
  };
  return {
    flow: fromAsyncIterable({ [Symbol.asyncIterator]: iterate }),
    runs: () => runs.map(({ opened, closed }) => drawRun(opened, closed)),
  };
};

/** Subscribes to a flow, and notes what comes when. */
const watch = ({ now }: Clock, flow: Flow<unknown>, unsubscribe: string) => {
  const seen: string[] = [];
  const stop = unsubscribe.indexOf('!');
  const last = stop < 0 ? LAST_FRAME : stop;
  let ended = false;
  const end = (what: string): void => {
    seen.push(`${now()} ${what}`);
    ended = true;
  };
  const subscription = flow.subscribe({
    next: (value) => seen.push(`${now()} ${show(value)}`),
    error: (thrown: unknown) => end(`#${thrown instanceof Error ? thrown.message : String(thrown)}`),
    complete: () => end('|'),
  });
  /** Leaves when it is time; true when there is nothing more to come. */
  const isOver = (): boolean => {
    if (now() >= last) subscription.unsubscribe();
    return ended || now() >= last;
  };
  return { seen, isOver };
};

/** A new stage at frame 0. */
export const createStage = (): MarbleStage => {
  const clock = createClock();

  const source = <A = string>(diagram: string, values?: Readonly<Record<string, A>>): MarbleSource<A> =>
    sourceOf(clock, diagram, values);

  const playAll: MarbleStage['playAll'] = async (...flows) => {
    const watched = flows.map(([flow, unsubscribe]) => watch(clock, flow, unsubscribe));
    await settle();
    while (!watched.map(({ isOver }) => isOver()).every(Boolean)) await clock.nextFrame();
    await settle();
    return watched.map(({ seen }) => seen);
  };

  return {
    source,
    items: (diagram) => {
      const letters = diagram.match(/[a-z]/gi) ?? [];
      return source(
        diagram,
        Object.fromEntries(letters.map((letter, index) => [letter, outcomeOf(letter, index)])),
      );
    },
    sleep: (duration) => clock.sleepUntil(clock.now() + duration),
    play: async (flow, unsubscribe = '') => {
      const [seen = []] = await playAll([flow, unsubscribe]);
      return seen;
    },
    playAll,
  };
};

const drawRun = (opened: number, closed: readonly number[]): string => {
  const start = '-'.repeat(opened);
  const [first, ...again] = closed;
  if (first === undefined) return `${start}^`;
  const run = first === opened ? '(^!)' : `^${'-'.repeat(first - opened - 1)}!`;
  return `${start}${run}${again.map(() => '!').join('')}`;
};

/** Lets everything happen that can happen without waiting: promises, and turns of the event loop. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};
