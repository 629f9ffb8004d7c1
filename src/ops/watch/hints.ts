import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { nameOfBytes, onDisk } from '../../disk/names.js';

/** Listens to what the system tells of folders. What it tells is a hint: it can be late, twice, or missing. */
export interface Hints {
  /**
   * Listens to these folders, by their paths below the root, and to no others.
   * @returns true when one of them was not listened to before
   */
  readonly follow: (folders: readonly { readonly path: string; readonly inode: number }[]) => boolean;
  /** The inode of a folder that is listened to. */
  readonly inodeOf: (path: string) => number | undefined;
  /** True when the system listens to no more folders: what happens there must be looked for. */
  readonly isDeaf: () => boolean;
  readonly close: () => void;
}

/**
 * One listener a folder, none a file: their number does not grow with the photos in it.
 *
 * @param hint is told the path, below the root, at which something happened; that of the folder where that is not known
 */
export const listen = (root: string, hint: (path: string) => void): Hints => {
  const listeners = new Map<string, { readonly watcher: FSWatcher; readonly inode: number }>();
  let deaf = false;

  const stop = (path: string): void => {
    listeners.get(path)?.watcher.close();
    listeners.delete(path);
  };

  const start = (path: string, inode: number): void => {
    try {
      const watcher = watch(onDisk(join(root, path)), { encoding: 'buffer' }, (_, bytes) => {
        if (bytes === null) return hint(path);
        const name = nameOfBytes(bytes);
        hint(path === '' ? name : `${path}/${name}`);
      });
      // A folder that is gone: the next look at the one above finds out.
      watcher.on('error', () => {
        stop(path);
        hint(path);
      });
      listeners.set(path, { watcher, inode });
    } catch (thrown) {
      // Too many listeners: the system's limit is shared by all programs.
      if (thrown instanceof Error && 'code' in thrown && /^(ENOSPC|EMFILE)$/.test(`${thrown.code}`))
        deaf = true;
    }
  };

  return {
    follow: (folders) => {
      deaf = false;
      const wanted = new Map(folders.map(({ path, inode }) => [path, inode]));
      for (const [path, { inode }] of listeners) if (wanted.get(path) !== inode) stop(path);
      const fresh = [...wanted].filter(([path]) => !listeners.has(path));
      for (const [path, inode] of fresh) start(path, inode);
      return fresh.some(([path]) => listeners.has(path));
    },
    inodeOf: (path) => listeners.get(path)?.inode,
    isDeaf: () => deaf,
    close: () => {
      for (const path of [...listeners.keys()]) stop(path);
    },
  };
};
