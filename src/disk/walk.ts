import type { Dir } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Diagnostic, failure, messageOf } from '../diagnostics/index.js';
import { nameOfBytes, onDisk } from './names.js';

/** What is found below a folder, by its path from there, with forward slashes; the empty path is the folder itself. */
export type Found =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string; readonly inode: number }
  /** A link, which is not followed, or a pipe, a socket or a device. */
  | { readonly kind: 'link' | 'special'; readonly path: string }
  /** A folder that cannot be read, or not to its end. */
  | { readonly kind: 'unreadable'; readonly path: string; readonly cause: unknown };

/** Names that are read at once. */
const NAMES_AT_ONCE = 1024;

/**
 * Goes through a folder and those in it, in no order, without keeping a list. Links are not followed. Names are read as bytes: see
 * `nameOfBytes`.
 *
 * @param deepest how many folders down it goes, 0 for the folder alone. Default: to the end
 * @param hidden whether hidden files and folders are given as well. Default: they are left out
 */
export async function* walk(
  root: string,
  signal: AbortSignal,
  deepest = Number.POSITIVE_INFINITY,
  hidden = false,
): AsyncGenerator<Found> {
  const folders = [''];
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    const depth = below === '' ? 0 : below.split('/').length;
    try {
      const folder = onDisk(join(root, below));
      const { ino } = await lstat(folder);
      // The type of the names depends on the encoding, which the declarations do not say.
      const entries = (await opendir(folder, {
        encoding: 'buffer' as BufferEncoding,
        bufferSize: NAMES_AT_ONCE,
      })) as Dir;
      yield { kind: 'folder', path: below, inode: ino };
      for await (const entry of entries) {
        if (signal.aborted) return;
        const name = nameOfBytes(entry.name as unknown as Uint8Array);
        if (name.startsWith('.') && !hidden) continue;
        const path = below === '' ? name : `${below}/${name}`;
        if (entry.isDirectory()) {
          if (depth < deepest) folders.push(path);
        } else if (entry.isFile()) yield { kind: 'file', path };
        else yield { kind: entry.isSymbolicLink() ? 'link' : 'special', path };
      }
    } catch (cause) {
      yield { kind: 'unreadable', path: below, cause };
    }
  }
}

/** How to make a folder readable. */
export const permissions = 'Change the permissions of the folder, or run as a user who may.';

/** Why a folder cannot be gone through. */
export const unreadableFolder = (folder: string, cause: unknown): Diagnostic => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'EACCES' || code === 'EPERM'
    ? failure(
        'file/unreadable',
        `The folder ${folder} may not be read by this user, so what is in it is not done.`,
        {
          hint: permissions,
          cause,
        },
      )
    : failure('file/unreadable', `The folder ${folder} cannot be read to its end: ${messageOf(cause)}.`, {
        cause,
      });
};
