import { pad2d } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { atAnySize } from '../any-size.js';
import { convolution, convolve, type Start } from '../convolution.js';
import { doubled } from '../laplacian-pyramid.js';
import { type Network, type ParameterSpecs, type Parameters, parameter } from '../network.js';
import { MIDDLE_STEP, usualTables } from '../quantisation.js';
import { FREQUENCIES, fromSlidingDct, slidingDct } from '../sliding-dct.js';

export interface ShrinkageOptions {
  /** Residual blocks that look at the coefficients of brightness, and of colours. */
  readonly blocks?: number;
  readonly chromaBlocks?: number;
  /** Channels inside these blocks. */
  readonly width?: number;
  readonly chromaWidth?: number;
}

/** A part of the network: that of brightness has one plane, that of colours two. */
interface Branch {
  readonly name: string;
  readonly planes: number;
  readonly width: number;
  readonly blocks: readonly string[];
  /** Whether coefficients are also shrunk in blocks that begin in the middle between the others. */
  readonly twice: boolean;
}

/** He et al.'s, "Delving Deep into Rectifiers" (2015), for what goes through a rectifier, times a factor. */
const rectified =
  (factor: number): Start =>
  (inputs) => ({ filter: { uniform: factor * Math.sqrt(6 / inputs) }, bias: { constant: 0 } });

/** What is added to features and coefficients begins at nothing. */
const nothing: Start = () => ({ filter: { constant: 0 }, bias: { constant: 0 } });

/** Thresholds begin at so many steps: what is smaller was most likely rounded to that from 0. */
const START = Math.log(0.7);

/** How far, in powers of e, a threshold can be moved. */
const MOST = 2;

/** What is added is counted in so many steps, so that a change of the weights does not change the picture much. */
const ADDED = 0.3;

/** What the network sees of each coefficient: itself by steps and as it is, and whether it is there; and twice of each block's mean. */
const seenOf = (planes: number): number => 3 * FREQUENCIES * planes + 2 * planes;

const branchSpecs = ({ name, planes, width, blocks }: Branch): ParameterSpecs => {
  const coefficients = FREQUENCIES * planes;
  return Object.assign(
    {
      [`${name}.unknown`]: { shape: [coefficients], start: { constant: 0.4 } },
      [`${name}.threshold`]: { shape: [coefficients], start: { constant: START } },
      [`${name}.thresholdBySteps`]: { shape: [coefficients, coefficients], start: { constant: 0 } },
      [`${name}.bySteps`]: { shape: [coefficients, width], start: { constant: 0 } },
    },
    convolution(`${name}.first`, 3, [seenOf(planes), width], rectified(0.7)),
    ...blocks.flatMap((block) => [
      convolution(`${block}.first`, 3, [width, width], rectified(1)),
      convolution(`${block}.second`, 3, [width, width], nothing),
    ]),
    convolution(`${name}.move`, 3, [width, coefficients], rectified(0.02)),
    convolution(`${name}.add`, 3, [width, coefficients], nothing),
  );
};

/** Logarithms of the usual tables over the middle step, one for each plane: what is assumed of unknown ones, with a learned offset. */
const usual = (table: readonly number[], planes: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: planes }, () => table.map((step) => Math.log(step / MIDDLE_STEP))).flat());

/**
 * Logarithms of the steps of each coefficient over the middle step, `[N or 1,64·planes]`.
 * @param quantisation `quantisationFeatures` of each picture, or nothing where none is known
 */
const logStepsOf = (
  p: Parameters,
  { name, planes }: Branch,
  quantisation: tf.Tensor2D | undefined,
): tf.Tensor2D => {
  const table = planes === 1 ? usualTables.luma : usualTables.chroma;
  const guess = tf.add<tf.Tensor1D>(usual(table, planes), parameter(p, `${name}.unknown`));
  return quantisation === undefined
    ? tf.reshape(guess, [1, FREQUENCIES * planes])
    : known(quantisation, planes, guess);
};

const known = (quantisation: tf.Tensor2D, planes: number, guess: tf.Tensor1D): tf.Tensor2D => {
  const [count] = quantisation.shape;
  const own = tf.slice(quantisation, [0, planes === 1 ? 1 : 1 + FREQUENCIES], [count, FREQUENCIES]);
  const flag = tf.slice(quantisation, [0, 0], [count, 1]);
  // What is not known is told as 0.
  return tf.add<tf.Tensor2D>(planes === 1 ? own : tf.concat([own, own], 1), tf.mul(tf.sub(1, flag), guess));
};

