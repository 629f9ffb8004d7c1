import { webcrypto } from 'node:crypto';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { placeOfPath, shownPath } from '../../disk/objects/address.js';
import { defineOp } from '../../operator/define.js';
import { boolean, defaulted, oneOf, optional, required, template } from '../../operator/params/index.js';
import { encoded, saved } from '../../ports/index.js';
import { deliver } from './deliver.js';
import { fileOf, folderOf, isDistinct, objectFault } from './destination.js';

/** Writes a file: wholly, or not at all, and over no file that a run of Prismflow did not write. */
export const save = defineOp({
  name: 'save',
  about: 'Write the file',
  params: {
    to: required(
      template,
      'Where, such as edited/{path}; places are {path}, {folder}, {name}, {ext}, {sourceExt} and {index}',
    ),
    times: optional(
      oneOf('keep'),
      'Give the file the time at which the photo was changed last, not that of writing it',
    ),
    overwrite: defaulted(boolean, false, 'Write over files that no run wrote, or that were changed since'),
  },
  main: 'to',
  input: encoded,
  output: saved,
  cost: { millisecondsPerMegapixel: 1 },
  // What writing a file takes is counted with making it.
  memory: () => 0,
  aside: ['overwrite'],
  objects: true,
  complaint: ({ to, times }) =>
    objectFault(to) ??
    (times === 'keep' && placeOfPath(folderOf(to)) !== undefined
      ? 'cannot keep `times` of objects, whose stores give them the time at which they were written'
      : undefined),
  sink: {
    folder: ({ to }) => folderOf(to),
    file: ({ to }, key, extension) => fileOf(to, key, extension),
    distinct: ({ to }) => isDistinct(to),
    overwrites: ({ overwrite }) => overwrite,
    keepsTimes: ({ times }) => times === 'keep',
  },
  map:
    ({ to, times, overwrite }, { results }) =>
    ({ key, value }) =>
      pipe(
        TE.Do,
        TE.bind('file', () => TE.fromEither(fileOf(to, key, value.extension))),
        TE.bind('digest', () => TE.fromTask(() => digestOf(value.bytes))),
        TE.chain(({ file, digest }) => {
          const size = value.bytes.byteLength;
          const result = { file, folder: folderOf(to), digest, size, overwrite };
          return pipe(
            deliver(result, value.bytes, results, times === 'keep' ? value.modified : undefined),
            TE.map(() => ({ path: shownPath(file), size, digest })),
          );
        }),
      ),
});

/** SHA-256, computed off the main thread. */
const digestOf = async (bytes: Uint8Array): Promise<string> =>
  Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
