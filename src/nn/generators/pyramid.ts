import { resize2d } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { atAnySize } from '../any-size.js';
import { convolution, convolve, fanIn } from '../convolution.js';
import { doubled, type LaplacianPyramid, laplacianPyramid } from '../laplacian-pyramid.js';
import type { Branches, Network, ParameterSpecs, Parameters } from '../network.js';
import { channels, type LowBranch, lowParameters, seenLow, translateLow } from './low-branch.js';
import { leaky, mirrored, residualBlocks, residualParameters } from './residual-blocks.js';

export interface PyramidOptions {
  /** Times that the picture is halved, 2 to 6; the low branch works at 1/2^levels of the size. */
  readonly levels?: number;
  /** Residual blocks of the low and of the high branch. */
  readonly lowBlocks?: number;
  readonly highBlocks?: number;
  /** Channels inside the branches. */
  readonly width?: number;
  /**
   * 1 as published, where the low branch sees its picture normalised; 0 for one that sees how light and how flat it is,
   * which tasks such as dehazing and exposure are about.
   */
  readonly norm?: number;
  /**
   * 1 for a low branch that also sees the least of the channels of the pixels that each of its own stands for: the dark
   * channel (He, Sun, Tang: "Single Image Haze Removal Using Dark Channel Prior", 2009), which averages hide.
   */
  readonly dark?: number;
  /**
   * 1 for a low branch that knows the whole frame: the mean and the largest of its features over the frame are added to
   * each pixel's, through two layers (as the global features of Gharbi et al.: "Deep Bilateral Learning for Real-Time
   * Image Enhancement", 2017). Then it can tell the colour of the light.
   */
  readonly context?: number;
  /**
   * 1 for a low branch that inverts the scattering model of haze: with the airlight `a`, one colour for the frame, and a
   * gain `g` of each pixel, it makes `a + g (picture - a)` and adds what is left to add (as in Li et al.: "AOD-Net:
   * All-in-One Dehazing Network", 2017). The details are multiplied by the gain as well, so that the masks only have to
   * correct it.
   */
  readonly scattering?: number;
}

const numbered = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i + 1}`);

/**
 * LPTN's generator (Liang, Zeng, Zhang: "High-Resolution Photorealistic Image Translation in Real-Time: A Laplacian
 * Pyramid Translation Network", 2021): the picture becomes a Laplacian pyramid; its low-frequency rest is translated by
 * a small residual network with one instance norm, and the high frequencies are masked by what a second one makes of the
 * deepest of them. The branches' convolutions see the picture go on mirrored at its border, where the authors' see zeros and
 * leave a frame. Pictures are [N,H,W,3] in -1..1 of any size from 2^levels on; the result has the same size and is not
 * clipped.
 */
export const pyramid = ({
  levels = 3,
  lowBlocks = 5,
  highBlocks = 3,
  width = 64,
  norm = 1,
  dark = 0,
  context = 0,
  scattering = 0,
}: PyramidOptions = {}): Network => {
  const [lows, highs] = [numbered('low.block', lowBlocks), numbered('high.block', highBlocks)];
  const low: LowBranch = {
    blocks: lows,
    width,
    norm: norm > 0,
    dark: dark > 0,
    context: context > 0,
    scattering: scattering > 0,
  };
  const parameters = Object.assign(
    lowParameters(low),
    convolution('high.first', 3, [9, width], fanIn),
    residualParameters(highs, width),
    convolution('high.last', 3, [width, 1], fanIn),
    ...numbered('mask', levels).flatMap((name) => [
      convolution(`${name}.a`, 1, [1, 16], fanIn),
      convolution(`${name}.b`, 1, [16, 1], fanIn),
    ]),
  ) as ParameterSpecs;
  const sides = { multiple: 2 ** levels, least: 2 ** (levels + 1) };
  const branches: Branches = {
    factor: 2 ** levels,
    channels: low.scattering ? 4 : 3,
    globalInput: (x) => {
      const pyramid = laplacianPyramid(x, levels);
      const translated = (p: Parameters, whole: tf.Tensor4D): Translation => {
        const picture = low.scattering ? channels(whole, 0, 3) : whole;
        const masks = masksOf(p, pyramid, picture, highs);
        return { low: picture, masks: low.scattering ? corrected(masks, channels(whole, 3, 1)) : masks };
      };
      return {
        reduced: seenLow(low, x, pyramid.rest, 2 ** levels),
        finish: (members, globalFeatures) =>
          rebuild(pyramid, meanOf(members.map((p, i) => translated(p, globalFeatures[i]!)))),
      };
    },
    whole: (p, seen, edges) => translateLow(p, seen, low, edges),
  };
  const averaged = (members: readonly Parameters[], pictures: tf.Tensor4D): tf.Tensor4D =>
    atAnySize(sides, pictures, (x) => {
      const { reduced, finish } = branches.globalInput(x);
      return finish(
        members,
        members.map((p) => branches.whole(p, reduced, 'none')),
      );
    });
  return { parameters, sides, apply: (p, x) => averaged([p], x), averaged, branches };
};

/** What the branches make of a pyramid: its rest translated, and masks for its details, deepest first. */
interface Translation {
  readonly low: tf.Tensor4D;
  readonly masks: readonly tf.Tensor4D[];
}

/** Masks for the details of a pyramid whose rest was translated to `low`, deepest first. */
const masksOf = (
  p: Parameters,
  { details, rest }: LaplacianPyramid,
  low: tf.Tensor4D,
  highs: readonly string[],
): readonly tf.Tensor4D[] => {
  const top = details.at(-1)!;
  const seed = highMask(p, tf.concat([top, repeated(rest, top), repeated(low, top)], 3), highs);
  // Each level's mask is two pointwise layers on the coarser one. They commute with repeating pixels, so they run before.
  return numbered('mask', details.length).reduce<readonly tf.Tensor4D[]>(
    (made, name) => [...made, convolve(p, `${name}.b`, leaky(convolve(p, `${name}.a`, made.at(-1) ?? seed)))],
    [],
  );
};

/** Masks that a gain is corrected by; they are twice as large as it. */
const corrected = (masks: readonly tf.Tensor4D[], gain: tf.Tensor4D): readonly tf.Tensor4D[] => {
  const smooth = doubled(gain);
  return masks.map((mask) => tf.add(mask, smooth));
};

/** Rebuilding is linear in both, so the mean of several results is what the mean of the translations gives. */
const meanOf = (translations: readonly Translation[]): Translation => {
  if (translations.length === 1) return translations[0]!;
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

const rebuild = ({ details }: LaplacianPyramid, { low, masks }: Translation): tf.Tensor4D =>
  details.reduceRight(
    (sum, detail, level) =>
      tf.add(doubled(sum), tf.mul(detail, repeated(masks[details.length - 1 - level]!, detail))),
    low,
  );

/** Repeats pixels as often as it takes to get as large. */
const repeated = (x: tf.Tensor4D, like: tf.Tensor4D): tf.Tensor4D =>
  x.shape[1] === like.shape[1] && x.shape[2] === like.shape[2]
    ? x
    : resize2d(x, [like.shape[1], like.shape[2]], { method: 'nearest' });

const highMask = (p: Parameters, x: tf.Tensor4D, blocks: readonly string[]): tf.Tensor4D =>
  mirrored(p, 'high.last', residualBlocks(p, leaky(mirrored(p, 'high.first', x)), blocks));
