import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { systemCodeOf } from './read.js';

/** How temporary files are named, so that watchers pass them over and a later run can clear those of a crash. */
export const TEMPORARY = { prefix: '.prismflow-', suffix: '.tmp' } as const;

/** Whether a file's name (without its folder) is that of a temporary file. */
export const isTemporary = (name: string): boolean =>
  name.startsWith(TEMPORARY.prefix) && name.endsWith(TEMPORARY.suffix);

const writeFailure =
  (path: string) =>
  (cause: unknown): Diagnostics => {
    switch (systemCodeOf(cause)) {
      case 'ENOSPC':
      case 'EDQUOT':
        return [failure('image/disk-full', `There is no room left to write ${path}.`, { cause })];
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        return [failure('image/permission-denied', `${path} may not be written by this user.`, { cause })];
      case 'ENOENT':
      case 'ENOTDIR':
        return [failure('image/not-found', `There is no folder ${dirname(path)} to write to.`, { cause })];
      case 'EISDIR':
        return [
          failure('image/not-a-file', `${path} is a folder, and cannot be replaced by a file.`, { cause }),
        ];
      default:
        return [
          failure('image/write-failed', `${path} could not be written: ${messageOf(cause)}.`, { cause }),
        ];
    }
  };

const using = async <A>(handle: FileHandle, use: (handle: FileHandle) => Promise<A>): Promise<A> => {
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
};

// Folders cannot be opened on Windows, and some network mounts cannot sync them: the rename is done either way.
const syncFolder = async (folder: string): Promise<void> => {
  try {
    await using(await open(folder, 'r'), (handle) => handle.sync());
  } catch (thrown) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'].includes(systemCodeOf(thrown)))
      throw thrown;
  }
};

// A file that is replaced keeps its permissions; undefined when there is none yet.
const modeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return undefined;
  }
};

const write = async (path: string, bytes: Uint8Array): Promise<void> => {
  const folder = dirname(path);
  // The temporary name does not contain the target's: that may be as long as a name can be.
  const temporary = join(folder, `${TEMPORARY.prefix}${randomBytes(8).toString('hex')}${TEMPORARY.suffix}`);
  try {
    const mode = await modeOf(path);
    // `wx` never writes through a link that someone else put there.
    await using(await open(temporary, 'wx'), async (handle) => {
      if (mode !== undefined) await handle.chmod(mode);
      await handle.writeFile(bytes);
      await handle.sync();
    });
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw thrown;
  }
  await syncFolder(folder);
};

/**
 * Writes a file so that it is either wholly there or not at all, whatever happens to the machine: to a temporary file
 * beside the target, synced, renamed over it, and the folder synced. What was there before stays until the rename.
 * After an error the temporary file is gone. The folder must exist.
 * Errors: `image/disk-full`, `image/permission-denied`, `image/not-found`, `image/not-a-file`, `image/write-failed`.
 */
export const writeAtomically = (path: string, bytes: Uint8Array): TE.TaskEither<Diagnostics, void> =>
  pipe(TE.tryCatch(() => write(path, bytes), writeFailure(path)));
