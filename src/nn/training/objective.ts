import type * as tf from '../../tensor/tfjs.js';
import type { Discriminator, Network } from '../network.js';
import type { NetworkParameters } from './gradients.js';

/** Pictures of one step, `[N, H, W, 3]` in -1..1, by what they are: `from` and `to`, or `a` and `b`. */
export type Examples = Readonly<Record<string, tf.Tensor4D>>;

/** The networks of a training: generators, and discriminators by the domain whose photos they know. */
export interface Networks {
  readonly generators: Readonly<Record<string, Network>>;
  readonly discriminators: Readonly<Record<string, Discriminator>>;
}

/** The same with their parameters put in. */
export interface BoundNetworks {
  readonly generators: Readonly<
    Record<string, (pictures: tf.Tensor4D, quantisation?: tf.Tensor2D) => tf.Tensor4D>
  >;
  readonly discriminators: Readonly<Record<string, (pictures: tf.Tensor4D) => readonly tf.Tensor4D[]>>;
  /** The grids of colour transforms that those generators make which slice one. */
  readonly transforms: Readonly<Record<string, (pictures: tf.Tensor4D) => tf.Tensor4D>>;
}

/** Terms of a loss by name, unweighted, each with the weight that it counts with. */
export type Terms = Readonly<Record<string, { readonly weight: number; readonly value: tf.Scalar }>>;

/** What a generator step comes to. */
export interface Attempt {
  readonly terms: Terms;
  /** The pictures made, by the discriminator that is to judge them. */
  readonly made: Readonly<Record<string, tf.Tensor4D>>;
}

/** What a discriminator is shown: photos of its domain, and pictures that were made. */
export interface Shown {
  readonly real: tf.Tensor4D;
  readonly made: tf.Tensor4D;
}

/**
 * What is minimised: who plays, what the generators are after, and how the discriminators judge. All pure tensor
 * functions of the players and the examples.
 */
export interface Objective {
  readonly networks: Networks;
  /** Names of the pictures of an example. */
  readonly examples: readonly string[];
  /** The first task: to give natural photos back, without a discriminator. */
  readonly pretraining: (bound: BoundNetworks, examples: Examples) => Terms;
  /** @param quantisation what is known of the pictures that are to be restored, `[N, features]`; of pairs */
  readonly generating: (bound: BoundNetworks, examples: Examples, quantisation?: tf.Tensor2D) => Attempt;
  /** What each discriminator is shown of the photos of its domain. */
  readonly real: (examples: Examples) => Readonly<Record<string, tf.Tensor4D>>;
  /** @param mix random numbers in 0..1, `[N, 1, 1, 1]`, for losses that look between real and made pictures */
  readonly discriminatorLoss: (
    bound: BoundNetworks,
    shown: Readonly<Record<string, Shown>>,
    mix: tf.Tensor4D,
  ) => Terms;
  /** Pictures to look at, by what they are. */
  readonly samples: (bound: BoundNetworks, examples: Examples, quantisation?: tf.Tensor2D) => Examples;
}

/** Networks with their parameters put in. */
export const boundNetworksOf = (
  { generators, discriminators }: Networks,
  parameters: NetworkParameters,
): BoundNetworks => ({
  generators: Object.fromEntries(
    Object.entries(generators).map(([name, { apply }]) => [
      name,
      (x, quantisation) => apply(parameters[name]!, x, quantisation),
    ]),
  ),
  discriminators: Object.fromEntries(
    Object.entries(discriminators).map(([name, { apply }]) => [name, (x) => apply(parameters[name]!, x)]),
  ),
  transforms: Object.fromEntries(
    Object.entries(generators).flatMap(([name, { sliced }]) =>
      sliced === undefined ? [] : [[name, (x) => sliced.transforms(parameters[name]!, x)] as const],
    ),
  ),
});
