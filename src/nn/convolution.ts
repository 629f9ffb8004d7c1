import { pad2d } from '../tensor/layers/index.js';
import * as tf from '../tensor/tfjs.js';
import { type Initialisation, type ParameterSpec, type Parameters, parameter } from './network.js';

/** How the filter and the bias of a convolution start, given how many inputs each output sums up. */
export type Start = (fanIn: number) => { readonly filter: Initialisation; readonly bias: Initialisation };

/** CycleGAN's: filters from N(0, 0.02²), no bias. */
export const gaussian: Start = () => ({ filter: { normal: 0.02 }, bias: { constant: 0 } });

/** PyTorch's default: both evenly within 1/√fanIn (He et al. 2015 with a leak of √5). */
export const fanIn: Start = (inputs) => {
  const start = { uniform: 1 / Math.sqrt(inputs) };
  return { filter: start, bias: start };
};

/** A square convolution's parameters, `NAME.filter` [k,k,inputs,outputs] and `NAME.bias` [outputs]. */
export const convolution = (
  name: string,
  kernel: number,
  [inputs, outputs]: readonly [number, number],
  start: Start,
): Readonly<Record<string, ParameterSpec>> => {
  const { filter, bias } = start(kernel * kernel * inputs);
  return {
    [`${name}.filter`]: { shape: [kernel, kernel, inputs, outputs], start: filter },
    [`${name}.bias`]: { shape: [outputs], start: bias },
  };
};

export interface Geometry {
  readonly stride?: number;
  /** Zeros around the picture: as many as keep its size over the stride, or a number of pixels at each side. */
  readonly pad?: 'same' | 'valid' | number;
}

export const withBias = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  tf.add(x, parameter(p, `${name}.bias`));

/** Applies the convolution of this name. */
export const convolve = (
  p: Parameters,
  name: string,
  x: tf.Tensor4D,
  { stride = 1, pad = 'same' }: Geometry = {},
): tf.Tensor4D => withBias(p, name, tf.conv2d(x, parameter<tf.Tensor4D>(p, `${name}.filter`), stride, pad));

/**
 * Applies the convolution of this name, of an odd kernel, and keeps the size: the picture goes on mirrored beyond its
 * border. `reflect` leaves the border pixel out of the mirror and takes pictures larger than half the kernel, `symmetric`
 * at least as large.
 */
export const convolveMirrored = (
  p: Parameters,
  name: string,
  x: tf.Tensor4D,
  mode: 'reflect' | 'symmetric',
): tf.Tensor4D => {
  const border = (parameter(p, `${name}.filter`).shape[0]! - 1) / 2;
  const both = [border, border] as const;
  return convolve(p, name, pad2d(x, [both, both], mode), { pad: 'valid' });
};
