import * as E from 'fp-ts/lib/Either.js';

/** Anything that JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Levels of lists and objects that JSON may have: a pipeline, which may have 64, within an entry or a note. */
const MOST_LEVELS = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b;
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d;

/** Where a text ends that begins with the quote at a place: at its last quote, or at the end of all. */
const endOfText = (json: string, begin: number): number => {
  for (let at = begin + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return json.length;
};

/** Whether JSON opens more levels within one another than `most`. Takes time in proportion to its length, whatever stands in it. */
export const isTooDeep = (json: string, most = MOST_LEVELS): boolean => {
  let levels = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfText(json, at);
    else if (isClosing(code)) levels--;
    else if (isOpening(code) && ++levels > most) return true;
  }
  return false;
};

/**
 * Reads JSON that may come from anybody. What has more levels than anything of ours is refused before it is read: JavaScript takes
 * seconds for a mebibyte of brackets, and whatever goes through its levels afterwards runs out of stack.
 *
 * @param most levels of lists and objects. Default: 128
 */
export const parseJson = (json: string, most = MOST_LEVELS): E.Either<string, unknown> =>
  isTooDeep(json, most)
    ? E.left(`it has more than ${most} levels`)
    : E.tryCatch(
        (): unknown => JSON.parse(json),
        () => 'it is no JSON',
      );
