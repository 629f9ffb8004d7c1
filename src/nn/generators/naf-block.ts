import { layerNorm } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { convolution, convolve, fanIn, withBias } from '../convolution.js';
import { type ParameterSpecs, type Parameters, parameter, type WholeMean } from '../network.js';
import { meanHere } from '../whole-mean.js';

const vector = (width: number, value: number) => ({ shape: [width], start: { constant: value } });

/** The paper's epsilon, added to the variance. */
const EPSILON = 1e-6;

const depthwise = (name: string, width: number): ParameterSpecs => {
  const start = { uniform: 1 / 3 };
  return {
    [`${name}.filter`]: { shape: [3, 3, width, 1], start },
    [`${name}.bias`]: { shape: [width], start },
  };
};

const norm = (name: string, width: number): ParameterSpecs => ({
  [`${name}.scale`]: vector(width, 1),
  [`${name}.offset`]: vector(width, 0),
});

/** What a gate multiplies: the paper's one layer of twice the channels, cut in two, so that nothing is to be cut apart. */
const halves = (name: string): readonly [string, string] => [`${name}.a`, `${name}.b`];

/** The parameters of NAFNet's block of so many channels. */
export const nafBlock = (name: string, width: number): ParameterSpecs => {
  const pointwise = (layer: string): ParameterSpecs => convolution(layer, 1, [width, width], fanIn);
  return Object.assign(
    {},
    norm(`${name}.norm1`, width),
    ...halves(`${name}.widen`).map(pointwise),
    ...halves(`${name}.depthwise`).map((layer) => depthwise(layer, width)),
    pointwise(`${name}.attention`),
    pointwise(`${name}.mix`),
    { [`${name}.beta`]: vector(width, 0) },
    norm(`${name}.norm2`, width),
    ...halves(`${name}.forward`).map(pointwise),
    pointwise(`${name}.back`),
    { [`${name}.gamma`]: vector(width, 0) },
  );
};

/** One half times the other: NAFNet's only nonlinearity besides its norm. */
const gate = (name: string, half: (layer: string, which: 0 | 1) => tf.Tensor4D): tf.Tensor4D => {
  const [a, b] = halves(name);
  return tf.mul(half(a, 0), half(b, 1));
};

const normed = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  layerNorm(x, parameter(p, `${name}.scale`), parameter(p, `${name}.offset`), EPSILON);

const applyDepthwise = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  withBias(p, name, tf.depthwiseConv2d(x, parameter<tf.Tensor4D>(p, `${name}.filter`), 1, 'same'));

/**
 * NAFNet's block (Chen, Chu, Zhang, Sun: "Simple Baselines for Image Restoration", 2022): x + beta·(mix of a gated
 * depthwise convolution, each channel weighted by what the attention makes of the channels' means), then the same with a
 * gated pair of pointwise layers and gamma. The norm is over the channels of each pixel.
 */
export const applyNafBlock = (
  p: Parameters,
  name: string,
  x: tf.Tensor4D,
  mean: WholeMean = meanHere,
): tf.Tensor4D => {
  const first = normed(p, `${name}.norm1`, x);
  const wide = halves(`${name}.widen`).map((layer) => convolve(p, layer, first));
  const gated = gate(`${name}.depthwise`, (layer, which) => applyDepthwise(p, layer, wide[which]!));
  const weights = convolve(p, `${name}.attention`, mean(gated));
  const mixed = convolve(p, `${name}.mix`, tf.mul(gated, weights));
  const y = tf.add<tf.Tensor4D>(x, tf.mul(mixed, parameter(p, `${name}.beta`)));
  const second = normed(p, `${name}.norm2`, y);
  const forward = gate(`${name}.forward`, (layer) => convolve(p, layer, second));
  return tf.add(y, tf.mul(convolve(p, `${name}.back`, forward), parameter(p, `${name}.gamma`)));
};
