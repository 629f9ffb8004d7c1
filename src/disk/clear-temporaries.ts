import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporary } from './temporary.js';

/**
 * Removes temporary files that a process which was cut off has left in a folder that nobody else writes to. What is no folder, such as
 * a link to one, is left alone, and so is what cannot be removed: it does no harm.
 */
export const clearTemporaries = async (folder: string): Promise<void> => {
  const isFolder = await lstat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) return;
  const names = await readdir(folder).catch((): string[] => []);
  await Promise.all(
    names.filter(isTemporary).map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)),
  );
};
