import { crc32 } from 'node:zlib';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { parseJson } from '../../ports/json.js';

const seal = /,"crc":"([0-9a-f]{8})"\}$/;

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** An entry as one line of JSON; its last key is the CRC-32 of the line without it, in hexadecimal. */
export const sealLine = (entry: object): string => {
  const text = JSON.stringify(entry);
  return `${text.slice(0, -1)},"crc":"${checksum(text)}"}`;
};

/**
 * The value of a line, unless the line was cut off or is not what was written. Lines of the journal's first version have
 * no checksum: theirs is not asked for.
 */
export const openLine = (line: string): O.Option<unknown> => {
  const [end, sum] = seal.exec(line) ?? [];
  const text = end === undefined ? line : `${line.slice(0, -end.length)}}`;
  if (sum !== undefined && sum !== checksum(text)) return O.none;
  return pipe(
    parseJson(text),
    O.fromEither,
    O.filter((value) => sum !== undefined || isFirstVersion(value)),
  );
};

const isFirstVersion = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'v' in value && value.v === 1;
