import * as tf from '../../tensor/tfjs.js';
import type { Parameters } from '../network.js';
import { clipByGlobalNorm, globalNorm, type Optimised } from '../optimisers/adam-w.js';
import type { Optimiser } from '../optimisers/optimiser.js';
import { gradientsOf, type NetworkParameters } from './gradients.js';
import { boundNetworksOf, type Examples, type Objective, type Shown, type Terms } from './objective.js';

/** How the networks are changed at a step. */
export interface StepOptions {
  readonly optimiser: Pick<Optimiser, 'step'>;
  /** The largest norm of all gradients of the generators together; absent, they are not clipped. */
  readonly clip?: number;
  /** Share of the running average of the generators' weights that stays at each step, 0 to keep none. */
  readonly average: number;
}

/** All that training changes, as tensors by network and parameter. */
export interface TrainedTensors {
  readonly weights: NetworkParameters;
  readonly first: NetworkParameters;
  readonly second: NetworkParameters;
  /** Running averages of the generators' weights; empty when none are kept. */
  readonly average: NetworkParameters;
}

/** Numbers that differ from step to step. */
export interface Control {
  readonly generators: Readonly<Record<string, tf.Scalar>>;
  readonly discriminators: Readonly<Record<string, tf.Scalar>>;
}

/** What enters the program of a step. */
export interface StepInputs {
  readonly state: TrainedTensors;
  readonly examples: Examples;
  /** What a generator that reads tables is told of the pictures that it is to restore, `[N, features]`. */
  readonly quantisation?: tf.Tensor2D;
  readonly control: Control;
  /** Pictures of earlier steps by the discriminator that judges them, and which of them it is shown: 1, others 0. */
  readonly earlier: Readonly<Record<string, { readonly pictures: tf.Tensor4D; readonly shown: tf.Tensor4D }>>;
  /** Random numbers in 0..1, `[N, 1, 1, 1]`. */
  readonly mix: tf.Tensor4D;
}

/** What it gives. */
export interface StepResults {
  readonly state: TrainedTensors;
  readonly metrics: Readonly<Record<string, tf.Scalar>>;
  /** What the generators made, by the discriminator that judges it; empty where no discriminator keeps a pool. */
  readonly made: Readonly<Record<string, tf.Tensor4D>>;
}

const weighted = (terms: Terms): tf.Scalar =>
  Object.values(terms).reduce<tf.Scalar>(
    (sum, { weight, value }) => tf.add(sum, tf.mul(value, weight)),
    tf.scalar(0),
  );

const valuesOf = (terms: Terms): Readonly<Record<string, tf.Scalar>> =>
  Object.fromEntries(Object.entries(terms).map(([name, { value }]) => [name, value]));

const pick = (tree: NetworkParameters, names: readonly string[]): NetworkParameters =>
  Object.fromEntries(names.map((name) => [name, tree[name]!]));

/** What is learned of a batch, or of a part of one: a mean over its pictures. */
export interface Slopes {
  readonly gradients: NetworkParameters;
  readonly metrics: Readonly<Record<string, tf.Scalar>>;
  readonly made: StepResults['made'];
}

/** What enters the program of gradients. */
export type SlopeInputs = Omit<StepInputs, 'state' | 'control'> & {
  readonly state: Pick<TrainedTensors, 'weights'>;
};

/** Gradients of the first phase: generators learn to give natural photos back. A pure tensor function. */
export const pretrainingSlopes =
  (objective: Objective) =>
  ({ state, examples }: Pick<SlopeInputs, 'state' | 'examples'>): Slopes => {
    const names = Object.keys(objective.networks.generators);
    const terms = (generators: NetworkParameters): Terms =>
      objective.pretraining(
        boundNetworksOf(objective.networks, { ...state.weights, ...generators }),
        examples,
      );
    const generators = pick(state.weights, names);
    const gradients = gradientsOf((parameters) => weighted(terms(parameters)), generators);
    const values = terms(generators);
    return { gradients, metrics: { generator: weighted(values), ...valuesOf(values) }, made: {} };
  };

/** The first phase's step. A pure tensor function. */
export const pretrainingStep = (objective: Objective, options: StepOptions) => {
  const slopes = pretrainingSlopes(objective);
  const generators = Object.keys(objective.networks.generators);
  return ({ state, examples, control }: Pick<StepInputs, 'state' | 'examples' | 'control'>): StepResults => {
    const { gradients, metrics, made } = slopes({ state, examples });
    return { ...updated(state, gradients, { ...options, control, generators }), metrics, made };
  };
};

