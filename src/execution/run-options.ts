import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, didYouMean, failure } from '../diagnostics/index.js';
import type { Item, ItemKey } from '../ports/index.js';
import type { Engine } from '../tensor/run/engine.js';
import type { PipelineEvent } from './events/event.js';
import { LEAST_MEMORY, LEAST_TIMEOUT, MOST_JOBS, MOST_TIMEOUT } from './run-limits.js';
import { shownValue } from './shown-value.js';
import { readEngine } from './tensors/engine-choice.js';

/** How to run a pipeline. */
export interface RunOptions {
  /** Items worked on at once. Default: as many as there are processors, and one more where a step waits for them. */
  readonly jobs?: number;
  /**
   * Bytes that work on photos may take, all of them together. Photos wait for each other; one that needs more by itself is
   * refused before anything is taken for it. Default: half of what is free, and never less than 64 MiB.
   */
  readonly memory?: number;
  /**
   * Seconds that one photo may take, after which it is set aside; Infinity for any time. Default: five minutes, and three more
   * for each of its megapixels.
   */
  readonly timeout?: number;
  /** Whether seams of tiles and panoramas are checked in every photo. Default: false. */
  readonly certify?: boolean;
  /**
   * Where tensor work runs: an engine by its name, or one that is open, as `createEngine` of prismflow/tensor gives it, which is
   * not closed with the run. Default: `cpu`.
   */
  readonly engine?: string | Engine;
  /** Goes on with the training that an earlier run began, from its latest checkpoint. */
  readonly resume?: boolean;
  /** Stops the run when it aborts: what is done is kept. */
  readonly signal?: AbortSignal;
  /** Ends the run when it aborts, after what is being worked on is finished. */
  readonly finish?: AbortSignal;
  /** Whether what failed before is tried again though nothing has changed. Default: false. */
  readonly retry?: boolean;
  /** Whether every operator is held to its laws on every picture, which takes longer. Default: false. */
  readonly laws?: boolean;
  /** Is told what happens as it happens. */
  readonly observe?: (event: PipelineEvent) => void;
  /** Is given each item that comes through, before it is told of as done. */
  readonly result?: (item: Item<unknown>) => void;
  /** Is told when work on a photo begins, and asks how many milliseconds it may take; what it gives is called when the work ends. */
  readonly busy?: (key: ItemKey, milliseconds: () => number) => () => void;
}

/** What a value must be, in words, when it is not; undefined when it is. */
type Rule = (value: unknown) => string | undefined;

const rule =
  (words: string, holds: (value: unknown) => boolean): Rule =>
  (value) =>
    holds(value) ? undefined : words;

const flag = rule('true or false', (value) => typeof value === 'boolean');
const signal = rule('an AbortSignal', (value) => value instanceof AbortSignal);
const callback = rule('a function', (value) => typeof value === 'function');

const numberFrom = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

/** One rule for each option of a run, so that none is added without one. */
const rules: Readonly<Record<Exclude<keyof RunOptions, 'engine'>, Rule>> = {
  jobs: rule(
    `a whole number from 1 to ${MOST_JOBS}`,
    (value) => Number.isInteger(value) && numberFrom(value, 1, MOST_JOBS),
  ),
  memory: rule(`a number of bytes from ${LEAST_MEMORY} on`, (value) =>
    numberFrom(value, LEAST_MEMORY, Number.MAX_SAFE_INTEGER),
  ),
  timeout: rule(
    `a number of seconds from ${LEAST_TIMEOUT} to ${MOST_TIMEOUT}, or Infinity`,
    (value) => value === Number.POSITIVE_INFINITY || numberFrom(value, LEAST_TIMEOUT, MOST_TIMEOUT),
  ),
  certify: flag,
  resume: flag,
  retry: flag,
  laws: flag,
  signal,
  finish: signal,
  observe: callback,
  busy: callback,
  result: callback,
};

const names = ['engine', ...Object.keys(rules)];

/**
 * Checks the options of a run, as the command line's are checked: code that is not typed can give anything. An option that is
 * `undefined` is not given. Errors: `run/invalid-option`, one for each option that is wrong; `run/unknown-engine`.
 */
export const checkOptions = <O extends object>(options: O): E.Either<Diagnostics, O> => {
  if (typeof options !== 'object' || options === null)
    return E.left([failure('run/invalid-option', `Options are an object, not ${shownValue(options)}.`)]);
  const [first, ...more] = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === 'engine') {
      const read = readEngine(value);
      return E.isLeft(read) ? read.left : [];
    }
    const words = Object.hasOwn(rules, name) ? rules[name as keyof typeof rules](value) : undefined;
    if (words !== undefined)
      return [failure('run/invalid-option', `\`${name}\` is ${words}, not ${shownValue(value)}.`)];
    return Object.hasOwn(rules, name)
      ? []
      : [
          failure('run/invalid-option', `There is no option \`${name.slice(0, 100)}\`.`, {
            hint: didYouMean(name, names),
          }),
        ];
  });
  return first === undefined ? E.right(options) : E.left([first, ...more]);
};
