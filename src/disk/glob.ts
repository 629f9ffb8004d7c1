import * as E from 'fp-ts/lib/Either.js';
import { endOfClass, withoutBraces } from './braces.js';

/**
 * Patterns of paths, matched without regular expressions. A name of n characters is held to a part of m in at most n·m
 * steps, and so is a path's list of names: a `*` or `**` that was passed is never gone back behind.
 */

/** A character that must stand there, a class of them, any one, or any number of any. */
type Token =
  | { readonly kind: 'one'; readonly char: string }
  | {
      readonly kind: 'class';
      readonly ranges: readonly (readonly [number, number])[];
      readonly negated: boolean;
    }
  | { readonly kind: 'any' }
  | { readonly kind: 'many' };

/** What one name of a path must look like; `**` is any number of names. */
type Part = readonly Token[] | '**';

/** Whether a path, relative and with forward slashes, fits. */
export type Matcher = (path: string) => boolean;

/**
 * A matcher for paths that fit one of the patterns and none of those that begin with `!`. `*` is any part of a name, `?` any
 * character, `[a-z]` and `[!a-z]` one that is or is not among these, `**` any folders, braces as in `withoutBraces`. Upper
 * and lower case are the same; a name that begins with a dot never fits.
 *
 * @param patterns without fault, as `faultOf` finds it
 */
export const matcherOf = (patterns: readonly string[]): Matcher => {
  const isNegated = (pattern: string): boolean => pattern.startsWith('!');
  const isWanted = anyOf(patterns.filter((pattern) => !isNegated(pattern)));
  const isUnwanted = anyOf(patterns.filter(isNegated).map((pattern) => pattern.slice(1)));
  const isAll = patterns.every(isNegated);
  return (path) => {
    const folded = path.toLowerCase();
    if (folded.startsWith('.') || folded.includes('/.')) return false;
    const names = folded.split('/').map((name) => Array.from(name));
    return (isAll || isWanted(folded, names)) && !isUnwanted(folded, names);
  };
};

type FoldedMatcher = (path: string, names: readonly (readonly string[])[]) => boolean;

/** Names without anything special are looked up; only the other patterns are tried one by one. */
const anyOf = (patterns: readonly string[]): FoldedMatcher => {
  const alternatives = patterns.flatMap(alternativesOf);
  const names = new Set(alternatives.filter(isPlain).map((each) => each.toLowerCase()));
  const others = alternatives.filter((each) => !isPlain(each)).map(partsOf);
  return (path, split) =>
    names.has(path) || others.some((parts) => fitsAll(parts, split, isAnyFolders, fitsName));
};

/** Whether a pattern without braces fits one path only. */
export const isPlain = (pattern: string): boolean => !/[*?[]/.test(pattern);

/** How far down the patterns reach: folders above the deepest file that can fit; undefined where there is no end. */
export const depthOf = (patterns: readonly string[]): number | undefined => {
  const depths = patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .flatMap(alternativesOf)
    .map((each) => each.split('/'))
    .map((parts) => (parts.includes('**') ? Number.POSITIVE_INFINITY : parts.length - 1));
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), depths.length === 0 ? Infinity : 0);
  return Number.isFinite(deepest) ? deepest : undefined;
};

/** The patterns that one with braces stands for; none of one that is refused. */
const alternativesOf = (pattern: string): readonly string[] =>
  E.getOrElse((): readonly string[] => [])(withoutBraces(pattern));

const partsOf = (pattern: string): readonly Part[] => pattern.split('/').map(partOf);

const partOf = (text: string): Part => {
  if (text === '**') return '**';
  const tokens: Token[] = [];
  const folded = text.toLowerCase();
  let at = 0;
  while (at < folded.length) {
    const char = String.fromCodePoint(folded.codePointAt(at) ?? 0);
    const end = char === '[' ? endOfClass(folded, at) : undefined;
    if (end !== undefined) tokens.push(classOf(folded.slice(at + 1, end - 1)));
    else if (char === '*') {
      if (tokens.at(-1)?.kind !== 'many') tokens.push({ kind: 'many' });
    } else tokens.push(char === '?' ? { kind: 'any' } : { kind: 'one', char });
    at = end ?? at + char.length;
  }
  return tokens;
};

const classOf = (text: string): Token => {
  const negated = text.startsWith('!') || text.startsWith('^');
  const chars = Array.from(negated ? text.slice(1) : text, (char) => char.codePointAt(0) ?? 0);
  const ranges: (readonly [number, number])[] = [];
  for (let i = 0; i < chars.length; i++) {
    const from = chars[i] as number;
    const to = chars[i + 1] === DASH ? chars[i + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) i += 2;
  }
  return { kind: 'class', ranges, negated };
};

const DASH = 0x2d;

const fitsChar = (token: Token, char: string): boolean => {
  switch (token.kind) {
    case 'one':
      return token.char === char;
    case 'class': {
      const code = char.codePointAt(0) ?? 0;
      return token.ranges.some(([from, to]) => code >= from && code <= to) !== token.negated;
    }
    default:
      return true;
  }
};

const isMany = (token: Token): boolean => token.kind === 'many';
const isAnyFolders = (part: Part): boolean => part === '**';

const fitsName = (part: Part, name: readonly string[]): boolean =>
  part !== '**' && fitsAll(part, name, isMany, fitsChar);

/**
 * Whether values fit wants one by one, where a repeated want stands for any number of them. After a mismatch only the last
 * repeated want takes one more: what an earlier one could take instead, it can as well.
 */
const fitsAll = <W, V>(
  wants: readonly W[],
  values: readonly V[],
  isRepeated: (want: W) => boolean,
  fits: (want: W, value: V) => boolean,
): boolean => {
  let [want, value] = [0, 0];
  let [repeated, taken] = [-1, 0];
  while (value < values.length) {
    const wanted = wants[want];
    if (wanted !== undefined && isRepeated(wanted)) {
      [repeated, taken] = [want, value];
      want += 1;
    } else if (wanted !== undefined && fits(wanted, values[value] as V)) {
      want += 1;
      value += 1;
    } else if (repeated >= 0) {
      taken += 1;
      [want, value] = [repeated + 1, taken];
    } else return false;
  }
  return wants.slice(want).every(isRepeated);
};
