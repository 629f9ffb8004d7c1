import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { type Digest, digestFile } from '../digest.js';
import { type Look, lookAt } from '../look.js';
import { type ObjectPlace, objectUrl, placeOfPath } from './address.js';
import { digestObject } from './fetching.js';
import type { ObjectLook } from './listing.js';
import { lookInPages } from './looking.js';

// What is asked of a result's file, wherever it is: on the disk, or an object that a path of this machine stands for.

/** A look at an object, as at a file. */
export const asLook = ({ size, modified, tag }: ObjectLook): Look => ({
  size,
  modified,
  changed: modified,
  inode: 0,
  tag,
});

/** Looks at a result: see `lookAt`. Throws `DiagnosticError` where a store cannot be asked. */
export const lookAtResult = async (path: string): Promise<Look | undefined> => {
  const place = placeOfPath(path);
  if (place === undefined) return lookAt(path);
  const look = await lookInPages(place);
  return look === undefined ? undefined : asLook(look);
};

/** A task of what may throw `DiagnosticError`. */
export const asTask =
  <A>(work: () => Promise<A>): TE.TaskEither<Diagnostics, A> =>
  async () => {
    try {
      return E.right(await work());
    } catch (thrown) {
      return E.left(
        thrown instanceof DiagnosticError
          ? thrown.diagnostics
          : [failure('s3/unreachable', `A store could not be asked: ${messageOf(thrown)}.`)],
      );
    }
  };

/** The error of an object that is another one every time that it is read. */
export const keepsChanging = (place: ObjectPlace): Diagnostics => [
  failure('file/changing', `${objectUrl(place)} kept changing while it was read.`),
];

/** The digest of a result's content. */
export const digestResult = (path: string): TE.TaskEither<Diagnostics, Digest> => {
  const place = placeOfPath(path);
  if (place === undefined) return digestFile(path);
  return asTask(async () => {
    const fetched = await digestObject(place, { most: Number.MAX_SAFE_INTEGER });
    if (fetched === 'changed') throw new DiagnosticError(keepsChanging(place));
    return fetched.digest;
  });
};
