import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ObjectPlace, placeOfPath } from '../disk/objects/address.js';
import { listObjects } from '../disk/objects/listing.js';
import { removeObject } from '../disk/objects/publishing.js';
import { FOLDER } from '../records/journal/journal.js';
import { KEPT_S } from './keys.js';

/** Where what workers made waits in a folder of results, until the run puts it in its place. */
export const stagingFolder = (results: string): string => join(results, FOLDER, 'queue');

/** The file of one photo there. @param item what the photo is known by in the queue */
export const stagedPath = (results: string, item: string): string =>
  join(stagingFolder(results), `${item}.part`);

/** The same in a store. */
export const stagedObject = ({ bucket, key }: ObjectPlace, item: string): ObjectPlace => ({
  bucket,
  key: `${stagingPlace({ bucket, key }).key}/${item}.part`,
});

const stagingPlace = ({ bucket, key }: ObjectPlace): ObjectPlace => ({
  bucket,
  key: [...(key === '' ? [] : [key]), FOLDER, 'queue'].join('/'),
});

/** Removes what was taken; what is not there is no matter. */
export const unstage = (results: string, item: string): Promise<void> => {
  const place = placeOfPath(results);
  return place === undefined
    ? unstageFile(results, item)
    : removeObject(stagedObject(place, item)).catch(() => undefined);
};

const unstageFile = (results: string, item: string): Promise<void> =>
  rm(stagedPath(results, item), { force: true }).catch(() => undefined);

/** Milliseconds after which what waits is a run's that nobody comes back to: the queue has forgotten it by then. */
const FORGOTTEN_MS = 2 * 1000 * KEPT_S;

/** Removes what still waits of a run that is over, and what was forgotten; the folder too, where nothing waits in it any more. */
export const removeStaging = async (results: string, run: string): Promise<void> => {
  const place = placeOfPath(results);
  if (place !== undefined) return removeObjects(place, run).catch(() => undefined);
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

const removeObjects = async (results: ObjectPlace, run: string): Promise<void> => {
  const top = stagingPlace(results);
  for await (const { path, modified } of listObjects(top, new AbortController().signal))
    if (path.startsWith(`${run}-`) || Date.now() - modified > FORGOTTEN_MS)
      await removeObject({ bucket: top.bucket, key: `${top.key}/${path}` });
};
