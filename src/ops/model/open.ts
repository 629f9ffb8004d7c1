import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { readBytes } from '../../disk/read.js';
import { type Conventions, conventionsOf, merged } from '../../nn/onnx/conventions.js';
import type { OpContext, Resource } from '../../operator/behaviour.js';
import { defaultTimeout } from '../../operator/time-limit.js';
import type { HostTensor, Size } from '../../ports/index.js';
import { surveyModel } from '../../tensor/emit/foreign.js';
import { decodeMetadata, type ModelHead } from '../../tensor/emit/schema.js';
import type { Engine, OpenedModel } from '../../tensor/run/engine.js';
import type { ModelLimits } from '../../tensor/run/model-process/host.js';
import { axesOf } from './axes.js';
import { constantTensors } from './constants.js';
import { type Interface, interfaceOf } from './interface.js';

/** A model that is open on the run's engine. */
export interface Model {
  readonly interface: Interface;
  /** Runs it on a tensor, whose buffer is given away; gives its result. */
  readonly run: (input: HostTensor, signal: AbortSignal) => TE.TaskEither<Diagnostics, HostTensor>;
}

/** No message of protobuf has more bytes, and no ONNX file without others beside it. */
const MOST_BYTES = 2 ** 31 - 1;

/** Reads the file of a model, which may take no more than all photos together: of one, it stands in memory as long as the run lasts. */
const read = (path: string, memory: number): TE.TaskEither<Diagnostics, Uint8Array> =>
  pipe(
    readBytes(path, Math.min(MOST_BYTES, memory)),
    TE.mapLeft(([{ code, message, cause }]): Diagnostics => {
      const isTooMuch = code === 'image/file-too-large' && memory < MOST_BYTES;
      return [
        failure(
          isTooMuch ? 'model/out-of-memory' : 'model/unreadable',
          `The model cannot be read: ${message}`,
          { cause },
        ),
      ];
    }),
  );

const headOf = (path: string, bytes: Uint8Array): E.Either<Diagnostics, ModelHead> =>
  pipe(
    decodeMetadata(bytes),
    E.fromOption((): Diagnostics => [failure('model/not-onnx', `${path} is no ONNX model.`)]),
    E.chainFirst(() =>
      pipe(
        surveyModel(bytes),
        E.mapLeft((what): Diagnostics => [failure('model/not-onnx', `${path} is no ONNX model: ${what}.`)]),
        E.filterOrElse(
          ({ external }) => !external,
          (): Diagnostics => [
            failure('model/external-weights', `The weights of ${path} are in another file beside it.`),
          ],
        ),
      ),
    ),
  );

/** Opens the bytes on an engine. What the engine refuses is a fault of the model, not of this program. */
const openOn =
  (engine: Engine, path: string, limits: ModelLimits) =>
  (bytes: Uint8Array): TE.TaskEither<Diagnostics, OpenedModel> =>
    pipe(
      engine.openModel(basename(path), bytes, limits),
      TE.mapLeft((errors) =>
        errors[0].code === 'tensor/compile-failed'
          ? [
              failure(
                'model/refused',
                `The engine ${engine.name} cannot open the model ${path}: ${errors[0].message}`,
              ),
            ]
          : errors,
      ),
    );

/**
 * Opens a model for a run: reads its file, opens it on the run's engine, and decides how pictures are handed to it. When
 * its process was ended, the next picture opens it anew. Errors: `model/…`.
 */
export const openModel = (
  { file, ...given }: Conventions & { readonly file: string },
  { openEngine, memory, timeout }: OpContext,
): TE.TaskEither<Diagnostics, Resource<Model>> => {
  const limitsFor = (bytes: Uint8Array): ModelLimits => ({
    memory,
    opening: timeout ?? defaultTimeout(bytes.byteLength / 1e6),
  });
  const openFile = (engine: Engine) => (bytes: Uint8Array) => openOn(engine, file, limitsFor(bytes))(bytes);
  return pipe(
    TE.Do,
    TE.bind('bytes', () => read(file, memory)),
    TE.bind('head', ({ bytes }) => TE.fromEither(headOf(file, bytes))),
    TE.bind('own', ({ head }) => TE.fromEither(conventionsOf(basename(file), head.metadata))),
    TE.bind('engine', () => openEngine),
    TE.bind('opened', ({ engine, bytes }) => openFile(engine)(bytes)),
    TE.bind('decided', ({ opened, own }) =>
      TE.fromEither(interfaceOf(basename(file), opened, merged(given, own))),
    ),
    TE.map(({ engine, opened, decided }) => {
      const reopen = pipe(
        read(file, memory),
        // The file may be another one by now.
        TE.chainFirst((again) => TE.fromEither(headOf(file, again))),
        TE.chain(openFile(engine)),
      );
      let session: Promise<E.Either<Diagnostics, OpenedModel>> = Promise.resolve(E.right(opened));
      const current: TE.TaskEither<Diagnostics, OpenedModel> = async () => {
        const before = session;
        const held = await before;
        if (E.isRight(held) && held.right.alive()) return held;
        // Of several pictures that find it gone, the first opens it for all.
        if (session === before) session = reopen();
        return session;
      };
      return {
        value: { interface: decided, run: inTurn(runOn(current, decided)) },
        close: async () => {
          const held = await session;
          if (E.isRight(held)) held.right.dispose();
        },
      };
    }),
  );
};

const SIZES =
  'If the engine complains of sizes, say what the model wants, such as `multiple: 32`. If it has no memory left, use smaller pictures.';

/** Lets pictures through one after the other: a model takes one at a time, and one that ends it ends it for no other. */
const inTurn = (run: Model['run']): Model['run'] => {
  let last: Promise<unknown> = Promise.resolve();
  return (tensor, signal) => () => {
    const turn = last.then(() => run(tensor, signal)());
    last = turn.catch(() => undefined);
    return turn;
  };
};

const runOn =
  (current: TE.TaskEither<Diagnostics, OpenedModel>, model: Interface): Model['run'] =>
  (tensor, signal) => {
    const { file, input, output, constants } = model;
    const feeds = { ...constantTensors(constants, sizeIn(model, tensor)), [input]: tensor };
    return pipe(
      current,
      TE.chain((opened) => opened.run(feeds, signal)),
      TE.mapLeft(
        ([first, ...more]): Diagnostics => [
          first.code === 'tensor/run-failed' ? { ...first, hint: SIZES } : first,
          ...more,
        ],
      ),
      TE.chainOptionK(
        (): Diagnostics => [failure('model/not-for-pictures', `${file} gave no result \`${output}\`.`)],
      )((results) => O.fromNullable(results[output])),
    );
  };

/** The size of the picture in a tensor that goes in. */
const sizeIn = ({ layout }: Interface, { shape }: HostTensor): Size => {
  const { h, w } = axesOf(layout, shape.length);
  return { height: shape[h] ?? 1, width: shape[w] ?? 1 };
};
