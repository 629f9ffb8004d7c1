import { join } from 'node:path';
import { lookAt } from '../../disk/look.js';
import { walk } from '../../disk/walk.js';
import type { Look } from './settle.js';

export { lookAt };

/** A file that was seen, by its path below the folder, with forward slashes. */
export interface Seen {
  readonly path: string;
  readonly look: Look;
}

/** What is in a folder beside its files: all its folders, itself included as the empty path unless it cannot be read. */
export interface Scan {
  readonly folders: readonly { readonly path: string; readonly inode: number }[];
  /** Folders that cannot be read, and why. */
  readonly unreadable: readonly { readonly path: string; readonly cause: unknown }[];
}

/** Files looked at side by side. */
const AT_ONCE = 32;

/**
 * Goes through a folder and those in it; hidden ones are left out. What vanishes meanwhile is not there. No list of the
 * files is made: there can be a million.
 *
 * @param see is told of every file that may be taken
 * @returns undefined when the folder itself is not there
 */
export const scan = async (
  root: string,
  isWanted: (path: string) => boolean,
  see: (seen: Seen) => void,
  signal: AbortSignal,
): Promise<Scan | undefined> => {
  const folders: { readonly path: string; readonly inode: number }[] = [];
  const unreadable: { readonly path: string; readonly cause: unknown }[] = [];
  let files: string[] = [];
  const lookAtAll = async (): Promise<void> => {
    const looked = await Promise.all(files.map((path) => lookAt(join(root, path))));
    for (const [i, path] of files.entries()) {
      const look = looked[i];
      if (look !== undefined) see({ path, look });
    }
    files = [];
  };
  for await (const found of walk(root, signal)) {
    if (found.kind === 'folder') folders.push({ path: found.path, inode: found.inode });
    if (found.kind === 'unreadable' && found.path === '' && isGone(found.cause)) return undefined;
    if (found.kind === 'unreadable' && !isGone(found.cause)) unreadable.push(found);
    if (found.kind === 'file' && isWanted(found.path)) files.push(found.path);
    if (files.length === AT_ONCE) await lookAtAll();
  }
  await lookAtAll();
  return signal.aborted ? undefined : { folders, unreadable };
};

/** A folder that vanished while it was gone through. */
const isGone = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
