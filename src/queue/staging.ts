import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDER } from '../records/journal/journal.js';
import { KEPT_S } from './keys.js';

/** Where what workers made waits in a folder of results, until the run puts it in its place. */
export const stagingFolder = (results: string): string => join(results, FOLDER, 'queue');

/** The file of one photo there. @param item what the photo is known by in the queue */
export const stagedPath = (results: string, item: string): string =>
  join(stagingFolder(results), `${item}.part`);

/** Removes what was taken; what is not there is no matter. */
export const unstage = (results: string, item: string): Promise<void> =>
  rm(stagedPath(results, item), { force: true }).catch(() => undefined);

/** Milliseconds after which what waits is a run's that nobody comes back to: the queue has forgotten it by then. */
const FORGOTTEN_MS = 2 * 1000 * KEPT_S;

/** Removes what still waits of a run that is over, and what was forgotten; the folder too, where nothing waits in it any more. */
export const removeStaging = async (results: string, run: string): Promise<void> => {
  const folder = stagingFolder(results);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    const isForgotten = stats !== undefined && Date.now() - stats.mtimeMs > FORGOTTEN_MS;
    if (name.startsWith(`${run}-`) || isForgotten) await rm(path, { force: true }).catch(() => undefined);
  }
  await rmdir(folder).catch(() => undefined);
};
