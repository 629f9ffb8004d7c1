import { dirname, extname } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { makeFolder } from '../../disk/folders.js';
import type { Look } from '../../disk/look.js';
import { placeOfPath } from '../../disk/objects/address.js';
import { asLook, asTask } from '../../disk/objects/at-path.js';
import { type WriteOptions, writeFailure } from '../../disk/write.js';
import type { NewResult, Results } from '../../operator/behaviour.js';
import { definedOnly } from '../../ports/defined.js';

/**
 * Writes a result where nothing stands in its way, and notes it. Errors: those of `Results` and of `writeAtomically`.
 *
 * @param modified when it is to have been changed last, in milliseconds since 1970. Default: now
 */
export const deliver = (
  result: NewResult,
  bytes: Uint8Array,
  results: Results,
  modified?: number,
): TE.TaskEither<Diagnostics, void> =>
  pipe(
    results.claim(result),
    TE.chain((clearance) =>
      clearance.kind === 'same'
        ? TE.right(clearance.look)
        : write(result, bytes, clearance.over, {
            top: result.folder,
            staged: (look) => results.staged(result, look)(),
            ...definedOnly({ modified }),
          }),
    ),
    TE.chain((look) => results.wrote(result, look)),
  );

const write = (
  { file }: NewResult,
  bytes: Uint8Array,
  over: 'none' | Look,
  options: WriteOptions,
): TE.TaskEither<Diagnostics, Look> => {
  const place = placeOfPath(file);
  if (place !== undefined)
    return asTask(async () => {
      const { putObject } = await import('../../disk/objects/publishing.js');
      const taken =
        over === 'none' ? over : over.tag === undefined || over.tag === '' ? 'any' : { tag: over.tag };
      return asLook(await putObject(place, bytes, taken, typeOf(file)));
    });
  return pipe(
    TE.tryCatch(() => makeFolder(dirname(file)), writeFailure(dirname(file))),
    TE.chain(() => TE.fromTask(() => import('../../image/index.js'))),
    TE.chain(({ writeInPlaceOf }) => writeInPlaceOf(over)(file, bytes, options)),
  );
};

/** The media types of what is written, by extension. */
const types: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  gif: 'image/gif',
};

const typeOf = (file: string): string =>
  types[extname(file).slice(1).toLowerCase()] ?? 'application/octet-stream';
