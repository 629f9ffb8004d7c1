import { type Edges, withMargin, withoutMargin } from '../../picture/edges.js';
import { instanceNorm } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { convolution, convolve, fanIn } from '../convolution.js';
import type { ParameterSpecs, Parameters } from '../network.js';
import { meanHere, normBy } from '../whole-mean.js';
import { leaky, mirrored, residualBlocks, residualParameters } from './residual-blocks.js';

/** The low branch of `pyramid`, with its options. */
export interface LowBranch {
  readonly blocks: readonly string[];
  readonly width: number;
  readonly norm: boolean;
  readonly dark: boolean;
  readonly context: boolean;
  readonly scattering: boolean;
}

/** What two pointwise layers make of a frame's mean and largest features. */
const ofFrame = (name: string, width: number, outputs: number): ParameterSpecs => ({
  ...convolution(`${name}.a`, 1, [2 * width, width], fanIn),
  ...convolution(`${name}.b`, 1, [width, outputs], fanIn),
});

export const lowParameters = ({ blocks, width, dark, context, scattering }: LowBranch): ParameterSpecs => ({
  ...convolution('low.first', 3, [dark ? 4 : 3, 16], fanIn),
  ...convolution('low.second', 3, [16, width], fanIn),
  ...residualParameters(blocks, width),
  ...(context && ofFrame('low.context', width, width)),
  ...(scattering && ofFrame('low.air', width, 3)),
  ...convolution('low.third', 3, [width, 16], fanIn),
  ...convolution('low.last', 3, [16, scattering ? 4 : 3], fanIn),
});

/** The least of the channels within squares of so many pixels. */
const darkest = (x: tf.Tensor4D, side: number): tf.Tensor4D =>
  tf.neg(tf.maxPool(tf.neg(tf.min<tf.Tensor4D>(x, 3, true)), side, side, 'valid'));

/** What the low branch sees of pictures whose rest is so many times smaller. */
export const seenLow = (
  { dark }: LowBranch,
  pictures: tf.Tensor4D,
  rest: tf.Tensor4D,
  factor: number,
): tf.Tensor4D => (dark ? tf.concat([rest, darkest(pictures, factor)], 3) : rest);

/** What is made of the features of a whole frame, [N,1,1,outputs]. */
const frameOf = (p: Parameters, name: string, features: tf.Tensor4D): tf.Tensor4D => {
  const both = tf.concat([meanHere(features), tf.max<tf.Tensor4D>(features, [1, 2], true)], 3);
  return convolve(p, `${name}.b`, leaky(convolve(p, `${name}.a`, both)));
};

// A gain from 1/20 to 20: of what is seen by less than a twentieth of its light, nothing is left in 8 bits.
const MOST = 3;

/**
 * The low branch, of the rest of the pyramid and whatever else is seen; where its picture has a beyond, that is what its
 * convolutions see there. The rest translated, and with `scattering` the gain as a fourth channel.
 */
export const translateLow = (
  p: Parameters,
  seen: tf.Tensor4D,
  { blocks, norm, context, scattering }: LowBranch,
  edges: Edges,
): tf.Tensor4D => {
  // A pixel for each of its convolutions.
  const margin = 4 + 2 * blocks.length;
  // What is seen twice must not count twice.
  const counted = (x: tf.Tensor4D): tf.Tensor4D => withoutMargin(x, margin, edges);
  const around = withMargin(seen, margin, edges);
  const first = mirrored(p, 'low.first', around);
  const standardised = edges === 'none' ? instanceNorm : normBy((x) => meanHere(counted(x)));
  const normed = norm ? standardised(first) : first;
  const wide = leaky(mirrored(p, 'low.second', leaky(normed)));
  const informed = context ? tf.add<tf.Tensor4D>(wide, frameOf(p, 'low.context', counted(wide))) : wide;
  const features = residualBlocks(p, informed, blocks);
  const last = counted(mirrored(p, 'low.last', leaky(mirrored(p, 'low.third', features))));
  const rest = channels(seen, 0, 3);
  if (!scattering) return tf.tanh(tf.add(rest, last));
  const airlight = tf.tanh(frameOf(p, 'low.air', counted(features)));
  const gain = tf.exp(tf.clipByValue(channels(last, 3, 1), -MOST, MOST));
  const cleared = tf.add(airlight, tf.mul(gain, tf.sub(rest, airlight)));
  return tf.concat([tf.add(cleared, channels(last, 0, 3)), gain], 3);
};

export const channels = (x: tf.Tensor4D, from: number, count: number): tf.Tensor4D =>
  tf.slice(x, [0, 0, 0, from], [-1, -1, -1, count]);