/** A row of a matrix for each picture, as what is the same at all its places. */
const everywhere = (rows: tf.Tensor2D): tf.Tensor4D => {
  const [count, channels] = rows.shape;
  return tf.reshape(rows, [count, 1, 1, channels]);
};

/** A number for each coefficient: one for the means of blocks, and another for all else. */
const byKind = (planes: number, mean: number, other: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: FREQUENCIES * planes }, (_, i) => (i % FREQUENCIES === 0 ? mean : other)));

/** Thresholds of coefficients, as logarithms: that of the mean of a block is next to nothing, so that it is never shrunk. */
const thresholds = (p: Parameters, { name, planes }: Branch, logSteps: tf.Tensor2D): tf.Tensor4D => {
  const bySteps = tf.matMul<tf.Tensor2D>(logSteps, parameter(p, `${name}.thresholdBySteps`));
  return everywhere(tf.add(tf.add(bySteps, parameter(p, `${name}.threshold`)), byKind(planes, -8, 0)));
};

/** -1..1, and steep in the middle only. */
const soft = (x: tf.Tensor4D): tf.Tensor4D => tf.div(x, tf.add(tf.abs(x), 1));

/** What would be large beside all else is cut off. */
const asItIs = (x: tf.Tensor4D, steps: tf.Tensor4D): tf.Tensor4D =>
  tf.clipByValue(tf.mul(tf.mul(x, steps), 4), -3, 3);

/**
 * What a network is shown of coefficients that are counted in steps. Means of blocks are compared with those around: by
 * themselves they are so large that no difference between neighbours would be seen.
 */
const shownOf = (
  planes: number,
  counted: tf.Tensor4D,
  squared: tf.Tensor4D,
  steps: tf.Tensor4D,
): tf.Tensor4D => {
  const [count, height, width] = counted.shape;
  const meansOf = (of: tf.Tensor4D, [n, h, w]: readonly [number, number, number]): tf.Tensor4D =>
    tf.concat(
      Array.from({ length: planes }, (_, plane) =>
        tf.slice(of, [0, 0, 0, FREQUENCIES * plane], [n, h, w, 1]),
      ),
      3,
    );
  const means = meansOf(counted, [count, height, width]);
  const around = [1, 1] as const;
  const apart = tf.sub<tf.Tensor4D>(
    means,
    tf.avgPool(pad2d(means, [around, around], 'symmetric'), 3, 1, 'valid'),
  );
  const others = tf.mul<tf.Tensor4D>(counted, byKind(planes, 0, 1));
  return tf.concat(
    [
      tf.mul(soft(others), 2),
      tf.sub(2, tf.mul(tf.exp(squared), 2)),
      asItIs(others, steps),
      tf.mul(soft(apart), 2),
      asItIs(apart, meansOf(steps, [steps.shape[0], 1, 1])),
    ],
    3,
  );
};

/** The coefficients c, counted in steps, times e^(-c²/t²): what is small beside the threshold t is removed, and nothing of what is large. */
const removedOf = (counted: tf.Tensor4D, squared: tf.Tensor4D, logInverse: tf.Tensor4D): tf.Tensor4D =>
  tf.mul(counted, tf.exp(tf.mul(squared, tf.exp(logInverse))));

/** What lies between four neighbours, one more along each side: the mean of those. */
const between = (x: tf.Tensor4D): tf.Tensor4D => {
  const one = [1, 1] as const;
  return tf.avgPool(pad2d(x, [one, one], 'symmetric'), 2, 1, 'valid');
};

interface Restored {
  /** What is to be added to the planes. */
  readonly change: tf.Tensor4D;
  /** What was made of the coefficients on the way, [N,h,w,width]. */
  readonly features: tf.Tensor4D;
}

