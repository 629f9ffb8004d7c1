import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Look } from './settle.js';

/** A file that was seen, by its path below the folder, with forward slashes. */
export interface Seen {
  readonly path: string;
  readonly look: Look;
}

/** What is in a folder: files that may be taken, and all its folders, itself included as the empty path. */
export interface Scan {
  readonly files: readonly Seen[];
  readonly folders: readonly { readonly path: string; readonly inode: number }[];
  /** Files that cannot be reached, since their names are no Unicode text. */
  readonly unreachable: readonly string[];
}

const nothing: Scan = { files: [], folders: [], unreachable: [] };

/** Files looked at side by side. */
const AT_ONCE = 32;

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
 * Goes through a folder and those in it; hidden ones are left out. What vanishes meanwhile is not there.
 *
 * @param below the path of the folder below the root, empty for the root itself
 * @returns undefined when the folder cannot be read
 */
export const scan = async (
  root: string,
  below: string,
  isWanted: (path: string) => boolean,
  signal: AbortSignal,
): Promise<Scan | undefined> => {
  const folder = join(root, below);
  const [stats, entries] = await Promise.all([
    lstat(folder).catch(() => undefined),
    readdir(folder, { withFileTypes: true }).catch(() => undefined),
  ]);
  if (stats === undefined || entries === undefined || signal.aborted) return undefined;
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  const pathOf = (name: string): string => (below === '' ? name : `${below}/${name}`);
  const files = visible.flatMap((entry) => (entry.isFile() ? [pathOf(entry.name)] : [])).filter(isWanted);
  const own = await looks(root, files);
  const inner: Scan[] = [];
  for (const entry of visible)
    if (entry.isDirectory()) inner.push((await scan(root, pathOf(entry.name), isWanted, signal)) ?? nothing);
  return {
    files: [...own, ...inner.flatMap((each) => each.files)],
    folders: [{ path: below, inode: stats.ino }, ...inner.flatMap((each) => each.folders)],
    unreachable: [
      ...files.filter((path) => path.includes('\ufffd') && !own.some((seen) => seen.path === path)),
      ...inner.flatMap((each) => each.unreachable),
    ],
  };
};

const looks = async (root: string, paths: readonly string[]): Promise<readonly Seen[]> => {
  const seen: Seen[] = [];
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    const some = paths.slice(from, from + AT_ONCE);
    const looked = await Promise.all(some.map((path) => lookAt(join(root, path))));
    for (const [i, look] of looked.entries())
      if (look !== undefined) seen.push({ path: some[i] as string, look });
  }
  return seen;
};
