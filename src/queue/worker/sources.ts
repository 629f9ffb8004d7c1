import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { digestFile } from '../../disk/digest.js';
import { makeFolder } from '../../disk/folders.js';
import { isObjectUrl, type ObjectPlace } from '../../disk/objects/address.js';
import { asTask, keepsChanging } from '../../disk/objects/at-path.js';
import { fetchInto } from '../../disk/objects/fetching.js';
import { putObject } from '../../disk/objects/publishing.js';
import { temporaryName } from '../../disk/temporary.js';
import { writeAtomically } from '../../disk/write.js';
import type { QueuedPhoto } from '../messages.js';
import { stagedObject, stagedPath, stagingFolder } from '../staging.js';
import type { Places } from './places.js';
import type { Setup, Task } from './protocol.js';

// Where photos of a queue are read and results wait: on the disk, or in a store.

/** A photo that can be read here, and is the very one that the run has seen. */
export interface Found {
  readonly input: string;
  readonly release: () => Promise<void>;
}

/** Why a photo cannot be worked on: it says something of the photo, or of this machine alone. */
export interface NotFound {
  readonly isGone: boolean;
  readonly diagnostics: Diagnostics;
}

const outside = (what: string, path: string): Diagnostics => [
  failure(
    'queue/outside',
    `Here ${what} would be ${path}, which is not there, or not below a folder that this worker may use.`,
  ),
];

const other = (path: string): Diagnostics => [
  failure('queue/refused', `${path} has another content here than where the run is.`),
];

const here = (diagnostics: Diagnostics): E.Either<NotFound, never> => E.left({ isGone: false, diagnostics });

/** Finds a photo, or fetches it. */
export const findPhoto = (
  places: Places,
  { photo }: Task,
  setup: Setup,
): Promise<E.Either<NotFound, Found>> =>
  isObjectUrl(photo.input) ? fetched(places, photo, setup) : onDisk(places, photo);

const onDisk = async (places: Places, photo: QueuedPhoto): Promise<E.Either<NotFound, Found>> => {
  const wanted = places.here(photo.input);
  const input = await places.within(wanted);
  if (input === undefined) {
    const isGone = (await places.within(dirname(wanted))) !== undefined;
    return isGone
      ? E.left({ isGone, diagnostics: [failure('image/not-found', `There is no file ${wanted}.`)] })
      : here(outside('the photo', wanted));
  }
  return (await isSame(input, photo))
    ? E.right({ input, release: async () => undefined })
    : here(other(input));
};

/** Whether the file here is the very photo that the run has seen. */
const isSame = async (path: string, { size, sha256 }: QueuedPhoto): Promise<boolean> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() !== true || stats.size !== size) return false;
  const digest = await digestFile(path)();
  return E.isRight(digest) && digest.right === sha256;
};

/** Copies of objects, while they are worked on. */
const copiesIn = (cache: string): string => join(cache, 'objects');

const fetched = async (
  places: Places,
  photo: QueuedPhoto,
  { cache, memory }: Setup,
): Promise<E.Either<NotFound, Found>> => {
  const place = places.object(photo.input);
  if (place === undefined) return here(outside('the photo', photo.input));
  const input = join(copiesIn(cache), temporaryName());
  const release = (): Promise<void> => rm(input, { force: true }).catch(() => undefined);
  const copy = await asTask(async () => {
    await mkdir(copiesIn(cache), { recursive: true });
    const whole = await fetchInto(place, input, { most: Math.min(memory, photo.size) });
    if (whole === 'changed') throw new DiagnosticError(keepsChanging(place));
    return whole.digest;
  })();
  if (E.isRight(copy) && copy.right === photo.sha256) return E.right({ input, release });
  await release();
  if (E.isRight(copy)) return here(other(photo.input));
  return E.left({ isGone: copy.left[0].code === 's3/missing', diagnostics: copy.left });
};

/** Milliseconds after which a copy is one of a worker that was killed. */
const FORGOTTEN_MS = 86_400_000;

/** Removes copies that workers left which were killed. */
export const clearCopies = async (cache: string): Promise<void> => {
  for (const name of await readdir(copiesIn(cache)).catch(() => [])) {
    const path = join(copiesIn(cache), name);
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > FORGOTTEN_MS)
      await rm(path, { force: true }).catch(() => undefined);
  }
};

/** Where the results of a run wait, if this worker may write there. */
export const findResults = async (
  places: Places,
  { pipeline }: Task,
): Promise<E.Either<Diagnostics, string | ObjectPlace>> => {
  if (pipeline.results !== undefined) {
    const place = places.object(pipeline.results);
    return place === undefined ? E.left(outside('the place of results', pipeline.results)) : E.right(place);
  }
  const folder = places.here(pipeline.folder);
  const results = await places.within(folder);
  return results === undefined ? E.left(outside('the folder of results', folder)) : E.right(results);
};

/** Puts a result where the run finds it, whole or not at all; the same photo again gives the same. */
export const stage = async (
  places: Places,
  results: string | ObjectPlace,
  item: string,
  bytes: Uint8Array,
): Promise<E.Either<Diagnostics, unknown>> => {
  if (typeof results !== 'string')
    return asTask(() => putObject(stagedObject(results, item), bytes, 'any'))();
  const folder = stagingFolder(results);
  try {
    await makeFolder(folder);
  } catch (thrown) {
    return E.left([
      failure(
        'queue/refused',
        `${folder} cannot be made: ${thrown instanceof Error ? thrown.message : thrown}.`,
      ),
    ]);
  }
  if ((await places.within(folder)) === undefined) return E.left(outside('what is made', folder));
  return writeAtomically(stagedPath(results, item), bytes)();
};
