import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { conventions } from '../../nn/onnx/conventions.js';
import { defineOp } from '../../operator/define.js';
import { path, required } from '../../operator/params/index.js';
import { frame } from '../../ports/index.js';
import type { Model } from './open.js';

export const model = defineOp({
  name: 'model',
  about: 'Run a picture through any network in an ONNX file',
  params: { file: required(path('weights'), 'The ONNX file'), ...conventions },
  main: 'file',
  input: frame,
  output: frame,
  cost: { millisecondsPerMegapixel: 2000, bytesPerPixel: 400 },
  shape: ({ scale = 1 }, { width, height }) =>
    E.right({ width: width * scale, height: height * scale, channels: 3 }),
  load: (params, context) =>
    pipe(
      TE.fromTask(() => import('./open.js')),
      TE.chain(({ openModel }) => openModel(params, context)),
    ),
  map:
    (_params, _context, loaded: Model) =>
    ({ value: photo }, signal) =>
      pipe(
        TE.fromTask(() => import('./apply.js')),
        TE.chain(({ applyModel }) => applyModel(loaded, photo, signal)),
      ),
});
