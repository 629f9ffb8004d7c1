import { randomBytes } from 'node:crypto';
import { close, fchmod, fsync, open, rename, rm, stat, write } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { systemCodeOf } from './read.js';

const opened = promisify(open);
const closed = promisify(close);
const synced = promisify(fsync);
const renamed = promisify(rename);
const removed = promisify(rm);
const statOf = promisify(stat);
const withMode = promisify(fchmod);
const writeFrom = promisify(write);

/** How temporary files are named, so that watchers pass them over and a later run can clear those of a crash. */
export const TEMPORARY = { prefix: '.prismflow-', suffix: '.tmp' } as const;

/** Whether a file's name (without its folder) is that of a temporary file. */
export const isTemporary = (name: string): boolean =>
  name.startsWith(TEMPORARY.prefix) && name.endsWith(TEMPORARY.suffix);

/** What it means when a file or its folder cannot be written. */
export const writeFailure =
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
      case 'ENAMETOOLONG':
        return [
          failure('image/name-too-long', `The file system takes no name as long as that of ${path}.`, {
            cause,
          }),
        ];
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

/** What systems answer that cannot open or sync a folder: Windows, and some network mounts. */
const unsyncable: ReadonlySet<string> = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF']);

const syncNow = async (folder: string): Promise<void> => {
  try {
    const descriptor = await opened(folder, 'r');
    await synced(descriptor).finally(() => close(descriptor));
  } catch (thrown) {
    if (!unsyncable.has(systemCodeOf(thrown))) throw thrown;
  }
};

interface Sync {
  readonly running: Promise<void>;
  /** The one that will begin when the running one has ended, for all that came meanwhile. */
  next?: Promise<void>;
}

const syncs = new Map<string, Sync>();

// Files that are renamed into a folder side by side share its sync: one that begins after a rename covers it.
const syncFolder = (folder: string): Promise<void> => {
  const current = syncs.get(folder);
  if (current !== undefined) {
    current.next ??= current.running.catch(() => undefined).then(() => syncFolder(folder));
    return current.next;
  }
  const running = syncNow(folder).finally(() => syncs.delete(folder));
  syncs.set(folder, { running });
  return running;
};

// A file that is replaced keeps its permissions; undefined when there is none yet.
const modeOf = (path: string): Promise<number | undefined> =>
  statOf(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );

const fill = async (temporary: string, bytes: Uint8Array, mode: number | undefined): Promise<void> => {
  // `wx` never writes through a link that someone else put there.
  const descriptor = await opened(temporary, 'wx');
  try {
    if (mode !== undefined) await withMode(descriptor, mode);
    let at = 0;
    while (at < bytes.length)
      at += (await writeFrom(descriptor, bytes, at, bytes.length - at, at)).bytesWritten;
    await synced(descriptor);
  } finally {
    await closed(descriptor);
  }
};

const replace = async (path: string, bytes: Uint8Array): Promise<void> => {
  const folder = dirname(path);
  // The temporary name does not contain the target's: that may be as long as a name can be.
  const temporary = join(folder, `${TEMPORARY.prefix}${randomBytes(8).toString('hex')}${TEMPORARY.suffix}`);
  try {
    await fill(temporary, bytes, await modeOf(path));
    await renamed(temporary, path);
  } catch (thrown) {
    await removed(temporary, { force: true }).catch(() => undefined);
    throw thrown;
  }
  await syncFolder(folder);
};

/**
 * Writes a file so that it is either wholly there or not at all, whatever happens to the machine: to a temporary file
 * beside the target, synced, renamed over it, and the folder synced. What was there before stays until the rename.
 * After an error the temporary file is gone. The folder must exist.
 * Errors: `image/disk-full`, `image/permission-denied`, `image/not-found`, `image/not-a-file`,
 * `image/name-too-long`, `image/write-failed`.
 */
export const writeAtomically = (path: string, bytes: Uint8Array): TE.TaskEither<Diagnostics, void> =>
  TE.tryCatch(() => replace(path, bytes), writeFailure(path));
