import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Look } from './settle.js';

/** A file that was seen, by its path below the folder, with forward slashes. */
export interface Seen {
  readonly path: string;
  readonly look: Look;
}

/** What is in a folder beside its files: all its folders, itself included as the empty path. */
export interface Scan {
  readonly folders: readonly { readonly path: string; readonly inode: number }[];
  /** Files that cannot be reached, since their names are no Unicode text. */
  readonly unreachable: readonly string[];
}

/** Files looked at side by side, and names read at once. */
const AT_ONCE = 32;
const NAMES_AT_ONCE = 1024;

/**
 * Looks at a file; undefined when there is none, or something else of that name. Links are not followed, and pipes are not
 * opened.
 */
export const lookAt = (file: string): Promise<Look | undefined> =>
  lstat(file).then(
    (stats) =>
      stats.isFile()
        ? { size: stats.size, modified: stats.mtimeMs, changed: stats.ctimeMs, inode: stats.ino }
        : undefined,
    () => undefined,
  );

/**
 * Goes through a folder and those in it; hidden ones are left out. What vanishes meanwhile is not there. No list of the
 * files is made: there can be a million.
 *
 * @param see is told of every file that may be taken
 * @returns undefined when the folder cannot be read to its end
 */
export const scan = async (
  root: string,
  isWanted: (path: string) => boolean,
  see: (seen: Seen) => void,
  signal: AbortSignal,
): Promise<Scan | undefined> => {
  const folders: { readonly path: string; readonly inode: number }[] = [];
  const unreachable: string[] = [];

  const lookAtAll = async (paths: readonly string[]): Promise<void> => {
    const looked = await Promise.all(paths.map((path) => lookAt(join(root, path))));
    for (const [i, path] of paths.entries()) {
      const look = looked[i];
      if (look !== undefined) see({ path, look });
      else if (path.includes('\ufffd')) unreachable.push(path);
    }
  };

  const goThrough = async (below: string): Promise<boolean> => {
    const folder = join(root, below);
    const stats = await lstat(folder).catch(() => undefined);
    const entries = await opendir(folder, { bufferSize: NAMES_AT_ONCE }).catch(() => undefined);
    if (stats === undefined || entries === undefined) {
      await entries?.close();
      return false;
    }
    folders.push({ path: below, inode: stats.ino });
    const inner: string[] = [];
    let files: string[] = [];
    try {
      for await (const entry of entries) {
        if (signal.aborted) return false;
        const path = below === '' ? entry.name : `${below}/${entry.name}`;
        if (entry.name.startsWith('.')) continue;
        if (entry.isDirectory()) inner.push(path);
        if (entry.isFile() && isWanted(path)) files.push(path);
        if (files.length < AT_ONCE) continue;
        await lookAtAll(files);
        files = [];
      }
    } catch {
      // It went away while it was read.
      return false;
    }
    await lookAtAll(files);
    for (const path of inner) await goThrough(path);
    return !signal.aborted;
  };

  return (await goThrough('')) ? { folders, unreachable } : undefined;
};
