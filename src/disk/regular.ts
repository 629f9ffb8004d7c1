import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { onDisk } from './names.js';

/** What a path is that is no file. */
export const kindOf = (
  stats: Pick<
    Stats,
    'isDirectory' | 'isFIFO' | 'isSocket' | 'isSymbolicLink' | 'isBlockDevice' | 'isCharacterDevice'
  >,
): string => {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
};

/** Thrown where a file is expected and something else stands. */
export class NotAFileError extends Error {
  override readonly name = 'NotAFileError';
  readonly code = 'ENOTREG';

  constructor(path: string, kind: string) {
    super(`${path} is ${kind}, not a file`);
  }
}

// Windows knows neither of them: it has no such links and pipes.
const UNWAITING = constants.O_NONBLOCK ?? 0;
const SAFELY = (constants.O_NOFOLLOW ?? 0) | UNWAITING;

const isLoop = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ELOOP' || thrown.code === 'EMLINK');

/** No pipe is waited for: opening one without a reader is refused by the system. */
const isPipe = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ENXIO';

const notAFile = (path: string, thrown: unknown): unknown =>
  isLoop(thrown)
    ? new NotAFileError(path, 'a link')
    : isPipe(thrown)
      ? new NotAFileError(path, 'a pipe, a socket or a device')
      : thrown;

/**
 * Opens a file that must be a regular one: a link is not followed, and a pipe or a device is neither waited for nor read.
 *
 * @param flags of `open(2)`, as in `constants.O_RDONLY`
 */
export const openRegular = (path: string, flags: number): Promise<FileHandle> => opened(path, flags | SAFELY);

/** Opens a file to read it, through links as well; what is no regular file is refused. */
export const openToRead = (path: string): Promise<FileHandle> => opened(path, constants.O_RDONLY | UNWAITING);

const opened = async (path: string, flags: number): Promise<FileHandle> => {
  const file = await open(onDisk(path), flags, 0o666).catch((thrown: unknown) => {
    throw notAFile(path, thrown);
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new NotAFileError(path, kindOf(stats));
    return file;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
};

/** The same, at once: gives a descriptor, which the caller closes. */
export const openRegularSync = (path: string, flags: number): number => {
  let descriptor: number;
  try {
    descriptor = openSync(onDisk(path), flags | SAFELY);
  } catch (thrown) {
    throw notAFile(path, thrown);
  }
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return descriptor;
  closeSync(descriptor);
  throw new NotAFileError(path, kindOf(stats));
};

/** The first bytes of a file, at most so many; links are not followed. */
export const firstBytes = async (path: string, most: number): Promise<Buffer> => {
  const file = await openRegular(path, constants.O_RDONLY);
  try {
    const buffer = Buffer.alloc(Math.min(most, (await file.stat()).size));
    let at = 0;
    while (at < buffer.length) {
      const { bytesRead } = await file.read(buffer, at, buffer.length - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return buffer.subarray(0, at);
  } finally {
    await file.close();
  }
};
