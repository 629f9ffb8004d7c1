import { close, fchmod, fstat, fsync, futimes, link, open, rename, rm, stat, write } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import { isSame, type Look, lookAt, lookOf } from './look.js';
import { onDisk } from './names.js';
import { pinned, unheld } from './pinned.js';
import { systemCodeOf } from './read.js';
import { temporaryName } from './temporary.js';

const opened = promisify(open);
const closed = promisify(close);
const synced = promisify(fsync);
const renamed = promisify(rename);
const removed = promisify(rm);
const statOf = promisify(stat);
const statOfOpen = promisify(fstat);
const linked = promisify(link);
const withMode = promisify(fchmod);
const withTimes = promisify(futimes);
const writeFrom = promisify(write);

/** What it means when a file or its folder cannot be written: each answer of the system in words of its own. */
export const writeFailure =
  (path: string) =>
  (cause: unknown): Diagnostics => {
    switch (systemCodeOf(cause)) {
      case 'ENOSPC':
        return [failure('image/disk-full', `There is no room left to write ${path}.`, { cause })];
      case 'EDQUOT':
        return [
          failure('image/disk-full', `The quota of this user is used up: ${path} cannot be written.`, {
            hint: 'Free some space of yours there, ask for more, or write to another disk.',
            cause,
          }),
        ];
      case 'EROFS':
        return [
          failure('image/permission-denied', `${path} is on a file system that can only be read.`, {
            hint: 'Write to another disk, or mount this one so that it can be written.',
            cause,
          }),
        ];
      case 'EACCES':
      case 'EPERM':
        return [failure('image/permission-denied', `${path} may not be written by this user.`, { cause })];
      case 'ENOENT':
        return [failure('image/not-found', `There is no folder ${dirname(path)} to write to.`, { cause })];
      case 'ENOTDIR':
        return [
          failure('image/not-found', `${path} cannot be written: a file stands where a folder should be.`, {
            hint: 'Move that file away, or write to another folder.',
            cause,
          }),
        ];
      case 'ELOOP':
        return [
          failure('file/in-the-way', `A link stands on the way to ${path}, so it is not written.`, { cause }),
        ];
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
      case 'EEXIST':
        return [
          failure('file/exists', `${path} appeared while its result was made, and is not written over.`, {
            cause,
          }),
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
    const descriptor = await opened(onDisk(folder), 'r');
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
  statOf(onDisk(path)).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );

/** Bytes that are written at once: no system call takes 2 GiB and more. */
const MOST_AT_ONCE = 1 << 26;

/** Writes the temporary file, and leaves it open. */
const fill = async (
  temporary: string,
  pieces: Iterable<Uint8Array>,
  mode: number | undefined,
  modified: number | undefined,
): Promise<number> => {
  // `wx` never writes through a link that someone else put there.
  const descriptor = await opened(onDisk(temporary), 'wx');
  try {
    if (mode !== undefined) await withMode(descriptor, mode);
    let place = 0;
    for (const bytes of pieces)
      for (let at = 0; at < bytes.length; ) {
        const length = Math.min(MOST_AT_ONCE, bytes.length - at);
        const { bytesWritten } = await writeFrom(descriptor, bytes, at, length, place);
        if (bytesWritten === 0) throw new Error('the system takes no more bytes');
        at += bytesWritten;
        place += bytesWritten;
      }
    if (modified !== undefined) await withTimes(descriptor, Date.now() / 1000, modified / 1000);
    await synced(descriptor);
    return descriptor;
  } catch (thrown) {
    await closed(descriptor).catch(() => undefined);
    throw thrown;
  }
};

/** How a file is written. */
export interface WriteOptions {
  /** When it is to have been changed last, in milliseconds since 1970. Default: now. */
  readonly modified?: number;
  /** The folder that it is written into or below: no link may stand between that and the file (`file/in-the-way`). Default: links are followed. */
  readonly top?: string;
  /** Told how the new file looks when all of it is on the disk, before it gets its name. */
  readonly staged?: (look: Look) => void;
}

/** Which file a new one may stand in the place of: any, none, or the one that was seen there. */
export type Replaceable = 'any' | 'none' | Look;

/** What file systems answer that have no second names for a file: FAT, and some network mounts. */
const linkless: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
]);

