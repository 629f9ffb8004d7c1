import { pixelShuffle, pixelUnshuffle } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { atAnySize } from '../any-size.js';
import { convolution, convolve, fanIn } from '../convolution.js';
import type { Network, ParameterSpecs, Parameters } from '../network.js';

export interface EdsrOptions {
  /** Side of the squares of pixels that become one pixel of more channels at the entrance: 1, 2, 4 or 8. */
  readonly unshuffle?: number;
  /** Residual blocks, of two convolutions each. */
  readonly blocks?: number;
  /** Channels inside. */
  readonly width?: number;
}

/** Later convolutions of blocks, and the last one, begin near to nothing, so that the network begins as the identity. */
const small: typeof fanIn = (inputs) => ({
  filter: { uniform: 0.1 / Math.sqrt(inputs) },
  bias: { constant: 0 },
});

/**
 * For blur: residual blocks of two convolutions without a norm, as in EDSR (Lim et al.: "Enhanced Deep Residual
 * Networks for Single Image Super-Resolution", 2017), on pixel-unshuffled pictures (Shi et al. 2016; as FFDNet, Zhang et al.
 * 2018). All is dense 3x3 convolutions at a fraction of the size, which a processor does fastest, and nothing is learned
 * of the picture as a whole, so tiles give the same. What it makes is added to the picture. Pictures are [N,H,W,3] in -1..1 of any size; so is the result, which is not clipped.
 */
export const edsr = ({ unshuffle = 4, blocks = 4, width = 64 }: EdsrOptions = {}): Network => {
  const channels = 3 * unshuffle * unshuffle;
  const names = Array.from({ length: blocks }, (_, i) => `block${i + 1}`);
  const parameters: ParameterSpecs = Object.assign(
    {},
    convolution('first', 3, [channels, width], fanIn),
    ...names.flatMap((name) => [
      convolution(`${name}.first`, 3, [width, width], fanIn),
      convolution(`${name}.second`, 3, [width, width], small),
    ]),
    convolution('last', 3, [width, channels], small),
  );
  const restore = (p: Parameters, x: tf.Tensor4D): tf.Tensor4D => {
    const first = convolve(p, 'first', unshuffle === 1 ? x : pixelUnshuffle(x, unshuffle));
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
    apply: (p, x) => atAnySize(sides, x, (y) => restore(p, y)),
  };
};
