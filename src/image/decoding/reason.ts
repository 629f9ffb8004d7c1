import { messageOf } from '../../diagnostics/index.js';

/** The first thing that libvips says about a failure, without the names of its modules. */
export const reasonOf = (thrown: unknown): string => {
  const lines = messageOf(thrown)
    .split('\n')
    .map((line) =>
      line
        .replace(/^Input (buffer|file) has corrupt header:\s*/, '')
        .replace(/^[A-Za-z0-9_]+: /, '')
        .trim(),
    )
    .filter((line) => line !== '' && !line.startsWith('Warning treated as error'));
  return withoutEnd(lines[0] ?? 'the decoder gave no reason');
};

/** A sentence without the full stops and exclamation marks at its end. */
const withoutEnd = (sentence: string): string => {
  let end = sentence.length;
  while (end > 0 && '.!'.includes(sentence.charAt(end - 1))) end -= 1;
  return sentence.slice(0, end);
};

/** Whether what libvips says means that the file ended too early. */
export const meansTruncation = (reason: string): boolean =>
  /premature end of JPEG image|truncated|unexpected end|end of file|too short|not enough/i.test(reason);

/** Whether a complaint of the JPEG decoder means that part of the picture is garbage, though it goes on. */
export const spoilsPixels = (reason: string): boolean =>
  /premature end of data segment|bad Huffman code|resync|too much data|bogus progression/i.test(reason);
