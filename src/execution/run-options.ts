import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, didYouMean, failure } from '../diagnostics/index.js';
import type { RunOptions } from './run.js';
import { LEAST_MEMORY, LEAST_TIMEOUT, MOST_JOBS, MOST_TIMEOUT } from './run-limits.js';
import { shownValue } from './shown-value.js';
import { readEngine } from './tensors/engine-choice.js';

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
