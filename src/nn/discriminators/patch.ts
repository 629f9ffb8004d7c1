import { instanceNorm } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { convolution, convolve, gaussian } from '../convolution.js';
import type { Discriminator, ParameterSpecs, Parameters } from '../network.js';

export interface PatchOptions {
  /** Convolutions that halve the picture, 1 to 5; with 3, each logit sees 70x70 pixels. */
  readonly layers?: number;
  /** Channels of the first layer; they double layer by layer up to eight times as many. */
  readonly width?: number;
}

const KERNEL = 4;
const SLOPE = 0.2;

/** Inputs, outputs and stride of one convolution. */
interface Layer {
  readonly name: string;
  readonly channels: readonly [number, number];
  readonly stride: number;
}

const layersOf = (layers: number, width: number): readonly Layer[] => {
  const widths = Array.from({ length: layers + 1 }, (_, i) => width * Math.min(2 ** i, 8));
  return [...widths, 1].map((outputs, i) => ({
    name: `layer${i + 1}`,
    channels: [widths[i - 1] ?? 3, outputs],
    stride: i < layers ? 2 : 1,
  }));
};

/**
 * PatchGAN (Isola, Zhu, Zhou, Efros: "Image-to-Image Translation with Conditional Adversarial Networks", 2017) as
 * CycleGAN has it: convolutions of 4x4 with instance norm and leaky ReLU, one map of logits [N,h,w,1], each of which
 * judges a patch of the picture: 16, 34, 70, 142 or 286 pixels square for 1 to 5 layers.
 */
export const patch = ({ layers = 3, width = 64 }: PatchOptions = {}): Discriminator => {
  const list = layersOf(layers, width);
  const parameters: ParameterSpecs = Object.assign(
    {},
    ...list.map(({ name, channels }) => convolution(name, KERNEL, channels, gaussian)),
  );
  return { parameters, apply: (p, x) => [apply(p, x, list)] };
};

const apply = (p: Parameters, pictures: tf.Tensor4D, layers: readonly Layer[]): tf.Tensor4D =>
  layers.reduce((x, { name, stride }, i) => {
    const y = convolve(p, name, x, { stride, pad: 1 });
    if (i === layers.length - 1) return y;
    return tf.leakyRelu(i === 0 ? y : instanceNorm(y), SLOPE);
  }, pictures);
