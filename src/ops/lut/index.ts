import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defineOp } from '../../operator/define.js';
import { resultOnly } from '../../operator/memory.js';
import { defaulted, number, oneOf, path, required } from '../../operator/params/index.js';
import type { Lut } from '../../picture/lut/table.js';
import { frame } from '../../ports/index.js';

export const lut = defineOp({
  name: 'lut',
  about: 'Apply a lookup table of colours: a .cube file or a Hald CLUT',
  params: {
    file: required(path('weights'), 'The .cube file, or the picture of a Hald CLUT'),
    strength: defaulted(number({ min: 0, max: 1 }), 1, 'How far to go from the photo to what the table says'),
    grey: defaulted(
      oneOf('keep', 'colour'),
      'keep',
      'Whether a grey photo stays grey, or takes the colours that the table gives it',
    ),
  },
  main: 'file',
  input: frame,
  output: frame,
  cost: { millisecondsPerMegapixel: 60 },
  memory: resultOnly,
  shape: ({ grey }, picture) =>
    E.right({ ...picture, channels: grey === 'colour' ? (3 as const) : picture.channels }),
  laws: {
    identity: { strength: 0, grey: 'keep' },
    equivariant: () => ['flip-x', 'flip-y', 'rotate-90', 'rotate-180', 'shift-x'],
    receptiveRadius: () => 0,
  },
  load: ({ file }) =>
    pipe(
      TE.fromTask(() => import('./open.js')),
      TE.chain(({ openLut }) => openLut(file)),
      TE.map((value) => ({ value, close: async () => undefined })),
    ),
  map:
    (params, _context, table: Lut) =>
    ({ value: photo }, signal) =>
      pipe(
        TE.fromTask(() => import('./apply.js')),
        TE.chain(({ applyLut }) => applyLut(table, params, photo, signal)),
      ),
});
