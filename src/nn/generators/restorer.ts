import { pixelShuffle, pixelUnshuffle } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { atAnySize } from '../any-size.js';
import { convolution, convolve, fanIn } from '../convolution.js';
import { type Network, type ParameterSpecs, type Parameters, parameter, type WholeMean } from '../network.js';
import { meanHere } from '../whole-mean.js';
import { applyNafBlock, nafBlock } from './naf-block.js';

export interface RestorerOptions {
  /** Side of the squares of pixels that become one pixel of more channels at the entrance: 1, 2 or 4. */
  readonly unshuffle?: number;
  /** Times that the picture is halved after that; channels double each time. */
  readonly levels?: number;
  /** Blocks of each level on the way down and on the way up, and of the deepest level. */
  readonly blocks?: number;
  readonly middleBlocks?: number;
  /** Channels of the first level. Multiples of 16 fill the registers of the processor. */
  readonly width?: number;
}

/** A U-Net of NAFNet's blocks: how many there are of each level, first to last on either way. */
export interface NafnetShape {
  readonly unshuffle: number;
  readonly width: number;
  readonly encoder: readonly number[];
  readonly middle: number;
  readonly decoder: readonly number[];
}

/**
 * For blur and noise: NAFNet (Chen, Chu, Zhang, Sun: "Simple Baselines for Image Restoration", 2022), small and on
 * pixel-unshuffled pictures (Shi et al. 2016; as FFDNet, Zhang et al. 2018), where it takes a quarter of the time. What it
 * makes is added to the picture. Pictures are [N,H,W,3] in -1..1 of any size; so is the result, which is not clipped.
 */
export const restorer = ({
  unshuffle = 2,
  levels = 3,
  blocks = 1,
  middleBlocks = 2,
  width = 16,
}: RestorerOptions = {}): Network => {
  const each = Array<number>(levels).fill(blocks);
  return nafnet({ unshuffle, width, encoder: each, middle: middleBlocks, decoder: each });
};

/** Names of the blocks of one stage, which all have so many channels. */
interface Stage {
  readonly name: string;
  readonly width: number;
  readonly blocks: readonly string[];
}

const stage = (name: string, width: number, count: number): Stage => ({
  name,
  width,
  blocks: Array.from({ length: count }, (_, i) => `${name}.block${i + 1}`),
});

const stageSpecs = ({ blocks, width }: Stage): readonly ParameterSpecs[] =>
  blocks.map((name) => nafBlock(name, width));

/** NAFNet of any form; unshuffled by 1, it is the published one. */
export const nafnet = ({ unshuffle, width, encoder, middle, decoder }: NafnetShape): Network => {
  const depth = encoder.length;
  const channels = 3 * unshuffle * unshuffle;
  const downs = encoder.map((count, i) => stage(`down${i + 1}`, width * 2 ** i, count));
  const deepest = stage('middle', width * 2 ** depth, middle);
  const ups = decoder.map((count, i) => stage(`up${i + 1}`, width * 2 ** (depth - 1 - i), count));
  const parameters: ParameterSpecs = Object.assign(
    {},
    convolution('first', 3, [channels, width], fanIn),
    ...downs.flatMap((s) => [
      ...stageSpecs(s),
      convolution(`${s.name}.halve`, 2, [s.width, 2 * s.width], fanIn),
    ]),
    ...stageSpecs(deepest),
    ...ups.flatMap((s) => [widening(`${s.name}.double`, 2 * s.width), ...stageSpecs(s)]),
    convolution('last', 3, [width, channels], fanIn),
  );
  const restore = (p: Parameters, x: tf.Tensor4D, mean: WholeMean): tf.Tensor4D => {
    const first = convolve(p, 'first', unshuffle === 1 ? x : pixelUnshuffle(x, unshuffle));
    const { skips, deep } = downs.reduce<{ skips: readonly tf.Tensor4D[]; deep: tf.Tensor4D }>(
      ({ skips, deep }, s) => {
        const kept = applyStage(p, s, deep, mean);
        const halved = convolve(p, `${s.name}.halve`, kept, { stride: 2, pad: 'valid' });
        return { skips: [...skips, kept], deep: halved };
      },
      { skips: [], deep: first },
    );
    const restored = ups.reduce(
      (y, s, i) => applyStage(p, s, tf.add(double(p, `${s.name}.double`, y), skips[depth - 1 - i]!), mean),
      applyStage(p, deepest, deep, mean),
    );
    const change = convolve(p, 'last', restored);
    return tf.add(x, unshuffle === 1 ? change : pixelShuffle(change, unshuffle));
  };
  const multiple = unshuffle * 2 ** depth;
  const sides = { multiple, least: multiple };
  return {
    parameters,
    sides,
    apply: (p, x) => atAnySize(sides, x, (y) => restore(p, y, meanHere)),
    byGlobalStatistics: restore,
  };
};

const applyStage = (p: Parameters, { blocks }: Stage, x: tf.Tensor4D, mean: WholeMean): tf.Tensor4D =>
  blocks.reduce((y, name) => applyNafBlock(p, name, y, mean), x);

// Twice the channels, without a bias, become four pixels of half the channels.
const widening = (name: string, width: number): ParameterSpecs => ({
  [`${name}.filter`]: { shape: [1, 1, width, 2 * width], start: { uniform: 1 / Math.sqrt(width) } },
});

const double = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  pixelShuffle(tf.conv2d(x, parameter<tf.Tensor4D>(p, `${name}.filter`), 1, 'valid'), 2);
