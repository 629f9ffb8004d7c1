import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../../diagnostics/index.js';
import { generatorIn } from '../../../operator/checkpoints.js';
import type { AnyPart } from '../../../operator/part.js';
import type { NetworkSpec } from '../../../ports/index.js';
import { checkpointFolder } from '../../models/checkpoint-folder.js';
import { type LatestGenerator, latestGenerator, latestManifest } from '../../models/checkpoints.js';
import { readManifest } from '../../models/index.js';
import { misfitOf } from '../../network.js';
import type { LoadedEnsemble, Weights } from '../ensemble.js';
import { networkFor } from './network-for.js';

/** The files that matter to results of the latest checkpoint of a training: what it says of itself says all. */
export const latestFiles = (models: string): TE.TaskEither<Diagnostics, readonly string[]> =>
  pipe(
    latestManifest(checkpointFolder(models)),
    TE.map((file) => (file === undefined ? [] : [file])),
  );

/** Of a training without a snapshot, that its latest checkpoint is a model as well. */
export const withWayOut = (models: string, errors: Diagnostics): TE.TaskEither<Diagnostics, never> =>
  pipe(
    latestManifest(checkpointFolder(models)),
    TE.orElse(() => TE.right<Diagnostics, string | undefined>(undefined)),
    TE.chain((file) => {
      const [first, ...more] = errors;
      const step = Number(/step-(\d+)\.json$/.exec(file ?? '')?.[1]);
      return TE.left<Diagnostics>(
        file === undefined || first.code !== 'weights/no-model'
          ? errors
          : [
              {
                ...first,
                message: `${models} holds a training that has come to step ${step}, and no snapshot yet: its first cycle has not ended.`,
                hint: 'Use its latest checkpoint: `at: latest`, or `--at latest` on the command line.',
              },
              ...more,
            ],
      );
    }),
  );

/** The generator that a checkpoint says it has; one of an earlier version does not, and then the model beside it does. */
const specOf = (models: string, { saved }: LatestGenerator): TE.TaskEither<Diagnostics, NetworkSpec> =>
  saved.model !== undefined
    ? TE.right(saved.model.generator)
    : pipe(
        readManifest(models),
        TE.bimap(
          (): Diagnostics => [
            failure(
              'weights/no-model',
              `The checkpoint of step ${saved.step} in ${models} is of an earlier version, which did not note what network it is.`,
              {
                hint: 'Go on with the training by --resume for a step or more: the next checkpoint says it.',
              },
            ),
          ],
          ({ generator }) => generator,
        ),
      );

/** The latest checkpoint of a training as an ensemble of one. Errors: `weights/…`. */
export const loadLatest = (
  models: string,
  parts: readonly AnyPart[] = [],
): TE.TaskEither<Diagnostics, LoadedEnsemble> =>
  pipe(
    latestGenerator(checkpointFolder(models)),
    TE.chainEitherK(
      E.fromOption(
        (): Diagnostics => [
          failure('weights/no-model', `There is no checkpoint in ${checkpointFolder(models)}.`, {
            hint: 'Give the folder that `snapshot` of a training writes to.',
          }),
        ],
      ),
    ),
    TE.bindTo('latest'),
    TE.bind('generator', ({ latest }) => specOf(models, latest)),
    TE.bind('network', ({ generator }) => TE.fromEither(networkFor(models, generator, parts))),
    TE.chainEitherK(({ latest: { saved, file, sha256, bytes }, generator, network }) => {
      const weights = generatorIn(saved.state);
      const why = misfitOf(network, weights);
      const { step, model } = saved;
      return why === undefined
        ? E.right({
            network,
            generator,
            members: [weights as Weights] as const,
            snapshots: [
              { file: `checkpoints/${basename(file)}`, sha256, bytes, step, cycle: model?.cycle ?? 0 },
            ],
          })
        : E.left([failure('weights/mismatch', `${file} is not of the network that it says it is: ${why}.`)]);
    }),
  );
