import type { TemplateField } from '../../operator/params/index.js';

/** What was meant, where the grammar says no more than that something is wrong. */
export interface Slip {
  readonly message: string;
  readonly hint: string;
}

/** The line of a text that an offset is in. */
const lineAt = (source: string, offset: number): string => {
  const from = Math.max(source.lastIndexOf('\n', offset - 1), source.lastIndexOf('\r', offset - 1)) + 1;
  const [line = ''] = source.slice(from, from + MOST).split(/[\r\n]/, 1);
  return line;
};

/** Characters of a line that are looked at. */
const MOST = 2000;

const places: readonly TemplateField[] = ['path', 'folder', 'name', 'ext', 'sourceExt', 'index'];

/** The texts of a line that stand in quotes are left out: what is in them is no slip. */
const unquoted = (line: string): string => {
  let quote = '';
  let out = '';
  for (const sign of line) {
    if (quote === '' && (sign === '"' || sign === "'")) quote = sign;
    else if (sign === quote) quote = '';
    else if (quote === '') out += sign;
  }
  return out;
};

const placeIn = (line: string): string | undefined =>
  places.find((place) => unquoted(line).includes(`{${place}}`));

const braces = (place: string): Slip => ({
  message: `\`{${place}}\` stands here without quotes, and a brace begins a mapping in YAML.`,
  hint: `Put the whole value into quotes, as in \`"edited/{${place}}"\`.`,
});

/** What is wrong with a line that the parser complains about; undefined where the complaint says it best. */
export const slipAt = (source: string, offset: number, code: string): Slip | undefined => {
  const line = lineAt(source, offset);
  if (/^ *\t/.test(line))
    return {
      message: 'A tab stands at the beginning of the line, and YAML is indented by spaces alone.',
      hint: 'Put two spaces in the place of each tab; most editors can do so for a whole file.',
    };
  if (code === 'BAD_DQ_ESCAPE')
    return {
      message: 'A backslash stands in double quotes, where it begins an escape such as `\\n`.',
      hint: "Put a Windows path into single quotes, as in `'C:\\Users\\me\\photos'`, or write it with forward slashes.",
    };
  const place = placeIn(line);
  if (place !== undefined) return braces(place);
  const sign = /(?:^|[\s:[{,])([@`%])[^\s]/.exec(unquoted(line))?.[1];
  return code === 'BAD_SCALAR_START' && sign !== undefined
    ? {
        message: `A text that begins with \`${sign}\` needs quotes.`,
        hint: 'Put the whole value into quotes.',
      }
    : undefined;
};

/**
 * What is wrong with a text in double quotes that the grammar takes: in a Windows path `\t` and `\n` would be a tab and a line
 * end.
 *
 * @param written as it stands in the file, quotes included
 */
export const slipInQuotes = (written: string): Slip | undefined =>
  /^"[A-Za-z]:\\(?!\\)/.test(written)
    ? {
        message:
          'A Windows path stands in double quotes, where a backslash begins an escape: `\\t` is a tab.',
        hint: "Put it into single quotes, as in `'C:\\temp\\photos'`, or write it with forward slashes.",
      }
    : undefined;

/** What is wrong with a mapping in braces that holds nothing but a place, such as `{path}`. */
export const slipInBraces = (written: string): Slip | undefined => {
  const place = places.find((each) => written.replaceAll(/\s/g, '') === `{${each}}`);
  return place === undefined ? undefined : braces(place);
};

/** What is wrong with a number in the place of a name. */
export const slipInKey = (source: string, offset: number): Slip | undefined =>
  /\d\s*,\s*$/.test(source.slice(Math.max(0, offset - 8), offset)) &&
  /^\d/.test(source.slice(offset, offset + 1))
    ? {
        message: 'A comma stands in a number, and in braces it begins the next entry.',
        hint: 'Write the number with a point, as in `0.5`.',
      }
    : undefined;
