import { close, constants, fstat, open, read, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { megabytes } from '../diagnostics/quantities.js';
import { onDisk } from './names.js';

// The callback functions cost half of what file handles do, which shows when photos are small and many.
const opened = promisify(open);
const statOf = promisify(fstat);
const readInto = promisify(read);

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
      case 'ENXIO':
        return [failure('image/not-a-file', `${path} is a socket or a device, not a file.`, { cause })];
      case 'EMFILE':
      case 'ENFILE':
        return [
          failure('run/system-refused', `${path} could not be opened: ${messageOf(cause)}.`, { cause }),
        ];
      default:
        return [failure('image/read-failed', `${path} could not be read: ${messageOf(cause)}.`, { cause })];
    }
  };

const kindOf = (stats: Stats): string =>
  stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : 'a device';

/** The error of a file with more bytes than allowed. */
export const tooLarge = (name: string, size: number, maxBytes: number): Diagnostics => [
  failure(
    'image/file-too-large',
    `${name} has ${megabytes(size)}, and the limit is ${megabytes(maxBytes)}.`,
    { hint: `Allow it with maxBytes: ${size} if the file is trusted.` },
  ),
];

const faultOf = (path: string, stats: Stats, maxBytes: number): Diagnostics | undefined => {
  if (!stats.isFile()) return [failure('image/not-a-file', `${path} is ${kindOf(stats)}, not a file.`)];
  return stats.size > maxBytes ? tooLarge(path, stats.size, maxBytes) : undefined;
};

// Up to the size that the file had when it was opened, or less when it became shorter.
const readWhole = async (descriptor: number, size: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await readInto(descriptor, bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
};

const readChecked = async (path: string, maxBytes: number): Promise<E.Either<Diagnostics, Uint8Array>> => {
  // Opening a pipe would wait for its writer; and Windows knows no such flag, and no such pipes.
  const descriptor = await opened(onDisk(path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await statOf(descriptor);
    const fault = faultOf(path, stats, maxBytes);
    return fault === undefined ? E.right(await readWhole(descriptor, stats.size)) : E.left(fault);
  } finally {
    // Nothing depends on when a file that was only read is closed.
    close(descriptor);
  }
};

/**
 * The bytes of a file. Errors: `image/not-found`, `image/permission-denied`, `image/not-a-file`,
 * `image/file-too-large`, `image/read-failed`.
 */
export const readBytes = (path: string, maxBytes: number): TE.TaskEither<Diagnostics, Uint8Array> =>
  pipe(
    TE.tryCatch(() => readChecked(path, maxBytes), readFailure(path)),
    TE.chain(TE.fromEither),
  );
