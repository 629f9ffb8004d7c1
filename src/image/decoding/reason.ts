import { messageOf } from '../../diagnostics/index.js';

/** What libvips says, each line by itself. */
export const linesOf = (message: string): readonly string[] =>
  message
    .split('\n')
    .map((line) => line.replace(/^Input (buffer|file) has corrupt header:\s*/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('Warning treated as error'));

/** One line of what libvips says, as part of a sentence: without the names of its modules. */
export const asReason = (line: string): string => withoutEnd(line.replace(/^[A-Za-z0-9_]+: /, ''));

/** The first thing that libvips says about a failure. */
export const reasonOf = (thrown: unknown): string =>
  asReason(linesOf(messageOf(thrown))[0] ?? 'the decoder gave no reason');

/** A sentence without the full stops and exclamation marks at its end. */
const withoutEnd = (sentence: string): string => {
  let end = sentence.length;
  while (end > 0 && '.!'.includes(sentence.charAt(end - 1))) end -= 1;
  return sentence.slice(0, end);
};

/** Whether what libvips says means that the file ended too early. */
export const meansTruncation = (reason: string): boolean =>
  /premature end of JPEG image|truncated|unexpected end|end of file|too short|not enough/i.test(reason);
