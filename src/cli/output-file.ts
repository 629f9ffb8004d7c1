import { dirname } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import { writeInPlaceOf } from '../disk/write.js';
import { clearanceFor } from '../ops/save/clearance.js';

/** A file that the user names for a result, looked at before the work begins. */
export interface OutputFile {
  readonly path: string;
  /** Writes the whole file or nothing. Errors: those of `outputFile`, for what has appeared meanwhile, and of `writeAtomically`. */
  readonly write: (bytes: Uint8Array) => TE.TaskEither<Diagnostics, void>;
}

/**
 * Looks whether a file may be written that the user names, by the rules of `save`: nothing that is there is written over unless
 * `overwrite` says so, and links, folders, pipes and devices never are. Errors: `file/exists`, `file/in-the-way`,
 * `file/reserved`, and those of `writeAtomically`.
 */
export const outputFile = (path: string, overwrite: boolean): TE.TaskEither<Diagnostics, OutputFile> =>
  pipe(
    clearanceFor({ authorOf: async () => 'unknown', inputs: [] })({
      file: path,
      folder: dirname(path),
      overwrite,
    }),
    TE.mapLeft(
      ([first, ...others]): Diagnostics =>
        first.code === 'file/exists'
          ? [
              failure('file/exists', `${path} is there already, and is not written over.`, {
                hint: 'Name another file, or give --overwrite.',
              }),
            ]
          : [first, ...others],
    ),
    TE.map((clearance) => ({
      path,
      write: (bytes) =>
        pipe(
          writeInPlaceOf(clearance.kind === 'write' ? clearance.over : clearance.look)(path, bytes),
          TE.map(() => undefined),
        ),
    })),
  );
