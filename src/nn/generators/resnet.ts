import { instanceNorm } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { atAnySize } from '../any-size.js';
import { convolution, convolve, convolveMirrored, gaussian, withBias } from '../convolution.js';
import { type Network, type ParameterSpecs, type Parameters, parameter } from '../network.js';
import { normBy } from '../whole-mean.js';

export interface ResnetOptions {
  /** Residual blocks: 9 for pictures of 256 and more, 6 for smaller ones. */
  readonly blocks?: number;
  /** Channels of the first layer; the trunk has four times as many. */
  readonly width?: number;
}

/**
 * CycleGAN's generator (Zhu, Park, Isola, Efros: "Unpaired Image-to-Image Translation using Cycle-Consistent
 * Adversarial Networks", 2017; after Johnson et al. 2016): c7s1-64, d128, d256, residual blocks, u128, u64, c7s1-3 with
 * instance norm and reflected borders. Pictures are [N,H,W,3] in -1..1 of any size; so is the result.
 */
export const resnet = ({ blocks = 9, width = 64 }: ResnetOptions = {}): Network => {
  const trunk = 4 * width;
  const names = Array.from({ length: blocks }, (_, i) => `block${i + 1}`);
  const parameters: ParameterSpecs = Object.assign(
    {},
    convolution('first', 7, [3, width], gaussian),
    convolution('down1', 3, [width, 2 * width], gaussian),
    convolution('down2', 3, [2 * width, trunk], gaussian),
    ...names.flatMap((name) =>
      ['a', 'b'].map((half) => convolution(`${name}.${half}`, 3, [trunk, trunk], gaussian)),
    ),
    transposed('up1', [trunk, 2 * width]),
    transposed('up2', [2 * width, width]),
    convolution('last', 7, [width, 3], gaussian),
  );
  const sides = { multiple: 4, least: 8 };
  return {
    parameters,
    sides,
    apply: (p, x) => atAnySize(sides, x, (pictures) => translate(p, pictures, names, instanceNorm)),
    byGlobalStatistics: (p, x, mean) => translate(p, x, names, normBy(mean)),
  };
};

// A transposed convolution holds its filter as the convolution that it transposes: outputs before inputs.
const transposed = (name: string, [inputs, outputs]: readonly [number, number]): ParameterSpecs => ({
  ...convolution(name, 3, [outputs, inputs], gaussian),
  [`${name}.bias`]: { shape: [outputs], start: { constant: 0 } },
});

type Norm = (x: tf.Tensor4D) => tf.Tensor4D;

const translate = (
  p: Parameters,
  pictures: tf.Tensor4D,
  blocks: readonly string[],
  norm: Norm,
): tf.Tensor4D => {
  const activated = (x: tf.Tensor4D): tf.Tensor4D => tf.relu(norm(x));
  const first = activated(reflected(p, 'first', pictures));
  const half = activated(down(p, 'down1', first));
  const quarter = activated(down(p, 'down2', half));
  const trunk = blocks.reduce((x, name) => {
    const inner = activated(reflected(p, `${name}.a`, x));
    return tf.add(x, norm(reflected(p, `${name}.b`, inner)));
  }, quarter);
  const doubled = activated(up(p, 'up1', trunk));
  return tf.tanh(reflected(p, 'last', activated(up(p, 'up2', doubled))));
};

const reflected = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  convolveMirrored(p, name, x, 'reflect');

const down = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  convolve(p, name, x, { stride: 2, pad: 1 });

const up = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D => {
  const filter = parameter<tf.Tensor4D>(p, `${name}.filter`);
  const [n, h, w] = x.shape;
  const doubled = tf.conv2dTranspose(x, filter, [n, 2 * h, 2 * w, filter.shape[2]], 2, [
    [0, 0],
    [1, 0],
    [1, 0],
    [0, 0],
  ]);
  return withBias(p, name, doubled);
};
