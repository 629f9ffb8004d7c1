import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { onDisk } from './names.js';

/** What a look at a file shows; times are milliseconds since 1970. */
export interface Look {
  readonly size: number;
  /** When its content was changed. */
  readonly modified: number;
  /** When it was changed in any way: written, renamed, given its times. */
  readonly changed: number;
  readonly inode: number;
  /** Of an object in a store: its ETag, which says more than all of the above. */
  readonly tag?: string;
}

/** What the system says of a file, as a look at it. */
export const lookOf = ({ size, mtimeMs, ctimeMs, ino }: Stats): Look => ({
  size,
  modified: mtimeMs,
  changed: ctimeMs,
  inode: ino,
});

/**
 * Looks at a file; undefined when there is none, or something else of that name. Links are not followed, and pipes are not
 * opened.
 */
export const lookAt = (file: string): Promise<Look | undefined> =>
  lstat(onDisk(file)).then(
    (stats) => (stats.isFile() ? lookOf(stats) : undefined),
    () => undefined,
  );

/** True when nothing was changed between two looks. */
export const isSame = (a: Look, b: Look): boolean =>
  a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode;
