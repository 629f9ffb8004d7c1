import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';

/** Patterns that one with braces may stand for. */
export const MAX_ALTERNATIVES = 64;

type Alternatives = E.Either<string, readonly string[]>;

const tooMany = E.left<string>(`has braces that stand for more than ${MAX_ALTERNATIVES} patterns`);
const notClosed = E.left('has a brace that is not closed; a brace in a name is written `[{]`');

/** Braces may stand within each other this deep. */
const MAX_DEPTH = 8;

/**
 * The patterns that one with braces stands for: `{a,b}` is either, also within another one; `{1..12}`, `{01..12}` and
 * `{a..e}` are all from one to the other; braces around anything else (`{a}`) stand for themselves. Left: why the pattern
 * is refused.
 */
export const withoutBraces = (pattern: string, depth = 0): Alternatives => {
  const start = outside(pattern, 0, (char) => char === '{' || char === '}');
  if (start === undefined) return E.right([pattern]);
  const end = pattern[start] === '{' ? closing(pattern, start) : undefined;
  if (end === undefined) return notClosed;
  if (depth > MAX_DEPTH) return E.left(`has braces within each other, more than ${MAX_DEPTH} deep`);
  return pipe(
    inside(pattern.slice(start + 1, end), depth + 1),
    E.chain((within) =>
      pipe(
        withoutBraces(pattern.slice(end + 1), depth),
        E.chain((after) =>
          within.length * after.length > MAX_ALTERNATIVES
            ? tooMany
            : E.right(within.flatMap((one) => after.map((other) => pattern.slice(0, start) + one + other))),
        ),
      ),
    ),
  );
};

/** The first place from one on, outside brackets, of a character that is looked for. */
const outside = (text: string, from: number, isIt: (char: string) => boolean): number | undefined => {
  let at = from;
  while (at < text.length) {
    if (isIt(text.charAt(at))) return at;
    at = text[at] === '[' ? (endOfClass(text, at) ?? at + 1) : at + 1;
  }
  return undefined;
};

/** Where the class of characters that begins there is over; undefined where the bracket stands for itself. */
export const endOfClass = (text: string, start: number): number | undefined => {
  // A bracket that comes first is one of the characters.
  const first = text[start + 1] === '!' || text[start + 1] === '^' ? start + 2 : start + 1;
  const end = text.indexOf(']', first + 1);
  return end < 0 || text.slice(start, end).includes('/') ? undefined : end + 1;
};

const closing = (text: string, start: number): number | undefined => {
  let depth = 0;
  let at: number | undefined = start;
  while (at !== undefined) {
    depth += text[at] === '{' ? 1 : -1;
    if (depth === 0) return at;
    at = outside(text, at + 1, (char) => char === '{' || char === '}');
  }
  return undefined;
};

/** What one pair of braces stands for. */
const inside = (text: string, depth: number): Alternatives => {
  const parts = partsOf(text);
  if (parts.length > MAX_ALTERNATIVES) return tooMany;
  if (parts.length > 1)
    return pipe(
      E.traverseArray((part: string) => withoutBraces(part, depth))(parts),
      E.chain((all): Alternatives => {
        const flat = all.flat();
        return flat.length > MAX_ALTERNATIVES ? tooMany : E.right(flat);
      }),
    );
  const range = rangeOf(text);
  if (range !== undefined) return range;
  return pipe(
    withoutBraces(text, depth),
    E.map((all) => all.map((each) => `{${each}}`)),
  );
};

/** What stands between the commas that are in no inner braces. */
const partsOf = (text: string): readonly string[] => {
  const parts: string[] = [];
  let [from, depth] = [0, 0];
  let at = outside(text, 0, isMark);
  while (at !== undefined) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') depth -= 1;
    else if (depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    at = outside(text, at + 1, isMark);
  }
  return [...parts, text.slice(from)];
};

const isMark = (char: string): boolean => char === '{' || char === '}' || char === ',';

/** All from one end to the other; undefined where the text is no range. */
const rangeOf = (text: string): Alternatives | undefined => {
  const [from = '', to = '', ...more] = text.split('..');
  const isNumbers = /^-?\d{1,9}$/.test(from) && /^-?\d{1,9}$/.test(to);
  if (more.length > 0 || (!isNumbers && !(/^[a-z]$/i.test(from) && /^[a-z]$/i.test(to)))) return undefined;
  const [first, last] = isNumbers ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  const count = Math.abs(last - first) + 1;
  if (count > MAX_ALTERNATIVES) return tooMany;
  // Zeros in front of either end are put in front of all.
  const isPadded = [from, to].some((end) => /^-?0\d/.test(end));
  const width = isNumbers && isPadded ? Math.max(from.length, to.length) : 0;
  return E.right(
    Array.from({ length: count }, (_, i) => first + Math.sign(last - first) * i).map((each) =>
      isNumbers ? padded(each, width) : String.fromCharCode(each),
    ),
  );
};

const padded = (number: number, width: number): string =>
  number < 0 ? `-${`${-number}`.padStart(width - 1, '0')}` : `${number}`.padStart(width, '0');
