import * as O from 'fp-ts/lib/Option.js';
import { megabytes } from '../diagnostics/quantities.js';

/** A line of a file, without its end, and at which byte it begins. */
export interface Line {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What lines are read from: an open file. */
interface Readable {
  readonly read: (into: Buffer, offset: number, length: number) => Promise<{ readonly bytesRead: number }>;
}

const LINE_END = 0x0a;
const PIECE_BYTES = 1 << 18;

/** A line that was read. */
export interface ReadLine<A> extends Line {
  readonly value: A;
}

/** Bytes of a file that may be nothing that can be read: a file with holes has any number of them, and takes no room. */
const MOST_LOST = 2 ** 30;

/** Thrown where a file holds too much that is nothing. */
export class NotLinesError extends Error {
  override readonly name = 'NotLinesError';

  constructor() {
    super(`more than ${megabytes(MOST_LOST)} of it are no lines that could be read`);
  }
}

/**
 * Goes through the lines of an open file, and gives those that can be read. Others are passed over, up to 1 GiB of them: then it throws
 * a `NotLinesError`.
 *
 * @param longest bytes that a line can have
 */
export async function* readLines<A>(
  file: Readable,
  longest: number,
  read: (line: Uint8Array) => O.Option<A>,
  mostLost = MOST_LOST,
): AsyncGenerator<ReadLine<A>> {
  let lost = 0;
  const lose = (bytes: number): void => {
    lost += bytes;
    if (lost > mostLost) throw new NotLinesError();
  };
  for await (const line of linesOf(file, longest, lose)) {
    const value = read(line.bytes);
    if (O.isSome(value)) yield { ...line, value: value.value };
    else lose(line.bytes.length);
  }
}

/**
 * Goes through the lines of an open file from where it stands, the empty ones among them. What is longer than a line can be is
 * passed over without being kept, so that memory is bounded whatever the file is.
 *
 * @param longest bytes that a line can have
 * @param lose told how many bytes are passed over, while they are read
 */
async function* linesOf(
  file: Readable,
  longest: number,
  lose: (bytes: number) => void,
): AsyncGenerator<Line> {
  // Where the line begins, what is kept of it, and how long it is so far.
  let [at, length] = [0, 0];
  let pieces: Buffer[] = [];
  const line = (last: Buffer): readonly Line[] => {
    const whole = length + last.length;
    const bytes = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    const found = whole > longest ? [] : [{ at, bytes }];
    at += whole;
    [pieces, length] = [[], 0];
    return found;
  };
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES);
    if (bytesRead === 0) break;
    const bytes = piece.subarray(0, bytesRead);
    let from = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
      yield* line(bytes.subarray(from, end));
      at += 1;
      from = end + 1;
    }
    const rest = bytes.subarray(from);
    length += rest.length;
    if (length <= longest) pieces.push(rest);
    else {
      lose(rest.length);
      pieces = [];
    }
  }
  yield* line(Buffer.alloc(0));
}
