import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { entriesOf, type Lut, SIZES } from './table.js';

/** Characters of a line: the format allows 250; more than this is no line of numbers. */
const LONGEST = 1000;

/** Characters of a title that are kept. */
const TITLE = 200;

type Triple = readonly [number, number, number];

/** What the lines before the table say. */
interface Head {
  readonly title: string;
  readonly kind: Lut['kind'] | undefined;
  readonly size: number;
  readonly min: Triple;
  readonly max: Triple;
}

/** Why a line cannot be used. */
type Fault = string;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Three numbers, or why there are none. */
const triple = (words: readonly string[]): Triple | Fault => {
  if (words.length !== 3) return `three numbers must stand here, not ${words.length}`;
  const wrong = words.find((word) => !NUMBER.test(word) || !Number.isFinite(Math.fround(Number(word))));
  if (wrong !== undefined) return `\`${wrong.slice(0, 40)}\` is no number that can be used`;
  return words.map(Number) as unknown as Triple;
};

const sized = (head: Head, kind: Lut['kind'], words: readonly string[]): Head | Fault => {
  const { min, max } = SIZES[kind];
  const [word = ''] = words;
  const size = /^\d{1,6}$/.test(word) ? Number(word) : Number.NaN;
  if (head.kind !== undefined) return 'its size is given a second time';
  if (words.length !== 1 || !(size >= min && size <= max))
    return `the size must be a whole number from ${min} to ${max}, not \`${words.join(' ').slice(0, 40)}\``;
  return { ...head, kind, size };
};

const ranged = (head: Head, words: readonly string[]): Head | Fault => {
  const found = triple([...words, '0']);
  if (typeof found === 'string') return `two numbers must stand here`;
  const [least, most] = found;
  return { ...head, min: [least, least, least], max: [most, most, most] };
};

/** The head with what a line says; a fault where it says nothing that can be used. */
const read = (head: Head, line: string): Head | Fault => {
  const [keyword = '', ...words] = line.split(/\s+/);
  switch (keyword) {
    case 'TITLE': {
      const quoted = /^TITLE\s+"([^"]*)"$/.exec(line) ?? /^TITLE\s*(.*)$/.exec(line);
      return { ...head, title: (quoted?.[1] ?? '').slice(0, TITLE) };
    }
    case 'LUT_1D_SIZE':
      return sized(head, '1d', words);
    case 'LUT_3D_SIZE':
      return sized(head, '3d', words);
    case 'DOMAIN_MIN':
    case 'DOMAIN_MAX': {
      const found = triple(words);
      if (typeof found === 'string') return found;
      return keyword === 'DOMAIN_MIN' ? { ...head, min: found } : { ...head, max: found };
    }
    case 'LUT_1D_INPUT_RANGE':
    case 'LUT_3D_INPUT_RANGE':
      return ranged(head, words);
    default:
      return `\`${keyword.slice(0, 40)}\` is no keyword of the format`;
  }
};

/** The lines of a text one after another, without blanks around them; each with its number, from 1. */
function* linesOf(text: string): Generator<readonly [number: number, line: string]> {
  let start = 0;
  for (let number = 1; start <= text.length; number++) {
    const end = text.indexOf('\n', start);
    const stop = end === -1 ? text.length : end;
    // What is too long is not looked at, so that no pattern can take long.
    yield [number, stop - start > LONGEST ? '\0' : text.slice(start, stop).trim()];
    start = stop + 1;
  }
}

const wrong = (name: string, line: number, why: string): E.Either<Diagnostics, never> =>
  E.left([failure('lut/cube', `${name}:${line}: ${why}.`)]);

const emptyHead: Head = { title: '', kind: undefined, size: 0, min: [0, 0, 0], max: [1, 1, 1] };

/**
 * Reads a .cube lookup table (Adobe, "Cube LUT Specification 1.0", with Resolve's input ranges): 3D of 2 to 129 entries a
 * side or 1D of 2 to 65536, a domain, comments, a title. Time and memory are in proportion to the text. Error: `lut/cube` with
 * the line.
 *
 * @param name of the file, for messages
 */
export const parseCube = (name: string, text: string): E.Either<Diagnostics, Lut> => {
  let head = emptyHead;
  let values: Float32Array | undefined;
  let entry = 0;
  let last = 1;
  for (const [number, line] of linesOf(text.startsWith('\uFEFF') ? text.slice(1) : text)) {
    if (line === '' || line.startsWith('#')) continue;
    last = number;
    if (line === '\0') return wrong(name, number, `the line has more than ${LONGEST} characters`);
    if (/^[\d+.-]/.test(line)) {
      const { kind, size } = head;
      if (kind === undefined)
        return wrong(name, number, 'numbers before LUT_3D_SIZE or LUT_1D_SIZE say how many there are');
      values ??= new Float32Array(3 * entriesOf({ kind, size }));
      const found = triple(line.split(/\s+/));
      if (typeof found === 'string') return wrong(name, number, found);
      if (3 * entry >= values.length)
        return wrong(name, number, `there are more entries than the ${entry} that its size asks for`);
      values.set(found, 3 * entry++);
      continue;
    }
    if (values !== undefined) return wrong(name, number, 'a keyword stands among the entries');
    const next = read(head, line);
    if (typeof next === 'string') return wrong(name, number, next);
    head = next;
  }
  const { kind, size, title, min, max } = head;
  if (kind === undefined) return wrong(name, last, 'there is no LUT_3D_SIZE and no LUT_1D_SIZE');
  const wanted = entriesOf({ kind, size });
  if (values === undefined || entry < wanted)
    return wrong(name, last, `there are ${entry} entries, and its size asks for ${wanted}`);
  const flat = [0, 1, 2].find((c) => !((min[c] as number) < (max[c] as number)));
  if (flat !== undefined) return wrong(name, last, 'DOMAIN_MIN must be less than DOMAIN_MAX');
  return E.right({ title, kind, size, values, min, max });
};

/** The text of a .cube file; `comments` stand before the table. */
export const printCube = (lut: Lut, comments: readonly string[] = []): string => {
  const { title, kind, size, values, min, max } = lut;
  const plain = (line: string): string => line.replace(/[^\x20-\x7E]/g, '?').slice(0, 240);
  const shown = (numbers: Iterable<number>): string =>
    [...numbers].map((value) => Number(value.toFixed(6))).join(' ');
  const usual = shown(min) === '0 0 0' && shown(max) === '1 1 1';
  const lines = [
    ...(title === '' ? [] : [`TITLE "${plain(title).replaceAll('"', "'")}"`]),
    ...comments.map((line) => `# ${plain(line)}`),
    `LUT_${kind.toUpperCase()}_SIZE ${size}`,
    ...(usual ? [] : [`DOMAIN_MIN ${shown(min)}`, `DOMAIN_MAX ${shown(max)}`]),
  ];
  for (let i = 0; i < values.length; i += 3)
    lines.push([0, 1, 2].map((c) => (values[i + c] as number).toFixed(6)).join(' '));
  return `${lines.join('\n')}\n`;
};
