import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PhotoShelf } from '../photos/shelf.js';
import type { Reading } from '../store/tables.js';

/** Where what jobs read and write lies: results are named by their job and number. */
export interface JobFiles {
  readonly photo: (id: string) => string;
  readonly result: (job: string, number: number) => string;
  /** A new place for what is fetched. */
  readonly incoming: () => string;
  /** Makes the folder of a job's results. */
  readonly makeResults: (job: string) => Promise<void>;
  readonly removeResults: (job: string) => Promise<void>;
  readonly removePhotos: (ids: readonly string[]) => Promise<void>;
}

/** Ids as `newId` makes them. */
const ID = /^[0-9a-z]{29}$/;

/** Opens the folder of results. @param folder that of the server's state */
export const openJobFiles = async (folder: string, photos: PhotoShelf): Promise<JobFiles> => {
  const ofJob = (id: string): string => {
    if (!ID.test(id)) throw new Error(`${JSON.stringify(id)} is no id.`);
    return join(folder, 'results', id);
  };
  await mkdir(join(folder, 'results'), { recursive: true, mode: 0o700 });
  return {
    photo: photos.fileOf,
    result: (job, number) => join(ofJob(job), String(Math.trunc(number))),
    incoming: () => photos.incoming().file,
    makeResults: async (job) => void (await mkdir(ofJob(job), { recursive: true })),
    removeResults: (job) => rm(ofJob(job), { recursive: true, force: true }),
    removePhotos: async (ids) => void (await Promise.all(ids.map(photos.discard))),
  };
};

/**
 * Removes files of which the store knows nothing: those of changes that were not finished before a crash. Nothing may be received
 * meanwhile. Gives their number.
 */
export const removeOrphans = async (folder: string, reading: Reading): Promise<number> => {
  let removed = 0;
  const clear = async (path: string): Promise<void> => {
    await rm(path, { recursive: true, force: true });
    removed++;
  };
  for (const place of ['photos', 'proxies'])
    for (const name of await readdir(join(folder, place)))
      if (reading.get('photos', name) === undefined) await clear(join(folder, place, name));
  for (const job of await readdir(join(folder, 'results'))) {
    const results = join(folder, 'results', job);
    if (reading.get('jobs', job) === undefined) await clear(results);
    else
      for (const name of await readdir(results))
        if (reading.get('items', job, Number(name))?.state !== 'done') await clear(join(results, name));
  }
  return removed;
};
