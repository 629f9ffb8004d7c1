import * as E from 'fp-ts/lib/Either.js';
import { withoutBraces } from './braces.js';
import { isPlain } from './glob.js';

/** Patterns with `*`, `?` or `[…]` that a list may stand for, braces written out; each is tried on every path. */
const MAX_TRIED = 256;

/** Patterns that a list may have in all. */
const MAX_PATTERNS = 10_000;

/** What makes a pattern slow to match, able to leave the folder, or unable to match anything; undefined of others. */
export const faultOf = (pattern: string): string | undefined => {
  const positive = pattern.startsWith('!') ? pattern.slice(1) : pattern;
  if (pattern.length > 256) return 'is longer than 256 characters';
  // These are of other kinds of patterns; taken as plain characters, they would match nothing that was meant.
  if (/[+*?@!]\(/.test(pattern)) return 'uses extended patterns such as `+(…)`';
  if (/\||\(\?|[)\]][+]/.test(pattern))
    return 'looks like a regular expression; `*` is any part of a name, `{a,b}` is either, and signs are written `[+]`, `[|]`';
  const alternatives = withoutBraces(positive);
  return E.isLeft(alternatives) ? alternatives.left : firstOf(alternatives.right.map(faultOfPath));
};

const firstOf = (faults: readonly (string | undefined)[]): string | undefined =>
  faults.find((fault) => fault !== undefined);

/** The same of a pattern without braces. */
const faultOfPath = (pattern: string): string | undefined => {
  const parts = pattern.split('/');
  if (pattern.startsWith('/') || /^[a-z]:/i.test(pattern) || pattern.includes('\\'))
    return 'must be relative to the folder, with forward slashes';
  if (parts.includes('') || parts.includes('.')) return 'has a part that is empty or `.`';
  if (parts.includes('..')) return 'climbs out of the folder with `..`';
  if (parts.some((part) => part.startsWith('.'))) return 'names hidden files, which are left out';
  // Each `**` tries every depth, each `*` every length.
  if (parts.filter((part) => part === '**').length > 4) return 'has more than four `**`';
  return parts.some((part) => part !== '**' && part.split('*').length > 4)
    ? 'has more than three `*` between two slashes'
    : undefined;
};

/** What makes a list of patterns, each without fault, slow to match; undefined of others. */
export const faultOfAll = (patterns: readonly string[]): string | undefined => {
  if (patterns.length > MAX_PATTERNS) return `has more than ${MAX_PATTERNS} patterns`;
  let tried = 0;
  for (const pattern of patterns) {
    const alternatives = withoutBraces(pattern);
    if (E.isRight(alternatives)) tried += alternatives.right.filter((each) => !isPlain(each)).length;
    if (tried > MAX_TRIED)
      return `stands for more than ${MAX_TRIED} patterns with \`*\`, \`?\` or \`[…]\`, braces written out`;
  }
  return undefined;
};
