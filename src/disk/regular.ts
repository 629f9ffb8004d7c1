import { closeSync, constants, fstatSync, ftruncateSync, openSync, type Stats } from 'node:fs';
import { copyFile, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onDisk } from './names.js';
import { temporaryName } from './temporary.js';

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

/** Thrown where a file that is to be written has other names too (hard links): what is written would be in them as well. */
export class SharedFileError extends NotAFileError {
  constructor(path: string) {
    super(path, 'a hard link');
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

const WRITING = constants.O_WRONLY | constants.O_RDWR;

/** Why what was opened is not to be worked on: it is no regular file, or is to be written and has other names. */
const objectionTo = (path: string, stats: Stats, flags: number): NotAFileError | undefined => {
  if (!stats.isFile()) return new NotAFileError(path, kindOf(stats));
  return (flags & WRITING) !== 0 && stats.nlink > 1 ? new SharedFileError(path) : undefined;
};

/**
 * Opens a file that must be a regular one: a link is not followed, and a pipe or a device is neither waited for nor read. One that is
 * to be written must have no other name (`SharedFileError`).
 *
 * @param flags of `open(2)`, as in `constants.O_RDONLY`; what is there is thrown away (`O_TRUNC`) once it is known what it is
 */
export const openRegular = (path: string, flags: number): Promise<FileHandle> => opened(path, flags | SAFELY);

/** Gives a file that has other names a copy of its content under this one; theirs stays as it is. */
export const separated = async (path: string): Promise<void> => {
  const copy = join(dirname(path), temporaryName());
  try {
    await copyFile(onDisk(path), onDisk(copy), constants.COPYFILE_EXCL);
    await rename(onDisk(copy), onDisk(path));
  } catch (thrown) {
    await rm(onDisk(copy), { force: true });
    throw thrown;
  }
};

/** Opens a file to read it, through links as well; what is no regular file is refused. */
export const openToRead = (path: string): Promise<FileHandle> => opened(path, constants.O_RDONLY | UNWAITING);

const opened = async (path: string, flags: number): Promise<FileHandle> => {
  const file = await open(onDisk(path), flags & ~constants.O_TRUNC, 0o666).catch((thrown: unknown) => {
    throw notAFile(path, thrown);
  });
  try {
    const objection = objectionTo(path, await file.stat(), flags);
    if (objection !== undefined) throw objection;
    if ((flags & constants.O_TRUNC) !== 0) await file.truncate();
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
    descriptor = openSync(onDisk(path), (flags & ~constants.O_TRUNC) | SAFELY, 0o666);
  } catch (thrown) {
    throw notAFile(path, thrown);
  }
  try {
    const objection = objectionTo(path, fstatSync(descriptor), flags);
    if (objection !== undefined) throw objection;
    if ((flags & constants.O_TRUNC) !== 0) ftruncateSync(descriptor);
    return descriptor;
  } catch (thrown) {
    closeSync(descriptor);
    throw thrown;
  }
};

/** The bytes of an open file from a place up to another one, or to where it ends. */
export const bytesFrom = async (file: FileHandle, from: number, to: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(Math.max(0, to - from));
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
};

/** The first bytes of a file, at most so many; links are not followed. */
export const firstBytes = async (path: string, most: number): Promise<Buffer> => {
  const file = await openRegular(path, constants.O_RDONLY);
  try {
    return await bytesFrom(file, 0, Math.min(most, (await file.stat()).size));
  } finally {
    await file.close();
  }
};
