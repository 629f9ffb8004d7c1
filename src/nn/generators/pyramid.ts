import * as tf from '@tensorflow/tfjs';
import { instanceNorm, pad2d } from '../../tensor/layers/index.js';
import { convolution, convolve, fanIn } from '../convolution.js';
import type { Network, ParameterSpecs, Parameters } from '../network.js';

export interface PyramidOptions {
  /** Times that the picture is halved, 2 to 6; the low branch works at 1/2^levels of the size. */
  readonly levels?: number;
  /** Residual blocks of the low and of the high branch. */
  readonly lowBlocks?: number;
  readonly highBlocks?: number;
  /** Channels inside the branches. */
  readonly width?: number;
}

const SLOPE = 0.2;

const residual = (name: string, width: number): ParameterSpecs => ({
  ...convolution(`${name}.a`, 3, [width, width], fanIn),
  ...convolution(`${name}.b`, 3, [width, width], fanIn),
});

const numbered = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i + 1}`);

/**
 * LPTN's generator (Liang, Zeng, Zhang: "High-Resolution Photorealistic Image Translation in Real-Time: A Laplacian
 * Pyramid Translation Network", 2021): the picture becomes a Laplacian pyramid; its low-frequency rest is translated by
 * a small residual network with one instance norm, and the high frequencies are masked by what a second one makes of the
 * deepest of them. Pictures are [N,H,W,3] in -1..1 of any size from 2^levels on; the result has the same size and is not
 * clipped.
 */
export const pyramid = ({
  levels = 3,
  lowBlocks = 5,
  highBlocks = 3,
  width = 64,
}: PyramidOptions = {}): Network => {
  const [lows, highs] = [numbered('low.block', lowBlocks), numbered('high.block', highBlocks)];
  const parameters = Object.assign(
    {
      ...convolution('low.first', 3, [3, 16], fanIn),
      ...convolution('low.second', 3, [16, width], fanIn),
    },
    ...lows.map((name) => residual(name, width)),
    convolution('low.third', 3, [width, 16], fanIn),
    convolution('low.last', 3, [16, 3], fanIn),
    convolution('high.first', 3, [9, width], fanIn),
    ...highs.map((name) => residual(name, width)),
    convolution('high.last', 3, [width, 1], fanIn),
    ...numbered('mask', levels - 1).flatMap((name) => [
      convolution(`${name}.a`, 1, [1, 16], fanIn),
      convolution(`${name}.b`, 1, [16, 1], fanIn),
    ]),
  ) as ParameterSpecs;
  const translated = (p: Parameters, pyramid: Pyramid) => translate(p, pyramid, lows, highs);
  return {
    parameters,
    sides: { multiple: 2 ** levels, least: 2 ** (levels + 1) },
    apply: (p, x) => {
      const pyramid = decompose(x, levels);
      return rebuild(pyramid, translated(p, pyramid));
    },
    averaged: (members, x) => {
      const pyramid = decompose(x, levels);
      return rebuild(pyramid, meanOf(members.map((p) => translated(p, pyramid))));
    },
  };
};

/** The Laplacian pyramid of a picture: what each halving loses, finest first, and the rest. */
interface Pyramid {
  readonly details: readonly tf.Tensor4D[];
  readonly rest: tf.Tensor4D;
}

/** What the branches make of a pyramid: its rest translated, and masks for its details, deepest first. */
interface Translation {
  readonly low: tf.Tensor4D;
  readonly masks: readonly tf.Tensor4D[];
}

const translate = (
  p: Parameters,
  { details, rest }: Pyramid,
  lows: readonly string[],
  highs: readonly string[],
): Translation => {
  const low = translateLow(p, rest, lows);
  const top = details.at(-1)!;
  const deepest = highMask(p, tf.concat([top, upsample(rest, top), upsample(low, top)], 3), highs);
  // Each finer mask is two pointwise layers on the coarser one. They commute with nearest upsampling, so they run before.
  const masks = numbered('mask', details.length - 1).reduce<readonly tf.Tensor4D[]>(
    (made, name) => [...made, convolve(p, `${name}.b`, leaky(convolve(p, `${name}.a`, made.at(-1)!)))],
    [deepest],
  );
  return { low, masks };
};

/** Rebuilding is linear in both, so the mean of several results is what the mean of the translations gives. */
const meanOf = (translations: readonly Translation[]): Translation => {
  const mean = (tensors: readonly tf.Tensor4D[]): tf.Tensor4D =>
    tf.div(
      tensors.reduce((sum, each) => tf.add(sum, each)),
      tensors.length,
    );
  return {
    low: mean(translations.map(({ low }) => low)),
    masks: translations[0]!.masks.map((_, i) => mean(translations.map(({ masks }) => masks[i]!))),
  };
};

const rebuild = ({ details }: Pyramid, { low, masks }: Translation): tf.Tensor4D =>
  details.reduceRight((sum, detail, level) => {
    const mask = masks[details.length - 1 - level]!;
    const [, h, w] = detail.shape;
    const here = level === details.length - 1 ? mask : tf.image.resizeNearestNeighbor(mask, [h, w]);
    return tf.add(upsample(sum, detail), tf.mul(detail, here));
  }, low);

const decompose = (pictures: tf.Tensor4D, levels: number): Pyramid =>
  Array.from({ length: levels }).reduce<Pyramid>(
    ({ details, rest }) => {
      const smaller = halve(rest);
      return { details: [...details, tf.sub(rest, upsample(smaller, rest))], rest: smaller };
    },
    { details: [], rest: pictures },
  );

/** Smooths by the binomial filter of five taps (Burt & Adelson 1983) and keeps every second pixel. */
const halve = (x: tf.Tensor4D): tf.Tensor4D => {
  const taps = [1, 4, 6, 4, 1].map((t) => t / 16);
  const channels = x.shape[3];
  const kernel = tf.tensor4d(
    taps.flatMap((a) => taps.flatMap((b) => Array<number>(channels).fill(a * b))),
    [5, 5, channels, 1],
  );
  return tf.depthwiseConv2d(
    pad2d(
      x,
      [
        [2, 2],
        [2, 2],
      ],
      'reflect',
    ),
    kernel,
    2,
    'valid',
  );
};

const upsample = (x: tf.Tensor4D, like: tf.Tensor4D): tf.Tensor4D =>
  tf.image.resizeBilinear(x, [like.shape[1], like.shape[2]], false, true);

const leaky = (x: tf.Tensor4D): tf.Tensor4D => tf.leakyRelu(x, SLOPE);

const residualBlocks = (p: Parameters, x: tf.Tensor4D, names: readonly string[]): tf.Tensor4D =>
  names.reduce((sum, name) => tf.add(sum, convolve(p, `${name}.b`, leaky(convolve(p, `${name}.a`, sum)))), x);

const translateLow = (p: Parameters, rest: tf.Tensor4D, blocks: readonly string[]): tf.Tensor4D => {
  const first = instanceNorm(convolve(p, 'low.first', rest));
  const wide = leaky(convolve(p, 'low.second', leaky(first)));
  const narrow = leaky(convolve(p, 'low.third', residualBlocks(p, wide, blocks)));
  return tf.tanh(tf.add(rest, convolve(p, 'low.last', narrow)));
};

const highMask = (p: Parameters, x: tf.Tensor4D, blocks: readonly string[]): tf.Tensor4D =>
  convolve(p, 'high.last', residualBlocks(p, leaky(convolve(p, 'high.first', x)), blocks));
