import * as E from 'fp-ts/lib/Either.js';
import { identity } from 'fp-ts/lib/function.js';
import { didYouMean } from '../../diagnostics/index.js';
import { type ParamType, paramType, refuse, show } from './param-type.js';
import type { Choice, PathRole } from './shape.js';

/** Inclusive bounds of a number. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Bounds in words, ready to follow "a number": `between 0 and 1`, `of at least 1`, or nothing. */
export const boundsInWords = ({ min, max }: Bounds): string => {
  if (min !== undefined && max !== undefined) return ` between ${min} and ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
};

/** True within inclusive bounds. */
export const within = (value: number, { min, max }: Bounds): boolean =>
  value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);

/** Where a comma stands in a number: the number that was meant. */
const commaHint = (value: unknown): { readonly hint?: string } =>
  typeof value === 'string' && /^[-+]?\d+,\d+$/.test(value)
    ? { hint: `Write it with a point: \`${value.replace(',', '.')}\`.` }
    : {};

const numeric = (
  kind: 'number' | 'integer',
  noun: string,
  bounds: Bounds,
  accepts: (value: number) => boolean,
): ParamType<number> => {
  const name = `${noun}${boundsInWords(bounds)}`;
  return paramType(
    name,
    { kind, ...bounds },
    (value, context) => {
      if (typeof value !== 'number' || !accepts(value))
        return refuse(context, 'value/type', `must be ${name}, not ${show(value)}`, commaHint(value));
      return within(value, bounds)
        ? E.right(value)
        : refuse(context, 'value/range', `must be ${name}, not ${value}`);
    },
    identity,
  );
};

/** A finite number. */
export const number = (bounds: Bounds = {}): ParamType<number> =>
  numeric('number', 'a number', bounds, Number.isFinite);

/** A whole number. */
export const integer = (bounds: Bounds = {}): ParamType<number> =>
  numeric('integer', 'a whole number', bounds, Number.isSafeInteger);

/** `true` or `false`. */
export const boolean: ParamType<boolean> = paramType(
  'true or false',
  { kind: 'boolean' },
  (value, context) =>
    typeof value === 'boolean'
      ? E.right(value)
      : refuse(context, 'value/type', `must be true or false, not ${show(value)}`),
  identity,
);

const textual = (name: string, shape: ParamType<string>['shape']): ParamType<string> =>
  paramType(
    name,
    shape,
    (value, context) => {
      if (typeof value !== 'string')
        return refuse(context, 'value/type', `must be ${name}, not ${show(value)}`);
      return value.length > 0 ? E.right(value) : refuse(context, 'value/invalid', 'must not be empty');
    },
    identity,
  );

/** Any text that is not empty. */
export const text: ParamType<string> = textual('text', { kind: 'text' });

/**
 * A path. Operators get it absolute: paths in a file are relative to that file, paths given with `--set` or in code to
 * the working directory, and `~/` is the home directory.
 */
export const path = (role: PathRole = 'input'): ParamType<string> =>
  textual('a path', { kind: 'path', role });

/** One of a few literals. */
export const oneOf = <const Options extends readonly [Choice, ...Choice[]]>(
  ...options: Options
): ParamType<Options[number]> => {
  const names = options.map(String);
  const isOption = (value: unknown): value is Options[number] => options.some((option) => option === value);
  return paramType(
    names.length === 1 ? (names[0] ?? '') : `one of ${names.join(', ')}`,
    { kind: 'choice', options },
    (value, context) =>
      isOption(value)
        ? E.right(value)
        : refuse(context, 'value/choice', `cannot be ${show(value)}`, {
            hint: didYouMean(String(value), names),
          }),
    identity,
  );
};

/** A stream in code, in the place of its name. */
export interface NamedStream {
  readonly kind: 'stream';
  readonly name: string;
}

/** The name of a stream of the `streams:` section; in code also the stream itself, which `defineOp` puts the name of in its place. */
export const streamName: ParamType<string, string | NamedStream> = textual('the name of a stream', {
  kind: 'stream',
});

/** Whatever is written; for places that are read further by other means. */
export const anything: ParamType<unknown> = paramType(
  'anything',
  { kind: 'anything' },
  (value) => E.right(value),
  identity,
);
