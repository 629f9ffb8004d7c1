import * as tf from '@tensorflow/tfjs';
import { instanceNorm, pad2d } from '../../tensor/layers/index.js';
import { type Network, type ParameterSpec, type Parameters, parameter } from '../network.js';

export interface ResnetOptions {
  /** Residual blocks: 9 for pictures of 256 and more, 6 for smaller ones. */
  readonly blocks?: number;
  /** Channels of the first layer; the trunk has four times as many. */
  readonly width?: number;
}

const DEVIATION = 0.02;

const layer = (
  name: string,
  kernel: number,
  shape: readonly [number, number],
  bias: number,
): Record<string, ParameterSpec> => ({
  [`${name}.filter`]: { shape: [kernel, kernel, ...shape], start: { normal: DEVIATION } },
  [`${name}.bias`]: { shape: [bias], start: { constant: 0 } },
});

/**
 * CycleGAN's generator (Zhu, Park, Isola, Efros: "Unpaired Image-to-Image Translation using Cycle-Consistent
 * Adversarial Networks", 2017; after Johnson et al. 2016): c7s1-64, d128, d256, residual blocks, u128, u64, c7s1-3 with
 * instance norm and reflected borders. Pictures are [N,H,W,3] in -1..1, H and W multiples of 4; so is the result.
 */
export const resnet = ({ blocks = 9, width = 64 }: ResnetOptions = {}): Network => {
  const trunk = 4 * width;
  const names = Array.from({ length: blocks }, (_, i) => `block${i + 1}`);
  const parameters = {
    ...layer('first', 7, [3, width], width),
    ...layer('down1', 3, [width, 2 * width], 2 * width),
    ...layer('down2', 3, [2 * width, trunk], trunk),
    ...Object.assign(
      {},
      ...names.flatMap((n) => [
        layer(`${n}.a`, 3, [trunk, trunk], trunk),
        layer(`${n}.b`, 3, [trunk, trunk], trunk),
      ]),
    ),
    // Transposed convolutions hold their filter as the convolution that they transpose: outputs before inputs.
    ...layer('up1', 3, [2 * width, trunk], 2 * width),
    ...layer('up2', 3, [width, 2 * width], width),
    ...layer('last', 7, [width, 3], 3),
  };
  return { parameters, apply: (p, x) => apply(p, x, names) };
};

const apply = (p: Parameters, pictures: tf.Tensor4D, blocks: readonly string[]): tf.Tensor4D => {
  const first = activated(reflected(p, 'first', pictures));
  const half = activated(down(p, 'down1', first));
  const quarter = activated(down(p, 'down2', half));
  const trunk = blocks.reduce((x, name) => {
    const inner = activated(reflected(p, `${name}.a`, x));
    return tf.add(x, instanceNorm(reflected(p, `${name}.b`, inner)));
  }, quarter);
  const doubled = activated(up(p, 'up1', trunk));
  return tf.tanh(reflected(p, 'last', activated(up(p, 'up2', doubled))));
};

const activated = (x: tf.Tensor4D): tf.Tensor4D => tf.relu(instanceNorm(x));

const filterOf = (p: Parameters, name: string): tf.Tensor4D => parameter(p, `${name}.filter`);

const withBias = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  tf.add(x, parameter(p, `${name}.bias`));

/** A convolution that keeps the size by reflecting the borders. */
const reflected = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D => {
  const filter = filterOf(p, name);
  const border = (filter.shape[0] - 1) / 2;
  const padded = pad2d(
    x,
    [
      [border, border],
      [border, border],
    ],
    'reflect',
  );
  return withBias(p, name, tf.conv2d(padded, filter, 1, 'valid'));
};

const down = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  withBias(
    p,
    name,
    tf.conv2d(x, filterOf(p, name), 2, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]),
  );

const up = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D => {
  const filter = filterOf(p, name);
  const [n, h, w] = x.shape;
  const doubled = tf.conv2dTranspose(x, filter, [n, 2 * h, 2 * w, filter.shape[2]], 2, [
    [0, 0],
    [1, 0],
    [1, 0],
    [0, 0],
  ] as never);
  return withBias(p, name, doubled);
};
