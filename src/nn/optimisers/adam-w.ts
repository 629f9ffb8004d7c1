import * as tf from '../../tensor/tfjs.js';
import type { Parameters } from '../network.js';

/** Settings of AdamW that stay the same over a training. */
export interface AdamWOptions {
  /** The largest step size. */
  readonly rate: number;
  /** Normalised weight decay: see `decayOf`. */
  readonly decay: number;
  /** How slowly the means of the gradient and of its square forget, each in [0, 1). */
  readonly betas: readonly [first: number, second: number];
  readonly epsilon: number;
}

/** What changes from step to step, as scalars that enter the compiled program. */
export interface StepScalars<Scalar> {
  /** Step size of this step: the full rate times the schedule's multiplier. */
  readonly rate: Scalar;
  /** What weights lose at this step, as a share of themselves. */
  readonly weightDecay: Scalar;
  /** 1 - beta^t for either mean: what they lack while they are young. */
  readonly firstBiasCorrection: Scalar;
  readonly secondBiasCorrection: Scalar;
}

/**
 * Weight decay of a run of so many steps, from the normalised one (Loshchilov & Hutter, "Decoupled Weight Decay
 * Regularization", arXiv 1711.05101, section 4): λ = λ_norm √(b/(B T)), where B T/b is the number of steps.
 */
export const decayOf = (normalised: number, steps: number): number => normalised / Math.sqrt(steps);

/**
 * The pace of a step.
 *
 * @param multiplier of the schedule. It multiplies the decay too, which the rate does not (AdamWR, algorithm 2)
 * @param steps that the current cycle has
 * @param count updates so far, this one included
 */
export const stepScalarsOf = (
  { rate, decay, betas: [first, second] }: AdamWOptions,
  multiplier: number,
  steps: number,
  count: number,
): StepScalars<number> => ({
  rate: rate * multiplier,
  weightDecay: decayOf(decay, steps) * multiplier,
  firstBiasCorrection: 1 - first ** count,
  secondBiasCorrection: 1 - second ** count,
});

/** Weights and the running means of their gradients and of the gradients' squares, by the names of the weights. */
export interface Optimised {
  readonly weights: Parameters;
  readonly first: Parameters;
  readonly second: Parameters;
}

/**
 * One step of AdamW, as a pure tensor function: w' = w - rate · m̂/(√v̂ + ε) - shrink · w. Only filters and matrices
 * decay: offsets and scales, which have one axis, would lose what they are for. Both corrections of the means are put into the
 * rate and ε, as numbers (Kingma & Ba, "Adam", arXiv 1412.6980, end of section 2), which passes over each weight less often.
 */
export const adamW =
  ({ betas: [beta1, beta2], epsilon }: Pick<AdamWOptions, 'betas' | 'epsilon'>) =>
  (
    { weights, first, second }: Optimised,
    gradients: Parameters,
    { rate, weightDecay, firstBiasCorrection, secondBiasCorrection }: StepScalars<tf.Scalar>,
  ): Optimised => {
    const correction = tf.sqrt(secondBiasCorrection);
    const pace = tf.div(tf.mul(rate, correction), firstBiasCorrection);
    const floor = tf.mul(correction, epsilon);
    const kept = tf.sub(1, weightDecay);
    const updated = Object.entries(weights).map(([name, weight]) => {
      const gradient = gradients[name]!;
      const m = tf.add(tf.mul(first[name]!, beta1), tf.mul(gradient, 1 - beta1));
      const v = tf.add(tf.mul(second[name]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const move = tf.div(tf.mul(m, pace), tf.add(tf.sqrt(v), floor));
      const smaller = weight.rank > 1 ? tf.mul(weight, kept) : weight;
      return { name, m, v, weight: tf.sub(smaller, move) };
    });
    const collected = (key: 'm' | 'v' | 'weight'): Parameters =>
      Object.fromEntries(updated.map((each) => [each.name, each[key]]));
    return { weights: collected('weight'), first: collected('m'), second: collected('v') };
  };

/**
 * Scales gradients down together so that their norm is at most `most` (Pascanu et al. 2013), and gives the norm that
 * they had.
 */
export const clipByGlobalNorm = (
  gradients: Parameters,
  most: number,
): { readonly gradients: Parameters; readonly norm: tf.Scalar } => {
  const norm = globalNorm(gradients);
  const scale = tf.div(most, tf.maximum(norm, most));
  return {
    norm,
    gradients: Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, scale)])),
  };
};

/** The Euclidean norm of all gradients together. */
export const globalNorm = (gradients: Parameters): tf.Scalar =>
  tf.sqrt(
    Object.values(gradients).reduce<tf.Scalar>((sum, g) => tf.add(sum, tf.sum(tf.square(g))), tf.scalar(0)),
  );
