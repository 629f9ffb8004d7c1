import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import { checkpointFolder } from '../nn/models/checkpoint-folder.js';
import { latestState } from '../nn/models/checkpoints.js';
import { readManifest } from '../nn/models/index.js';
import type { NetworkSpec } from '../ports/index.js';

/** What there is of a trained model in a folder: its snapshots, or the latest checkpoint of a training that has none yet. */
export interface ModelState {
  readonly kind: 'snapshots' | 'latest';
  readonly generator: NetworkSpec;
  /** Steps of the snapshots, or that of the checkpoint. */
  readonly steps: readonly [number, ...number[]];
  readonly step: number;
  /** Bytes of the snapshots; undefined of a checkpoint, which holds more than the model. */
  readonly bytes: number | undefined;
  /** Photos that were learned from, counted as often as they were seen; undefined where it is not noted. */
  readonly images: number | undefined;
}

/** Looks what model there is in a folder; weights are not read. Errors: `weights/…`. */
export const stateOf = (folder: string): TE.TaskEither<Diagnostics, ModelState> =>
  pipe(
    readManifest(folder),
    TE.map(({ generator, snapshots, training }): ModelState | undefined => {
      const [first, ...more] = snapshots.map(({ step }) => step);
      return first === undefined
        ? undefined
        : {
            kind: 'snapshots',
            generator,
            steps: [first, ...more],
            step: more.at(-1) ?? first,
            bytes: snapshots.reduce((sum, { bytes }) => sum + bytes, 0),
            images: typeof training.images === 'number' ? training.images : undefined,
          };
    }),
    TE.orElse((errors) =>
      errors[0].code === 'weights/no-model'
        ? TE.right<Diagnostics, ModelState | undefined>(undefined)
        : TE.left(errors),
    ),
    TE.chain((found) => (found === undefined ? unfinished(folder) : TE.right(found))),
  );

const unfinished = (folder: string): TE.TaskEither<Diagnostics, ModelState> =>
  pipe(
    latestState(checkpointFolder(folder)),
    TE.chain(
      O.match(
        () =>
          TE.left<Diagnostics, ModelState>([
            failure(
              'weights/no-model',
              `${folder} holds neither a trained model nor a checkpoint of a training.`,
            ),
          ]),
        ({ step, model }) =>
          model === undefined
            ? TE.left<Diagnostics>([
                failure(
                  'weights/no-model',
                  `The checkpoint of step ${step} in ${folder} is of an earlier version, which did not note what network it is.`,
                  {
                    hint: 'Go on with the training by --resume for a step or more: the next checkpoint says it.',
                  },
                ),
              ])
            : TE.right<Diagnostics, ModelState>({
                kind: 'latest',
                generator: model.generator,
                steps: [step],
                step,
                bytes: undefined,
                images: model.images,
              }),
      ),
    ),
  );
