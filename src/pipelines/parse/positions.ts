import type { Position, Span } from '../../diagnostics/index.js';

/** Gives the place of a stretch of the file by offsets; without an end, of a single character. */
export type Locate = (start: number, end?: number) => Span;

/** Finds places in a text. Lines end in LF, CR LF or CR. */
export const locator = (source: string, file: string): Locate => {
  const lineStarts = [0, ...Array.from(source.matchAll(/\r\n|\n|\r/g), (end) => end.index + end[0].length)];

  const position = (offset: number): Position => {
    // Binary search for the last line that starts at or before the offset.
    let [low, high] = [0, lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1, offset };
  };

  return (start, end = start + 1) => ({
    file,
    source,
    start: position(start),
    end: position(Math.max(start, end)),
  });
};
