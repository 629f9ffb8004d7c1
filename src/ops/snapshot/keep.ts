import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { clearTemporaries } from '../../disk/clear-temporaries.js';
import { notThroughLinks } from '../../disk/folders.js';
import { checkpointFolder } from '../../nn/models/checkpoint-folder.js';
import { addSnapshot, bestFolder, modelFilesIn, readManifest } from '../../nn/models/index.js';
import type { OpContext } from '../../operator/behaviour.js';
import { generatorIn, type SavedTraining } from '../../operator/checkpoints.js';
import { definedOnly } from '../../ports/defined.js';
import type { Training } from '../../ports/index.js';
import { keepLatest, writeCheckpoint } from './checkpoints.js';

/** Where and how a training is kept. */
export interface Place {
  readonly to: string;
  readonly half: boolean;
  readonly keep: number;
}

/** Waits before a write is tried again that an input or output error has ended, in milliseconds. */
const WAITS = [100, 300, 600];

/** Tries again, with backoff, what failed for a reason that may pass: a full disk or one that is read-only stays so. */
const retried = <A>(
  work: TE.TaskEither<Diagnostics, A>,
  [wait, ...more]: readonly number[] = WAITS,
): TE.TaskEither<Diagnostics, A> =>
  pipe(
    work,
    TE.orElse((errors) =>
      wait !== undefined && errors.every(({ code }) => code === 'image/write-failed')
        ? pipe(
            TE.fromTask<void, Diagnostics>(() => new Promise((resolve) => setTimeout(resolve, wait))),
            TE.chain(() => retried(work, more)),
          )
        : TE.left(errors),
    ),
  );

/** Removes what a run that was killed while it wrote has left: the folder is this run's alone. */
export const clearUp = async ({ to }: Pick<Place, 'to'>): Promise<void> => {
  for (const folder of [to, checkpointFolder(to), bestFolder(to)]) await clearTemporaries(folder);
};

/** What `model.json` says of the training behind the model of a step. */
const factsOf = ({ step, images, metrics, validation }: Training) => ({
  steps: step,
  images,
  metrics,
  ...definedOnly({ validation }),
});

/** Adds the model as it is at a step to the folder. */
export const keepModel = ({ to, half }: Place, training: Training): TE.TaskEither<Diagnostics, unknown> => {
  const { model, step, cycle } = training;
  return retried(
    addSnapshot(to, model.generator, model.weights, { step, cycle, half, training: factsOf(training) }),
  );
};

/** Keeps the model of a step as the best so far, in a folder of its own that holds no other. */
export const keepBest = ({ to, half }: Place, training: Training): TE.TaskEither<Diagnostics, unknown> => {
  const { model, step, cycle } = training;
  const facts = { step, cycle, half, isAlone: true, training: factsOf(training) };
  return retried(
    pipe(
      notThroughLinks(to, bestFolder(to)),
      TE.chain(() => addSnapshot(bestFolder(to), model.generator, model.weights, facts)),
    ),
  );
};

/** Keeps the state after a step, once all that was told of the steps up to it is on the disk. */
export const keepState = (
  { to, keep }: Place,
  { step, state, position, model, cycle, images, metrics }: Training,
  { durable, pipeline }: Pick<OpContext, 'durable' | 'pipeline'>,
): TE.TaskEither<Diagnostics, void> =>
  retried(
    pipe(
      TE.tryCatch(
        durable.sync,
        (cause): Diagnostics => [
          failure(
            'image/write-failed',
            `What was told of step ${step} cannot be kept: ${messageOf(cause)}.`,
            {
              cause,
            },
          ),
        ],
      ),
      TE.chain(() => notThroughLinks(to, checkpointFolder(to))),
      TE.chain(() =>
        writeCheckpoint(checkpointFolder(to), { step, state, position }, keep, {
          model: { generator: model.generator, cycle, images, metrics },
          ...definedOnly({ pipeline }),
        }),
      ),
    ),
  );

/**
 * Makes a model of a state that nothing comes after, where its folder has none of that step; true when it did. What a run that was killed
 * at its last step has left is cleared up.
 */
export const conclude = (place: Place, saved: SavedTraining): TE.TaskEither<Diagnostics, boolean> =>
  pipe(
    TE.fromTask<void, Diagnostics>(() => clearUp(place)),
    TE.chain(() =>
      pipe(
        notThroughLinks(place.to, checkpointFolder(place.to)),
        TE.chain(() => keepLatest(checkpointFolder(place.to), place.keep)),
        // Behind a link nothing is removed.
        TE.orElse(() => TE.right<Diagnostics, void>(undefined)),
      ),
    ),
    TE.chain(() => concluded(place, saved)),
  );

const concluded = (
  { to, half }: Place,
  { step, state, model }: SavedTraining,
): TE.TaskEither<Diagnostics, boolean> => {
  if (model === undefined) return TE.right(false);
  const { generator, cycle, images, metrics } = model;
  return pipe(
    modelFilesIn(to),
    TE.chain((files) =>
      files.length === 0
        ? TE.right(false)
        : pipe(
            readManifest(to),
            TE.map(({ snapshots }) => snapshots.some((snapshot) => snapshot.step >= step)),
          ),
    ),
    TE.chain((isThere) =>
      isThere
        ? TE.right(false)
        : pipe(
            addSnapshot(to, generator, generatorIn(state), {
              step,
              cycle,
              half,
              training: { steps: step, images, metrics },
            }),
            TE.map(() => true),
          ),
    ),
  );
};
