import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Code, type Diagnostics, failure } from '../../diagnostics/index.js';
import { obstacleTo } from '../../disk/folders.js';
import { type Look, lookOf } from '../../disk/look.js';
import { nameOfBytes, onDisk } from '../../disk/names.js';
import {
  isObjectUrl,
  isWithinPlace,
  type ObjectPlace,
  objectUrl,
  placeOfPath,
  readObjectUrl,
  shownPath,
} from '../../disk/objects/address.js';
import { asLook, asTask, digestResult } from '../../disk/objects/at-path.js';
import { askFor, lookInPages } from '../../disk/objects/looking.js';
import { systemCodeOf } from '../../disk/read.js';
import { firstBytes, kindOf } from '../../disk/regular.js';
import { writeFailure } from '../../disk/write.js';
import type { Clearance, NewResult, Results } from '../../operator/behaviour.js';
import { definedOnly } from '../../ports/defined.js';

/** The folder that Prismflow keeps its own files in, inside a folder of results. */
export const OWN_FOLDER = '.prismflow';

/** What is known of files that are there already. */
export interface Known {
  /**
   * Whether a run wrote the file as it is now; whether one wrote what is in it, but at another time; whether one wrote it and it was
   * changed since; or none of these.
   */
  readonly authorOf: (
    file: string,
    look: Look,
  ) => Promise<'a run' | 'same content' | 'changed since' | 'unknown'>;
  /** Folders and files that photos are read from: nothing there is ever replaced that no run wrote. */
  readonly inputs: readonly string[];
}

/** A file whose result is not made yet has no content. */
export type Wanted = Omit<NewResult, 'digest' | 'size'> & Partial<Pick<NewResult, 'digest' | 'size'>>;

const refuse = (code: Code, message: string, hint?: string): E.Either<Diagnostics, never> =>
  E.left([failure(code, message, definedOnly({ hint }))]);

/** Whether a path goes through a folder that is Prismflow's own, on any file system. */
const isReserved = ({ file }: Wanted): boolean =>
  file.split(sep).some((part) => part.toLowerCase() === OWN_FOLDER);

/**
 * Looks whether a result may be written where it is to go, without writing anything. Errors: `file/exists`, `file/changed`,
 * `file/in-the-way`, `file/reserved`, `file/over-source`, and those of `writeAtomically`.
 */
export const clearanceFor =
  (known: Known) =>
  (wanted: Wanted): TE.TaskEither<Diagnostics, Clearance> =>
  async () => {
    const { file, folder } = wanted;
    const place = placeOfPath(file);
    if (place !== undefined) return objectClearance(known, wanted, place);
    if (isReserved(wanted))
      return refuse('file/reserved', `${file} would be written into ${OWN_FOLDER}, where records are kept.`);
    const obstacle = await obstacleTo(folder, file);
    if (obstacle !== undefined)
      return refuse('file/in-the-way', `${obstacle.path} is ${obstacle.kind}, so ${file} is not written.`);
    try {
      const stats = await lstat(onDisk(file));
      return stats.isFile()
        ? await clearanceOver(known, wanted, lookOf(stats))
        : refuse('file/in-the-way', `${file} is ${kindOf(stats)}, and is not replaced by a file.`);
    } catch (thrown) {
      const isFree = ['ENOENT', 'ENOTDIR'].includes(systemCodeOf(thrown));
      return isFree ? E.right({ kind: 'write', over: 'none' }) : E.left(writeFailure(file)(thrown));
    }
  };

/** The same for an object. */
const objectClearance = async (
  known: Known,
  wanted: Wanted,
  place: ObjectPlace,
): Promise<E.Either<Diagnostics, Clearance>> => {
  if (isReserved(wanted))
    return refuse('file/reserved', `${objectUrl(place)} would lie in ${OWN_FOLDER}, where records are kept.`);
  // What is written next is asked for by itself; before that a page of names will do.
  const asked = await asTask(() => (wanted.digest === undefined ? lookInPages(place) : askFor(place)))();
  if (E.isLeft(asked)) return asked;
  return asked.right === undefined
    ? E.right({ kind: 'write', over: 'none' })
    : clearanceOver(known, wanted, asLook(asked.right));
};

/** The same for a file that is there. */
const clearanceOver = async (
  { authorOf, inputs }: Known,
  { file, overwrite, digest, size }: Wanted,
  look: Look,
): Promise<E.Either<Diagnostics, Clearance>> => {
  const author = await authorOf(file, look);
  const shown = shownPath(file);
  if (author === 'a run') return E.right({ kind: 'write', over: look });
  if (digest !== undefined && size === look.size && (await hasContent(file, size, digest)))
    return E.right({ kind: 'same', look });
  if (author === 'changed since' && !overwrite)
    return refuse('file/changed', `${shown} was changed since a run wrote it, and is not written over.`);
  if (author === 'same content' && !overwrite)
    return refuse(
      'file/changed',
      `${shown} has the content that a run wrote, but was not written when the record says, and is not written over.`,
      'If it is a copy of a result, remove it, or say `overwrite: true` at `save`. Copies that keep their times (`cp -p`, `rsync -t`) are known again.',
    );
  if (await isAmong(inputs, file))
    return refuse(
      'file/over-source',
      `${shown} is where photos are read from, and no run wrote it: it is not written over.`,
    );
  return overwrite
    ? E.right({ kind: 'write', over: look })
    : refuse('file/exists', `${shown} is there already, and no run wrote it: it is not written over.`);
};

/** Whether a file has so many bytes and this SHA-256. */
const hasContent = async (file: string, size: number, digest: string): Promise<boolean> => {
  if (placeOfPath(file) !== undefined) {
    const content = await digestResult(file)();
    return E.isRight(content) && content.right === digest;
  }
  const bytes = await firstBytes(file, size + 1).catch(() => undefined);
  return bytes?.length === size && createHash('sha256').update(bytes).digest('hex') === digest;
};

/** The real path, links followed, byte for byte; the path itself where there is none. */
const realPath = (path: string): Promise<string> =>
  realpath(onDisk(path), { encoding: 'buffer' }).then(nameOfBytes, () => path);

/** Whether a file lies in one of the folders, or is one of the files, by whatever way it is reached. */
const isAmong = async (inputs: readonly string[], file: string): Promise<boolean> => {
  const object = placeOfPath(file);
  if (object !== undefined)
    return inputs.some((input) => {
      const top = isObjectUrl(input) ? readObjectUrl(input) : undefined;
      return top !== undefined && E.isRight(top) && isWithinPlace(top.right, object);
    });
  const real = join(await realPath(dirname(file)), relative(dirname(file), file));
  for (const input of inputs.filter((each) => !isObjectUrl(each))) {
    const place = await realPath(input);
    if (real === place || real.startsWith(place.endsWith(sep) ? place : `${place}${sep}`)) return true;
  }
  return false;
};

/** Where no record is kept, every file that is there is somebody else's. */
export const unrecorded: Results = {
  claim: clearanceFor({
    authorOf: async () => 'unknown',
    inputs: [],
  }),
  staged: () => () => undefined,
  wrote: () => TE.right(undefined),
};
