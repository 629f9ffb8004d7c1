import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reading } from './tables.js';

/** Where files lie beside the store: named by ids and numbers of ours, never by what a client called them. */
export interface StateFiles {
  readonly photo: (id: string) => string;
  readonly result: (job: string, number: number) => string;
  /** What is being received: cleared at a start. */
  readonly incoming: (name: string) => string;
  /** Makes the folder of a job's results. */
  readonly makeResults: (job: string) => Promise<void>;
  readonly removeResults: (job: string) => Promise<void>;
  readonly removePhotos: (ids: readonly string[]) => Promise<void>;
}

/** Ids as `newId` makes them. */
const ID = /^[0-9a-z_]+$/;

const checked = (name: string): string => {
  if (!ID.test(name)) throw new Error(`${JSON.stringify(name)} is no id`);
  return name;
};

/** Makes the folders in which files lie, and clears what was being received. */
export const openStateFiles = async (folder: string): Promise<StateFiles> => {
  const [photos, results, incoming] = ['photos', 'results', 'incoming'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await rm(incoming, { recursive: true, force: true });
  for (const each of [photos, results, incoming]) await mkdir(each, { recursive: true, mode: 0o700 });
  return {
    photo: (id) => join(photos, checked(id)),
    result: (job, number) => join(results, checked(job), checked(String(number))),
    incoming: (name) => join(incoming, checked(name)),
    makeResults: async (job) => void (await mkdir(join(results, checked(job)), { recursive: true })),
    removeResults: (job) => rm(join(results, checked(job)), { recursive: true, force: true }),
    removePhotos: async (ids) => {
      await Promise.all(ids.map((id) => rm(join(photos, checked(id)), { force: true })));
    },
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
  for (const name of await readdir(join(folder, 'photos')))
    if (reading.get('photos', name) === undefined) await clear(join(folder, 'photos', name));
  for (const job of await readdir(join(folder, 'results'))) {
    const results = join(folder, 'results', job);
    if (reading.get('jobs', job) === undefined) await clear(results);
    else
      for (const name of await readdir(results))
        if (reading.get('items', job, Number(name))?.state !== 'done') await clear(join(results, name));
  }
  return removed;
};
