/**
 * What acts on a terminal or changes the order of what is read there: control characters, escape sequences with them, marks that
 * turn the direction of writing, line separators, tags, and halves of surrogate pairs.
 */
const acting =
  /[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Characters of a text from outside that are shown: the longest path, and a long sentence. */
const MOST_SHOWN = 10_000;

/**
 * Text from outside (names of files, metadata, YAML, what other programs say) as it can be shown on a line: what would act on a
 * terminal is a dot, and bytes of names that are no UTF-8 are written as in `\xE9`. Of a longer one the first 10,000 characters are shown.
 */
export const printable = (text: string): string =>
  text.length <= MOST_SHOWN
    ? text.replaceAll(acting, shown)
    : `${text.slice(0, MOST_SHOWN).replaceAll(acting, shown)}… (${text.length - MOST_SHOWN} more characters)`;

const shown = (sign: string): string => {
  const code = sign.charCodeAt(0);
  return sign.length === 1 && code >= 0xdc80 && code <= 0xdcff
    ? `\\x${(code - 0xdc00).toString(16).toUpperCase()}`
    : '·';
};

/** JSON on one line of which nothing acts on a terminal; parsed, it is the same. */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(acting, (sign) =>
    sign === '\n'
      ? sign
      : Array.from(
          { length: sign.length },
          (_, i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