const appeared = (path: string): Error => Object.assign(new Error(`${path} is there`), { code: 'EEXIST' });

/** Gives the file its name, unless something else has it by now. */
const named = async (temporary: string, path: string, replaceable: Replaceable): Promise<void> => {
  if (replaceable === 'none') {
    try {
      // A second name is refused where there is a file, which a new name is not.
      await linked(onDisk(temporary), onDisk(path));
      await removed(onDisk(temporary), { force: true });
      return;
    } catch (thrown) {
      if (!linkless.has(systemCodeOf(thrown))) throw thrown;
      const isThere = await statOf(onDisk(path)).then(
        () => true,
        () => false,
      );
      if (isThere) throw appeared(path);
    }
  } else if (replaceable !== 'any') {
    const now = await lookAt(path);
    if (now === undefined || !isSame(now, replaceable)) throw appeared(path);
  }
  await renamed(onDisk(temporary), onDisk(path));
};

/** As `replaceIn`, and syncs the folder; below a `top` in a folder that is held while it is written to, so that no link can take its place. */
const replace = async (
  path: string,
  pieces: Iterable<Uint8Array>,
  replaceable: Replaceable,
  options: WriteOptions = {},
): Promise<Look> => {
  const { top } = options;
  const outer = dirname(path);
  const { path: folder, release } = top === undefined ? unheld(outer) : await pinned(outer, top);
  try {
    const look = await replaceIn(folder, path, pieces, replaceable, options);
    await syncFolder(outer);
    return look;
  } finally {
    await release();
  }
};

const replaceIn = async (
  folder: string,
  result: string,
  pieces: Iterable<Uint8Array>,
  replaceable: Replaceable,
  { modified, staged }: WriteOptions,
): Promise<Look> => {
  const path = join(folder, basename(result));
  const temporary = join(folder, temporaryName());
  try {
    const mode = replaceable === 'none' ? undefined : await modeOf(path);
    const descriptor = await fill(temporary, pieces, mode, modified);
    try {
      staged?.(lookOf(await statOfOpen(descriptor)));
      await named(temporary, path, replaceable);
      // Asked of the open file: its name may have gone to another one already.
      return lookOf(await statOfOpen(descriptor));
    } finally {
      await closed(descriptor).catch(() => undefined);
    }
  } catch (thrown) {
    await removed(onDisk(temporary), { force: true }).catch(() => undefined);
    throw thrown;
  }
};

/**
 * Writes a file so that it is either wholly there or not at all, whatever happens to the machine: to a temporary file
 * beside the target, synced, renamed over it, and the folder synced. What was there before stays until the rename.
 * After an error the temporary file is gone. The folder must exist.
 * Errors: `image/disk-full`, `image/permission-denied`, `image/not-found`, `image/not-a-file`,
 * `image/name-too-long`, `image/write-failed`.
 */
export const writeAtomically = (path: string, bytes: Uint8Array): TE.TaskEither<Diagnostics, void> =>
  TE.map(() => undefined)(writeInPlaceOf('any')(path, bytes));

/**
 * The same, in the place of no other file than a given one, or of none; gives a look at what was written. Errors: those of
 * `writeAtomically`, and `file/exists` where another file has appeared.
 */
export const writeInPlaceOf =
  (replaceable: Replaceable) =>
  (path: string, bytes: Uint8Array, options?: WriteOptions): TE.TaskEither<Diagnostics, Look> =>
    TE.tryCatch(() => replace(path, [bytes], replaceable, options), writeFailure(path));

/** As `writeAtomically`, for a file that is not in memory as a whole: its pieces, one after the other. A throw of theirs is an error. */
export const writePiecesAtomically = (
  path: string,
  pieces: Iterable<Uint8Array>,
): TE.TaskEither<Diagnostics, void> =>
  TE.tryCatch(async () => {
    await replace(path, pieces, 'any');
  }, writeFailure(path));