const restore = (
  p: Parameters,
  branch: Branch,
  planes: tf.Tensor4D,
  quantisation: tf.Tensor2D | undefined,
  context?: tf.Tensor4D,
): Restored => {
  const { name, blocks } = branch;
  const logSteps = logStepsOf(p, branch, quantisation);
  const steps = everywhere(tf.mul(tf.exp(logSteps), MIDDLE_STEP / 127.5));
  const counted = tf.div<tf.Tensor4D>(slidingDct(planes), steps);
  const squared = tf.neg(tf.square(counted));
  const entered = tf.add<tf.Tensor4D>(
    convolve(p, `${name}.first`, shownOf(branch.planes, counted, squared, steps)),
    everywhere(tf.matMul(logSteps, parameter<tf.Tensor2D>(p, `${name}.bySteps`))),
  );
  const first = context === undefined ? entered : tf.add<tf.Tensor4D>(entered, context);
  const features = blocks.reduce(
    (x, block) =>
      tf.add<tf.Tensor4D>(x, convolve(p, `${block}.second`, tf.relu(convolve(p, `${block}.first`, x)))),
    first,
  );
  const shown = tf.relu(features);
  const moved = tf.mul(tf.tanh(convolve(p, `${name}.move`, shown)), -2 * MOST);
  const logInverse = tf.add<tf.Tensor4D>(moved, tf.mul(thresholds(p, branch, logSteps), -2));
  const added = tf.mul(convolve(p, `${name}.add`, shown), ADDED);
  const removed = removedOf(counted, squared, logInverse);
  if (!branch.twice)
    return { change: fromSlidingDct(tf.mul<tf.Tensor4D>(tf.sub(added, removed), steps)), features };
  // The mean of two sets of blocks, the others in the middle between four of these.
  const own = fromSlidingDct(tf.mul<tf.Tensor4D>(tf.sub(added, tf.mul(removed, 0.5)), steps));
  const others = tf.div<tf.Tensor4D>(slidingDct(planes, 6), steps);
  const removedThere = removedOf(others, tf.neg(tf.square(others)), between(logInverse));
  const there = fromSlidingDct(tf.mul<tf.Tensor4D>(tf.mul(removedThere, -0.5), steps), 6);
  return { change: tf.add(own, there), features };
};

/** BT.601, as JPEG has it, for values around 0. */
const TO_LUMA = [0.299, 0.587, 0.114];
const TO_CHROMA = [-0.168736, 0.5, -0.331264, -0.418688, 0.5, -0.081312];
const FROM_LUMA = [1, 1, 1];
const FROM_CHROMA = [0, -0.344136, 1.772, 1.402, -0.714136, 0];

const mixed = (x: tf.Tensor4D, weights: readonly number[], outputs: number): tf.Tensor4D =>
  tf.conv2d(x, tf.tensor4d([...weights], [1, 1, weights.length / outputs, outputs]), 1, 'valid');

const branchOf = (name: string, planes: number, width: number, count: number): Branch => ({
  name,
  planes,
  width,
  twice: planes === 1,
  blocks: Array.from({ length: count }, (_, i) => `${name}.block${i + 1}`),
});

const SIDES = { multiple: 8, least: 8 };

/**
 * For JPEG: coefficients of a discrete cosine transform are made smaller, as in denoising by shrinkage (Donoho 1995) with
 * overlapping blocks (Nosratinia: "Denoising JPEG images by re-application of JPEG", 2001; Foi, Katkovnik, Egiazarian: "Pointwise
 * Shape-Adaptive DCT", 2007). What is small beside the step that it was rounded by is removed; how small, a network decides at
 * each place from all coefficients around it and from the steps, and adds what it thinks was there. So the network begins as what was known
 * before it, and is quick to learn. Colours are looked at at half the size, where most files have them. Quantisation tables that
 * are given set the steps; else they are taken to be the usual ones at a quality that is learned. Pictures are [N,H,W,3] in
 * -1..1 of any size; so is the result, which is not clipped.
 */
export const shrinkage = ({
  blocks = 3,
  chromaBlocks = 2,
  width = 64,
  chromaWidth = 32,
}: ShrinkageOptions = {}): Network => {
  const luma = branchOf('luma', 1, width, blocks);
  const chroma = branchOf('chroma', 2, chromaWidth, chromaBlocks);
  const restored = (p: Parameters, x: tf.Tensor4D, quantisation: tf.Tensor2D | undefined): tf.Tensor4D => {
    const bright = restore(p, luma, mixed(x, TO_LUMA, 1), quantisation);
    // Every second block of brightness begins where one of colours does.
    const context = convolve(p, 'chroma.context', bright.features, { stride: 2, pad: 1 });
    const coloured = restore(
      p,
      chroma,
      mixed(tf.avgPool(x, 2, 2, 'valid'), TO_CHROMA, 2),
      quantisation,
      context,
    );
    const change = tf.add(
      mixed(bright.change, FROM_LUMA, 3),
      mixed(doubled(coloured.change), FROM_CHROMA, 3),
    );
    return tf.add(x, change);
  };
  return {
    parameters: {
      ...branchSpecs(luma),
      ...convolution('chroma.context', 3, [width, chromaWidth], nothing),
      ...branchSpecs(chroma),
    },
    sides: SIDES,
    readsTables: true,
    apply: (p, x, quantisation) => atAnySize(SIDES, x, (y) => restored(p, y, quantisation)),
  };
};
