import { isAbsolute, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { type Digest, digestBytes } from '../../disk/digest.js';
import type { Reason } from '../../disk/left-out.js';
import { lookAtResult } from '../../disk/objects/at-path.js';
import { firstBytes } from '../../disk/regular.js';
import type { Bulk } from '../../pipelines/plan/stages.js';
import { definedOnly } from '../../ports/defined.js';
import type { FileRef, Item } from '../../ports/index.js';
import { isAsWritten, type Work } from '../../records/journal/done.js';
import { type Journal, nameIn } from '../../records/journal/journal.js';

/** What a file of the source is. */
export type Found =
  | { readonly kind: 'work'; readonly work: Work }
  /** What an earlier run wrote: the folder of results can lie within the one that is read, or be the same. */
  | { readonly kind: 'result' }
  /** The record names it as a result, and it is not what was written: nobody knows whether it is one. */
  | { readonly kind: 'altered result' };

/** Tells what a file is to a journal. */
export type WorksOn = (item: Item<FileRef>) => TE.TaskEither<Diagnostics, Found>;

/** Why a file is left out that may be a photo. */
export const ALTERED_RESULT: Reason = {
  what: 'by the record a result of an earlier run, and changed since',
  hint: 'Give a file another name if it is a photo to work on.',
};

/** @param isDrawn whether the result depends on random choices, which are a function of an item's position and pass */
export const worksOn =
  ({ sink, extension, beside }: Bulk, digest: Digest, isDrawn: boolean) =>
  (journal: Journal): WorksOn =>
  ({ key, value }) =>
    pipe(
      TE.fromTask<readonly [Found['kind'], string], Diagnostics>(async () => [
        await kindOf(journal, key.path, value.path),
        await besideOf(value.object === undefined ? beside(value.path) : []),
      ]),
      TE.chainEitherK(([kind, more]): E.Either<Diagnostics, Found> => {
        if (kind !== 'work') return E.right({ kind });
        const file = sink.operator.facts.sink?.file(sink.params, key, extension(key.path)) ?? E.right('');
        return pipe(
          file,
          E.map((target) => ({
            kind,
            work: {
              source: value.path,
              target,
              ...definedOnly({ seen: value.object && seenOf(value.object) }),
              pipeline: `${isDrawn ? `${digest}#${key.epoch}.${key.index}` : digest}${more}`,
            },
          })),
        );
      }),
    );

/** So much of a file beside a photo is looked at. */
const MOST_BESIDE = 8 << 20;

/** What stands beside a file, as part of what is done to it: nothing where nothing is there. */
const besideOf = async (paths: readonly string[]): Promise<string> => {
  const found = await Promise.all(
    paths.map((path) => firstBytes(path, MOST_BESIDE).then(digestBytes, () => undefined)),
  );
  return found
    .filter((each) => each !== undefined)
    .map((each) => `+${each.slice(0, 16)}`)
    .join('');
};

/** What a store tells of an object, as a look at a file. */
const seenOf = ({ size, modified, tag }: NonNullable<FileRef['object']>) => ({
  size,
  mtimeMs: modified,
  tag,
});

const kindOf = async (
  { folder, writtenOf }: Journal,
  keyPath: string,
  path: string,
): Promise<Found['kind']> => {
  const root = path.slice(0, -keyPath.length);
  if (isWithin(root, folder) && isWithin(folder, path)) return 'result';
  const written = writtenOf(nameIn(folder, path))();
  if (written === undefined) return 'work';
  const look = await lookAtResult(path);
  return look !== undefined && (await isAsWritten(path, look, written)) === false
    ? 'altered result'
    : 'result';
};

/** True for a path below a folder. */
const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
};
