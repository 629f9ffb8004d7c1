import type * as tf from '../../tensor/tfjs.js';
import type { Parameters } from '../network.js';
import { type AdamWOptions, adamW, type Optimised, type StepScalars, stepScalarsOf } from './adam-w.js';

/** Where a training stands when weights are changed. */
export interface Pace {
  /** The largest learning rate. */
  readonly rate: number;
  /** What the schedule multiplies it by at this step, 0..1. */
  readonly multiplier: number;
  /** Steps that the current cycle has. */
  readonly steps: number;
  /** Updates so far, this one included: from 1. */
  readonly count: number;
}

/**
 * How gradients change weights, in two parts: numbers that differ from step to step, which enter the compiled program, and a pure
 * tensor function of them, of the gradients, and of what was before. It keeps up to two numbers for each weight, `first` and
 * `second`, which begin as zeros: the checkpoint holds them.
 */
export interface Optimiser {
  /** Always by the same names. */
  readonly scalars: (pace: Pace) => Readonly<Record<string, number>>;
  /** Gives weights, `first` and `second` of the same names and shapes; what it does not use it gives as it got it. */
  readonly step: (
    before: Optimised,
    gradients: Parameters,
    scalars: Readonly<Record<string, tf.Scalar>>,
  ) => Optimised;
}

/** AdamW as such a one; the rate comes with the pace. */
export const adamWOptimiser = (options: Omit<AdamWOptions, 'rate'>): Optimiser => ({
  scalars: ({ rate, multiplier, steps, count }) => ({
    ...stepScalarsOf({ ...options, rate }, multiplier, steps, count),
  }),
  // They are those that `scalars` gave.
  step: (before, gradients, scalars) =>
    adamW(options)(before, gradients, scalars as unknown as StepScalars<tf.Scalar>),
});
