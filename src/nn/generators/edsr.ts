import { pixelShuffle, pixelUnshuffle } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { atAnySize } from '../any-size.js';
import { convolution, convolve, fanIn } from '../convolution.js';
import { type Network, type ParameterSpecs, type Parameters, parameter } from '../network.js';
import { QUANTISATION_FEATURES } from '../quantisation.js';

export interface EdsrOptions {
  /** Side of the squares of pixels that become one pixel of more channels at the entrance: 1, 2, 4 or 8. */
  readonly unshuffle?: number;
  /** Residual blocks, of two convolutions each. */
  readonly blocks?: number;
  /** Channels inside. */
  readonly width?: number;
  /** 1 for a network that is told by which quantisation tables a picture was compressed as JPEG, where that is known. */
  readonly tables?: number;
}

/** Later convolutions of blocks, and the last one, begin near to nothing, so that the network begins as the identity. */
const small: typeof fanIn = (inputs) => ({
  filter: { uniform: 0.1 / Math.sqrt(inputs) },
  bias: { constant: 0 },
});

/**
 * For JPEG and blur: residual blocks of two convolutions without a norm, as in EDSR (Lim et al.: "Enhanced Deep Residual
 * Networks for Single Image Super-Resolution", 2017), on pixel-unshuffled pictures (Shi et al. 2016; as FFDNet, Zhang et al.
 * 2018). All is dense 3x3 convolutions at a fraction of the size, which a processor does fastest, and nothing is learned
 * of the picture as a whole, so tiles give the same. What it makes is added to the picture. With `tables` a linear layer of
 * `quantisationFeatures` is added to the first features, as constant maps beside the picture would be. Pictures are [N,H,W,3]
 * in -1..1 of any size; so is the result, which is not clipped.
 */
export const edsr = ({ unshuffle = 4, blocks = 4, width = 64, tables = 0 }: EdsrOptions = {}): Network => {
  const channels = 3 * unshuffle * unshuffle;
  const names = Array.from({ length: blocks }, (_, i) => `block${i + 1}`);
  const parameters: ParameterSpecs = Object.assign(
    {},
    convolution('first', 3, [channels, width], fanIn),
    tables === 0 ? {} : { [TABLES]: { shape: [QUANTISATION_FEATURES, width], start: { uniform: 0.2 } } },
    ...names.flatMap((name) => [
      convolution(`${name}.first`, 3, [width, width], fanIn),
      convolution(`${name}.second`, 3, [width, width], small),
    ]),
    convolution('last', 3, [width, channels], small),
  );
  const restore = (p: Parameters, x: tf.Tensor4D, told: tf.Tensor2D | undefined): tf.Tensor4D => {
    const entered = convolve(p, 'first', unshuffle === 1 ? x : pixelUnshuffle(x, unshuffle));
    const first = told === undefined ? entered : tf.add<tf.Tensor4D>(entered, mapped(p, told));
    const deep = names.reduce(
      (y, name) =>
        tf.add<tf.Tensor4D>(y, convolve(p, `${name}.second`, tf.relu(convolve(p, `${name}.first`, y)))),
      first,
    );
    const change = convolve(p, 'last', tf.add<tf.Tensor4D>(deep, first));
    return tf.add(x, unshuffle === 1 ? change : pixelShuffle(change, unshuffle));
  };
  const sides = { multiple: unshuffle, least: unshuffle };
  return {
    parameters,
    sides,
    ...(tables === 1 && { readsTables: true }),
    apply: (p, x, told) => atAnySize(sides, x, (y) => restore(p, y, tables === 1 ? told : undefined)),
  };
};

const TABLES = 'tables.filter';

/** What is told of each picture [N,features] as the same for all its pixels, [N,1,1,width]. */
const mapped = (p: Parameters, told: tf.Tensor2D): tf.Tensor4D => {
  const made = tf.matMul(told, parameter<tf.Tensor2D>(p, TABLES));
  const [count, width] = made.shape as [number, number];
  return tf.reshape(made, [count, 1, 1, width]);
};
