import * as tf from '@tensorflow/tfjs';
import { layerNorm } from '../../tensor/layers/index.js';
import { convolution, convolve, fanIn, withBias } from '../convolution.js';
import { type ParameterSpecs, type Parameters, parameter } from '../network.js';

const vector = (width: number, value: number) => ({ shape: [width], start: { constant: value } });

/** The paper's epsilon, added to the variance. */
const EPSILON = 1e-6;

/** The parameters of NAFNet's block of so many channels. */
export const nafBlock = (name: string, width: number): ParameterSpecs => {
  const depthwise = { uniform: 1 / 3 };
  return {
    [`${name}.norm1.scale`]: vector(width, 1),
    [`${name}.norm1.offset`]: vector(width, 0),
    ...convolution(`${name}.widen`, 1, [width, 2 * width], fanIn),
    [`${name}.depthwise.filter`]: { shape: [3, 3, 2 * width, 1], start: depthwise },
    [`${name}.depthwise.bias`]: { shape: [2 * width], start: depthwise },
    ...convolution(`${name}.attention`, 1, [width, width], fanIn),
    ...convolution(`${name}.mix`, 1, [width, width], fanIn),
    [`${name}.beta`]: vector(width, 0),
    [`${name}.norm2.scale`]: vector(width, 1),
    [`${name}.norm2.offset`]: vector(width, 0),
    ...convolution(`${name}.forward`, 1, [width, 2 * width], fanIn),
    ...convolution(`${name}.back`, 1, [width, width], fanIn),
    [`${name}.gamma`]: vector(width, 0),
  };
};

/** Half of the channels times the other half: NAFNet's only nonlinearity besides its norm. */
const gate = (x: tf.Tensor4D): tf.Tensor4D => {
  const [a, b] = tf.split(x, 2, 3) as [tf.Tensor4D, tf.Tensor4D];
  return tf.mul(a, b);
};

const normed = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  layerNorm(x, parameter(p, `${name}.scale`), parameter(p, `${name}.offset`), EPSILON);

/**
 * NAFNet's block (Chen, Chu, Zhang, Sun: "Simple Baselines for Image Restoration", 2022): x + beta·(mix of a gated
 * depthwise convolution, each channel weighted by what the attention makes of the channels' means), then the same with a
 * gated pair of pointwise layers and gamma. The norm is over the channels of each pixel.
 */
export const applyNafBlock = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D => {
  const wide = convolve(p, `${name}.widen`, normed(p, `${name}.norm1`, x));
  const filter = parameter<tf.Tensor4D>(p, `${name}.depthwise.filter`);
  const gated = gate(withBias(p, `${name}.depthwise`, tf.depthwiseConv2d(wide, filter, 1, 'same')));
  const weights = convolve(p, `${name}.attention`, tf.mean<tf.Tensor4D>(gated, [1, 2], true));
  const mixed = convolve(p, `${name}.mix`, tf.mul(gated, weights));
  const y = tf.add<tf.Tensor4D>(x, tf.mul(mixed, parameter(p, `${name}.beta`)));
  const forward = gate(convolve(p, `${name}.forward`, normed(p, `${name}.norm2`, y)));
  return tf.add(y, tf.mul(convolve(p, `${name}.back`, forward), parameter(p, `${name}.gamma`)));
};
