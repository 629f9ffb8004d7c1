import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { plain } from './bytes.js';
import { megabytes } from './limits.js';

/** The code of a system error, as in `ENOENT`. */
export const systemCodeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

const readFailure =
  (path: string) =>
  (cause: unknown): Diagnostics => {
    switch (systemCodeOf(cause)) {
      case 'ENOENT':
      case 'ENOTDIR':
        return [failure('image/not-found', `There is no file ${path}.`, { cause })];
      case 'EACCES':
      case 'EPERM':
        return [failure('image/permission-denied', `${path} may not be read by this user.`, { cause })];
      default:
        return [failure('image/read-failed', `${path} could not be read: ${messageOf(cause)}.`, { cause })];
    }
  };

const kindOf = (stats: Stats): string =>
  stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';

const checked =
  (path: string, maxBytes: number) =>
  (stats: Stats): TE.TaskEither<Diagnostics, Stats> => {
    // Asked before the file is opened: opening a pipe waits for its writer.
    if (!stats.isFile())
      return TE.left([failure('image/not-a-file', `${path} is ${kindOf(stats)}, not a file.`)]);
    return stats.size > maxBytes ? TE.left(tooLarge(path, stats.size, maxBytes)) : TE.right(stats);
  };

/** The error of a file with more bytes than allowed. */
export const tooLarge = (name: string, size: number, maxBytes: number): Diagnostics => [
  failure(
    'image/file-too-large',
    `${name} has ${megabytes(size)}, and the limit is ${megabytes(maxBytes)}.`,
    { hint: `Allow it with maxBytes: ${size} if the file is trusted.` },
  ),
];

/**
 * The bytes of a file. Errors: `image/not-found`, `image/permission-denied`, `image/not-a-file`,
 * `image/file-too-large`, `image/read-failed`.
 */
export const readBytes = (path: string, maxBytes: number): TE.TaskEither<Diagnostics, Uint8Array> =>
  pipe(
    TE.tryCatch(() => stat(path), readFailure(path)),
    TE.chain(checked(path, maxBytes)),
    TE.chain(() => TE.tryCatch(() => readFile(path), readFailure(path))),
    TE.map(plain),
  );
