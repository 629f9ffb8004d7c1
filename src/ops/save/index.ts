import { webcrypto } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { writeFailure } from '../../disk/write.js';
import { defineOp } from '../../operator/define.js';
import { required, template } from '../../operator/params/index.js';
import { encoded, saved } from '../../ports/index.js';
import { fileOf, folderOf, isDistinct } from './destination.js';

/** Writes a file: wholly, or not at all. */
export const save = defineOp({
  name: 'save',
  about: 'Write the file',
  params: {
    to: required(template, 'Where, such as edited/{path}; places are {path}, {name}, {ext} and {index}'),
  },
  main: 'to',
  input: encoded,
  output: saved,
  cost: { millisecondsPerMegapixel: 1, bytesPerPixel: 0 },
  sink: {
    folder: ({ to }) => folderOf(to),
    file: ({ to }, key, extension) => fileOf(to, key, extension),
    distinct: ({ to }, extension) => isDistinct(to, extension),
  },
  map:
    ({ to }) =>
    ({ key, value }) =>
      pipe(
        TE.Do,
        TE.bind('file', () => TE.fromEither(fileOf(to, key, value.extension))),
        TE.chainFirst(({ file }) => makeFolder(dirname(file))),
        TE.bind('image', () => TE.fromTask(() => import('../../image/index.js'))),
        TE.chainFirst(({ file, image }) => image.writeAtomically(file, value.bytes)),
        TE.bind('digest', () => TE.fromTask(() => digestOf(value.bytes))),
        TE.map(({ file, digest }) => ({ path: file, size: value.bytes.byteLength, digest })),
      ),
});

/** SHA-256, computed off the main thread. */
const digestOf = async (bytes: Uint8Array): Promise<string> =>
  Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');

const makeFolder = (folder: string): TE.TaskEither<Diagnostics, void> =>
  TE.tryCatch(async () => {
    await mkdir(folder, { recursive: true });
  }, writeFailure(folder));