/** Gradients of an adversarial step. A pure tensor function. */
export const adversarialSlopes =
  (objective: Objective) =>
  ({ state, examples, quantisation, earlier, mix }: SlopeInputs): Slopes => {
    const { networks } = objective;
    const [generators, discriminators] = [
      Object.keys(networks.generators),
      Object.keys(networks.discriminators),
    ];
    const attempt = (parameters: NetworkParameters) =>
      objective.generating(
        boundNetworksOf(networks, { ...state.weights, ...parameters }),
        examples,
        quantisation,
      );
    // Recorded a second time for its terms: the same operators on the same operands are one in the graph.
    const current = attempt({});
    const shown = showing(objective.real(examples), current.made, earlier);
    const discriminatorLoss = (parameters: NetworkParameters): Terms =>
      objective.discriminatorLoss(boundNetworksOf(networks, { ...state.weights, ...parameters }), shown, mix);
    const verdicts = discriminatorLoss({});
    const made = gradientsOf(
      (parameters) => weighted(attempt(parameters).terms),
      pick(state.weights, generators),
    );
    const judged =
      discriminators.length === 0
        ? {}
        : gradientsOf(
            (parameters) => weighted(discriminatorLoss(parameters)),
            pick(state.weights, discriminators),
          );
    return {
      gradients: { ...made, ...judged },
      metrics: {
        generator: weighted(current.terms),
        ...(discriminators.length === 0 ? {} : { discriminator: weighted(verdicts) }),
        ...valuesOf(current.terms),
      },
      made: Object.fromEntries(Object.keys(earlier).map((domain) => [domain, current.made[domain]!])),
    };
  };

/**
 * A whole adversarial step: generators and discriminators both learn from what the networks were before it, so that the
 * work on pictures just made is done once for both. A pure tensor function.
 */
export const adversarialStep = (objective: Objective, options: StepOptions) => {
  const slopes = adversarialSlopes(objective);
  const generators = Object.keys(objective.networks.generators);
  return ({ control, ...inputs }: StepInputs): StepResults => {
    const { gradients, metrics, made } = slopes(inputs);
    return {
      ...updated(inputs.state, gradients, { ...options, control, generators }),
      metrics: { ...metrics, gradient: globalNorm(flat(pick(gradients, generators))) },
      made,
    };
  };
};

/** What a step does once its gradients are known: those of the parts of a batch, their mean. A pure tensor function. */
export const updateStep =
  (objective: Objective, options: StepOptions) =>
  ({
    state,
    gradients,
    control,
  }: Pick<StepInputs, 'state' | 'control'> & { readonly gradients: NetworkParameters }): Pick<
    StepResults,
    'state' | 'metrics'
  > => {
    const generators = Object.keys(objective.networks.generators);
    return {
      ...updated(state, gradients, { ...options, control, generators }),
      metrics: { gradient: globalNorm(flat(pick(gradients, generators))) },
    };
  };

/** Shows each discriminator pictures just made or, where the pool says so, earlier ones (Shrivastava et al. 2017). */
const showing = (
  real: Readonly<Record<string, tf.Tensor4D>>,
  made: Readonly<Record<string, tf.Tensor4D>>,
  earlier: StepInputs['earlier'],
): Readonly<Record<string, Shown>> =>
  Object.fromEntries(
    Object.entries(real).map(([domain, photos]) => {
      const fresh = made[domain]!;
      const pool = earlier[domain];
      const pictures =
        pool === undefined
          ? fresh
          : tf.add<tf.Tensor4D>(tf.mul(fresh, tf.sub(1, pool.shown)), tf.mul(pool.pictures, pool.shown));
      return [domain, { real: photos, made: pictures }];
    }),
  );

const flat = (tree: NetworkParameters): Parameters =>
  Object.fromEntries(
    Object.entries(tree).flatMap(([network, own]) =>
      Object.entries(own).map(([name, tensor]) => [`${network}/${name}`, tensor] as const),
    ),
  );

/** Gradients of the generators brought to the norm that is allowed. */
const clipped = (
  gradients: NetworkParameters,
  generators: readonly string[],
  clip: number | undefined,
): NetworkParameters => {
  if (clip === undefined) return gradients;
  const scaled = clipByGlobalNorm(flat(pick(gradients, generators)), clip).gradients;
  return Object.fromEntries(
    Object.entries(gradients).map(([network, own]) => [
      network,
      generators.includes(network)
        ? Object.fromEntries(Object.keys(own).map((name) => [name, scaled[`${network}/${name}`]!]))
        : own,
    ]),
  );
};

/** The state after the networks that have gradients took a step. */
const updated = (
  state: TrainedTensors,
  gradients: NetworkParameters,
  {
    optimiser,
    clip,
    average,
    control,
    generators,
  }: StepOptions & { control: Control; generators: readonly string[] },
): { readonly state: TrainedTensors } => {
  const moved: Readonly<Record<string, Optimised>> = Object.fromEntries(
    Object.entries(clipped(gradients, generators, clip)).map(([network, own]) => [
      network,
      optimiser.step(
        { weights: state.weights[network]!, first: state.first[network]!, second: state.second[network]! },
        own,
        generators.includes(network) ? control.generators : control.discriminators,
      ),
    ]),
  );
  const all = (key: keyof Optimised): NetworkParameters =>
    Object.fromEntries(
      Object.entries(state[key]).map(([network, before]) => [network, moved[network]?.[key] ?? before]),
    );
  const weights = all('weights');
  return {
    state: {
      weights,
      first: all('first'),
      second: all('second'),
      average: Object.fromEntries(
        Object.entries(state.average).map(([network, before]) => [
          network,
          Object.fromEntries(
            Object.entries(before).map(([name, mean]) => [
              name,
              tf.add(tf.mul(mean, average), tf.mul(weights[network]![name]!, 1 - average)),
            ]),
          ),
        ]),
      ),
    },
  };
};
