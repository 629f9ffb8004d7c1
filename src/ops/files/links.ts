import { realpath, stat } from 'node:fs/promises';
import { isBelow } from '../../disk/below.js';
import type { Reason } from '../../disk/left-out.js';
import { nameOfBytes, onDisk } from '../../disk/names.js';

/** Where a link leads: to a file, by its path without links, or not to one that is taken, and why. */
export type Target = { readonly file: string } | Reason;

const realOf = async (path: string): Promise<string | undefined> => {
  try {
    return nameOfBytes(await realpath(onDisk(path), { encoding: 'buffer' }));
  } catch {
    return undefined;
  }
};

/**
 * Follows links to files that lie in a folder or below it, hidden ones as well: the annexes of git keep their files there. A link that
 * leads out of the folder, by whatever detour, is not followed.
 */
export const linksWithin = (folder: string): ((link: string) => Promise<Target>) => {
  const root = realOf(folder);
  return async (link) => {
    const [real, within] = [await realOf(link), await root];
    if (real === undefined) return { what: 'a link to a file that is not there' };
    if (within === undefined || !isBelow(within, real))
      return { what: 'a link that leads out of the folder' };
    const stats = await stat(onDisk(real)).catch(() => undefined);
    if (stats?.isFile() === true) return { file: real };
    return { what: stats?.isDirectory() === true ? 'a link to a folder' : 'a link to what is no file' };
  };
};
