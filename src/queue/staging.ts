import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FOLDER } from '../records/journal/journal.js';

/** Where what workers made waits in a folder of results, until the run puts it in its place. */
export const stagingFolder = (results: string): string => join(results, FOLDER, 'queue');

/** The file of one photo there. @param item what the photo is known by in the queue */
export const stagedPath = (results: string, item: string): string =>
  join(stagingFolder(results), `${item}.part`);

/** Removes what was taken; what is not there is no matter. */
export const unstage = (results: string, item: string): Promise<void> =>
  rm(stagedPath(results, item), { force: true }).catch(() => undefined);

/** Removes the folder where nothing waits in it any more. */
export const removeStaging = (results: string): Promise<void> =>
  rmdir(stagingFolder(results)).catch(() => undefined);
