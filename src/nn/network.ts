import type * as tf from '@tensorflow/tfjs';
import type { HostTensor } from '../ports/index.js';

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

/**
 * Why weights are not those of a network: one that is missing or unknown, of another shape or type, or not finite.
 * Undefined when they are.
 */
export const misfitOf = (
  { parameters }: Network,
  weights: Readonly<Record<string, HostTensor>>,
): string | undefined => {
  const unknown = Object.keys(weights).find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) return `it has no parameter \`${unknown}\``;
  return Object.entries(parameters)
    .map(([name, { shape }]) => {
      const found = Object.hasOwn(weights, name) ? weights[name] : undefined;
      if (found === undefined) return `its parameter \`${name}\` is missing`;
      if (found.dtype !== 'float32' || found.shape.join() !== shape.join())
        return `its parameter \`${name}\` is float32 [${shape}], not ${found.dtype} [${found.shape}]`;
      return found.data.every(Number.isFinite)
        ? undefined
        : `its parameter \`${name}\` holds no finite numbers`;
    })
    .find((why) => why !== undefined);
};
