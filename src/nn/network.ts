import type * as tf from '@tensorflow/tfjs';

/** How a parameter starts: drawn from N(0, deviation²), or one value everywhere. */
export type Initialisation = { readonly normal: number } | { readonly constant: number };

export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly start: Initialisation;
}

/** Parameters by name, as tensors of a program being recorded. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/**
 * A network as data and a pure function: what parameters it has, and what it makes of them and a batch of pictures
 * [N,H,W,C].
 */
export interface Network {
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  readonly apply: (parameters: Parameters, pictures: tf.Tensor4D) => tf.Tensor4D;
}

/** A parameter of a network by name. */
export const parameter = <T extends tf.Tensor>(parameters: Parameters, name: string): T => {
  const found = parameters[name];
  if (found === undefined) throw new RangeError(`the network has no parameter '${name}'`);
  return found as T;
};

/** How many numbers a network learns. */
export const parameterCount = ({ parameters }: Network): number =>
  Object.values(parameters).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
