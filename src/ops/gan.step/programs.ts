import { discriminatorOf } from '../../nn/discriminators/index.js';
import { generatorOf } from '../../nn/generators/index.js';
import type { Discriminator, Network } from '../../nn/network.js';
import { adamWOptimiser, type Optimiser } from '../../nn/optimisers/optimiser.js';
import { cycle } from '../../nn/training/cycle.js';
import { boundNetworksOf, type Objective } from '../../nn/training/objective.js';
import { oneWay } from '../../nn/training/one-way.js';
import { paired } from '../../nn/training/paired.js';
import {
  adversarialSlopes,
  adversarialStep,
  pretrainingSlopes,
  pretrainingStep,
  type SlopeInputs,
  type Slopes,
  type StepInputs,
  type StepResults,
  updateStep,
} from '../../nn/training/step.js';
import type { CheckedParams } from '../../operator/params/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { NetworkSpec } from '../../ports/index.js';
import { type Engine, type Jitted, jit } from '../../tensor/index.js';
import * as tf from '../../tensor/tfjs.js';
import { ownTermsIn } from './own-terms.js';
import type { Params } from './params.js';

/** A network's parameters as its spec. */
export const specOf = ({
  kind,
  params,
  part,
}: Params['generator'] | Params['discriminator']): NetworkSpec => ({
  kind,
  options: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, Number(value)])),
  ...definedOnly({ plugin: part?.origin }),
});

/** The codec of a part has read the parameters of a choice that names it. */
const checked = (params: object): CheckedParams => params as unknown as CheckedParams;

/** The generator that the parameters describe. */
export const generatorIn = ({ generator }: Pick<Params, 'generator'>): Network =>
  // They were held to the generators that there are.
  generator.part?.network(checked(generator.params)) ?? (generatorOf(specOf(generator)) as Network);

const discriminatorIn = ({ discriminator }: Params): Discriminator =>
  discriminator.part?.network(checked(discriminator.params)) ??
  (discriminatorOf(specOf(discriminator)) as Discriminator);

/** The optimiser that the parameters describe. */
export const optimiserOf = ({ optimizer: { params, part } }: Params): Optimiser =>
  part?.optimiser(checked(params)) ??
  adamWOptimiser({ decay: params.decay, betas: [params.beta1, params.beta2], epsilon: 1e-8 });

/** Unpaired photos are learned from one way, or both ways where cycles count. */
export const objectiveOf = (params: Params, examples: readonly string[]): Objective => {
  const make = examples.includes('from') ? paired : params.losses.cycle > 0 ? cycle : oneWay;
  const losses = { ...params.losses, own: ownTermsIn(params.losses) };
  return make(generatorIn(params), discriminatorIn(params), losses);
};

/** The kinds of steps: the initial training, and that of the task without a discriminator or with one. */
type Kind = 'pretrain' | 'plain' | 'judged';

type UpdateInputs = Parameters<ReturnType<typeof updateStep>>[0];

/** What is compiled for a training. */
export type Programs = Readonly<Record<Kind, Jitted<StepInputs, unknown>>> & {
  /** The same in two parts, for batches that are learned from bit by bit: gradients of some pictures, and what is done by their mean. */
  readonly slopes: Readonly<Record<Kind, Jitted<SlopeInputs, Slopes>>>;
  readonly update: Readonly<Record<Kind, Jitted<UpdateInputs, ReturnType<ReturnType<typeof updateStep>>>>>;
  readonly objective: Objective;
  readonly samples: Jitted<
    Pick<StepInputs, 'examples' | 'quantisation'> & { readonly weights: StepInputs['state']['weights'] },
    Readonly<Record<string, tf.Tensor>>
  >;
};

/** Pictures enter in 0..1; networks work in -1..1. */
const centred = (examples: StepInputs['examples']): StepInputs['examples'] =>
  Object.fromEntries(
    Object.entries(examples).map(([name, x]) => [name, tf.sub<tf.Tensor4D>(tf.mul(x, 2), 1)]),
  );

/** The programs of a training; they are recorded and compiled when they are first called. */
export const programsFor = (params: Params, engine: Engine, examples: readonly string[]): Programs => {
  const objective = objectiveOf(params, examples);
  const options = {
    optimiser: optimiserOf(params),
    average: params.average,
    ...definedOnly({ clip: params.clip }),
  };
  const unjudged = objectiveOf(
    { ...params, losses: { ...params.losses, adversarial: { ...params.losses.adversarial, weight: 0 } } },
    examples,
  );
  const settings = { engine, cache: 2 };
  const compiled = (name: string, step: (inputs: StepInputs) => StepResults): Jitted<StepInputs, unknown> =>
    jit((inputs: StepInputs) => step({ ...inputs, examples: centred(inputs.examples) }), {
      ...settings,
      name,
    });
  const slopes = (name: string, of: (inputs: SlopeInputs) => Slopes): Jitted<SlopeInputs, Slopes> =>
    jit((inputs: SlopeInputs) => of({ ...inputs, examples: centred(inputs.examples) }), {
      ...settings,
      name,
    });
  const update = (name: string, of: Objective) => jit(updateStep(of, options), { ...settings, name });
  return {
    objective,
    slopes: {
      pretrain: slopes('gan.step (pretrain, gradients)', pretrainingSlopes(objective)),
      plain: slopes('gan.step (without discriminator, gradients)', adversarialSlopes(unjudged)),
      judged: slopes('gan.step (gradients)', adversarialSlopes(objective)),
    },
    update: {
      pretrain: update('gan.step (pretrain, update)', objective),
      plain: update('gan.step (without discriminator, update)', unjudged),
      judged: update('gan.step (update)', objective),
    },
    pretrain: compiled('gan.step (pretrain)', pretrainingStep(objective, options)),
    plain: compiled('gan.step (without discriminator)', adversarialStep(unjudged, options)),
    judged: compiled('gan.step', adversarialStep(objective, options)),
    samples: jit(
      ({ weights, examples, quantisation }) => {
        const bound = boundNetworksOf(objective.networks, weights);
        const pictures = objective.samples(bound, centred(examples), quantisation);
        return Object.fromEntries(
          Object.entries(pictures).map(([name, x]) => [name, tf.mul(tf.add(x, 1), 127.5)]),
        );
      },
      {
        ...settings,
        // Photos that are kept apart may be of several sizes.
        cache: 8,
        name: 'gan.step (samples)',
        as: { input: 'uint8', output: 'uint8', target: 'uint8', back: 'uint8' },
      },
    ),
  };
};
