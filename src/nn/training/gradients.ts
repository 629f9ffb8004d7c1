import * as tf from '../../tensor/tfjs.js';
import type { Parameters } from '../network.js';

/** Parameters of several networks, by the network's name. */
export type NetworkParameters = Readonly<Record<string, Parameters>>;

/** The gradients of a scalar by every parameter of some networks. */
export const gradientsOf = (
  f: (parameters: NetworkParameters) => tf.Scalar,
  parameters: NetworkParameters,
): NetworkParameters => {
  const flat = Object.entries(parameters).flatMap(([network, own]) =>
    Object.entries(own).map(([name, tensor]) => ({ network, name, tensor })),
  );
  const regrouped = (tensors: readonly tf.Tensor[]): NetworkParameters =>
    Object.fromEntries(
      Object.keys(parameters).map((network) => [
        network,
        Object.fromEntries(
          flat.flatMap((each, i) => (each.network === network ? [[each.name, tensors[i]!] as const] : [])),
        ),
      ]),
    );
  return regrouped(tf.grads((...tensors: tf.Tensor[]) => f(regrouped(tensors)))(flat.map((e) => e.tensor)));
};
