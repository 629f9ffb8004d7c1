import { isUtf8 } from 'node:buffer';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';

const refuse = (message: string, hint: string): E.Either<Diagnostics, never> =>
  E.left([failure('yaml/encoding', message, { hint })]);

const SAVE_AS = 'Save it as UTF-8: editors have that under “Save as” or “Encoding”.';

/**
 * The text of a pipeline's file. Errors: `yaml/encoding` where it is not UTF-8, with what it is instead as far as that shows.
 *
 * @param name how messages call the file
 */
export const textOf = (bytes: Uint8Array, name: string): E.Either<Diagnostics, string> => {
  const [first, second] = bytes;
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isMarked || (first !== undefined && bytes.length > 1 && (first === 0) !== (second === 0)))
    return refuse(
      `${name} is written in UTF-16, as Windows’ Notepad and PowerShell do.`,
      `${SAVE_AS} In PowerShell: \`… | Out-File -Encoding utf8 FILE\`.`,
    );
  const at = bytes.indexOf(0);
  if (at >= 0) return refuse(`${name} holds bytes of zero, as no text does.`, 'Is it the right file?');
  if (isUtf8(bytes)) return E.right(Buffer.from(bytes).toString('utf8'));
  const line = lineOfFault(bytes);
  return refuse(`Line ${line} of ${name} holds letters that are not UTF-8.`, SAVE_AS);
};

/** The first line that is not UTF-8, from 1. */
const lineOfFault = (bytes: Uint8Array): number => {
  let [line, from] = [1, 0];
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
    if (!isUtf8(bytes.subarray(from, end))) return line;
    [line, from] = [line + 1, end + 1];
  }
  return line;
};
