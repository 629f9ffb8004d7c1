import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, warning } from '../../diagnostics/index.js';
import { type EnsembleChoice, type LoadedEnsemble, loadEnsemble } from '../../nn/inference/loading/load.js';
import type { OpContext } from '../../operator/behaviour.js';
import type { AnyPart } from '../../operator/part.js';
import type { HostTensor } from '../../ports/index.js';
import type { Params } from './params.js';
import { generatorIn } from './programs.js';

type Tensors = Readonly<Record<string, HostTensor>>;

/** The last snapshot of a model, or the latest checkpoint of a training that has none yet. */
const lastOf = (models: string, parts: readonly AnyPart[]): TE.TaskEither<Diagnostics, LoadedEnsemble> => {
  const choice: EnsembleChoice = {
    models,
    members: 1,
    average: 'predictions',
    trust: 0,
    output: 'picture',
    parts,
  };
  return pipe(
    loadEnsemble(choice),
    TE.orElse((errors) =>
      errors[0].code === 'weights/no-model' || errors[0].code === 'weights/no-snapshots'
        ? pipe(
            loadEnsemble({ ...choice, members: 'all', at: 'latest' }),
            TE.mapLeft(() => errors),
          )
        : TE.left(errors),
    ),
  );
};

/** The tensors of a model that a network has as well, by name and shape. */
export const fitting = (
  weights: Tensors,
  parameters: Readonly<Record<string, { readonly shape: readonly number[] }>>,
): Tensors =>
  Object.fromEntries(
    Object.entries(weights).filter(
      ([name, { shape }]) =>
        Object.hasOwn(parameters, name) && String(parameters[name]?.shape) === String(shape),
    ),
  );

/**
 * The weights that the generator of a training starts with, of those of a model. What is taken over and what is new is said.
 * Errors: `weights/…`; `training/nothing-to-start-from` where nothing fits.
 */
export const startFrom = (
  { generator }: Pick<Params, 'generator'>,
  models: string,
  { warn }: Pick<OpContext, 'warn'>,
  parts: readonly AnyPart[] = [],
): TE.TaskEither<Diagnostics, Tensors> =>
  pipe(
    lastOf(models, parts),
    TE.chainEitherK((loaded): E.Either<Diagnostics, Tensors> => {
      const { parameters } = generatorIn({ generator });
      const taken = fitting(loaded.members[0], parameters);
      const [count, all] = [Object.keys(taken).length, Object.keys(parameters).length];
      const step = loaded.snapshots[0]?.step;
      if (count === 0)
        return E.left([
          failure(
            'training/nothing-to-start-from',
            `Nothing of the \`${loaded.generator.kind}\` in ${models} fits the generator that is trained, a \`${generator.kind}\`.`,
          ),
        ]);
      const others = count === all ? '' : ` Its other ${all - count} parameters are new.`;
      warn(
        { path: models, index: 0, epoch: 0 },
        warning(
          'training/started-from',
          `The generator starts with ${count} of ${all} parameters of step ${step} of that model.${others} The discriminator, the optimiser and the schedule begin anew.`,
        ),
      )();
      return E.right(taken);
    }),
  );
