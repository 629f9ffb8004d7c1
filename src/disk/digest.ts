import { createHash, type Hash } from 'node:crypto';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { megabytes } from '../diagnostics/quantities.js';
import { systemCodeOf } from './read.js';
import { openToRead } from './regular.js';

/** SHA-256 in hexadecimal. */
export type Digest = string;

/** The error of a file whose content cannot be read. */
export const unreadableFile =
  (path: string) =>
  (cause: unknown): Diagnostics => [
    failure(
      systemCodeOf(cause) === 'EMFILE' || systemCodeOf(cause) === 'ENFILE'
        ? 'run/system-refused'
        : 'file/unreadable',
      `${path} cannot be read: ${messageOf(cause)}.`,
      { cause },
    ),
  ];

const PIECE_BYTES = 1 << 17;

/** What earlier files were read into: a buffer for each digest that is made at the same time. */
const spare: Buffer[] = [];

/** Adds a file's content to a digest, in pieces. Rejects where the file has more bytes than `most` when it is opened, or grows beyond that. */
// A stream would allocate a buffer for each piece, and one for the end, which is many times the size of a small photo.
export const updateWith = async (
  hash: Hash,
  path: string,
  most = Number.POSITIVE_INFINITY,
): Promise<void> => {
  const file = await openToRead(path);
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  try {
    let left = most - (await file.stat()).size < 0 ? -1 : most;
    for (;;) {
      if (left < 0) throw new RangeError(`it has more than ${megabytes(most)}`);
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      left -= bytesRead;
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    spare.push(buffer);
    await file.close();
  }
};

/** Bytes that a photo or a result may have to be known by its content: a file with holes can have any size, and takes no room. */
const MOST_BYTES = 8 * 2 ** 30;

/** The digest of a file's content, read in pieces. Errors: `file/unreadable`, for files of more than 8 GiB as well. */
export const digestFile = (path: string): TE.TaskEither<Diagnostics, Digest> =>
  TE.tryCatch(async () => {
    const hash = createHash('sha256');
    await updateWith(hash, path, MOST_BYTES);
    return hash.digest('hex');
  }, unreadableFile(path));

/** The digest of bytes. */
export const digestBytes = (bytes: Uint8Array): Digest => createHash('sha256').update(bytes).digest('hex');

/** The digest of anything that JSON can say, whatever the order of its keys. */
export const digestOf = (value: unknown): Digest =>
  createHash('sha256').update(canonical(value)).digest('hex');

/** JSON with the keys of every object in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
