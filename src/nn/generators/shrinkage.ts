import * as tf from '../../tensor/tfjs.js';
import { atAnySize } from '../any-size.js';
import { convolution, convolve, fanIn, type Start } from '../convolution.js';
import { doubled } from '../laplacian-pyramid.js';
import { type Network, type ParameterSpecs, type Parameters, parameter } from '../network.js';
import { MIDDLE_STEP, usualTables } from '../quantisation.js';
import { cellsOf, FREQUENCIES, fromSlidingDct, slidingDct } from '../sliding-dct.js';

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
}

/** What is added to blocks' features, thresholds and coefficients begins near to nothing. */
const small: Start = (inputs) => ({
  filter: { uniform: 0.1 / Math.sqrt(inputs) },
  bias: { constant: 0 },
});

/** Thresholds begin at half a step: what is smaller was most likely rounded to it from 0. */
const START = Math.log(0.5);

/** How far, in powers of e, a threshold can be moved. */
const MOST = 2;

const branchSpecs = ({ name, planes, width, blocks }: Branch): ParameterSpecs => {
  const coefficients = FREQUENCIES * planes;
  return Object.assign(
    {
      [`${name}.unknown`]: { shape: [coefficients], start: { constant: 0.4 } },
      [`${name}.threshold`]: { shape: [coefficients], start: { constant: START } },
      [`${name}.synthesis`]: { shape: [2, 2, coefficients, cellsOf(planes)], start: { constant: 0 } },
    },
    convolution(`${name}.first`, 3, [2 * coefficients, width], fanIn),
    ...blocks.flatMap((block) => [
      convolution(`${block}.first`, 3, [width, width], fanIn),
      convolution(`${block}.second`, 3, [width, width], small),
    ]),
    convolution(`${name}.move`, 3, [width, coefficients], small),
    convolution(`${name}.add`, 3, [width, coefficients], small),
  );
};

/** Logarithms of the usual tables over the middle step, one for each plane: what is assumed of unknown ones, with a learned offset. */
const usual = (table: readonly number[], planes: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: planes }, () => table.map((step) => Math.log(step / MIDDLE_STEP))).flat());

/**
 * The steps of each coefficient, for values of -1..1, `[N or 1,1,1,64·planes]`.
 * @param quantisation `quantisationFeatures` of each picture, or nothing where none is known
 */
const stepsOf = (
  p: Parameters,
  { name, planes }: Branch,
  quantisation: tf.Tensor2D | undefined,
): tf.Tensor4D => {
  const table = planes === 1 ? usualTables.luma : usualTables.chroma;
  const guess = tf.add(usual(table, planes), parameter(p, `${name}.unknown`));
  const coefficients = FREQUENCIES * planes;
  const logarithms =
    quantisation === undefined
      ? tf.reshape(guess, [1, coefficients])
      : known(quantisation, planes, guess as tf.Tensor1D);
  const [count] = logarithms.shape as [number, number];
  return tf.mul(tf.exp(tf.reshape(logarithms, [count, 1, 1, coefficients])), MIDDLE_STEP / 127.5);
};

const known = (quantisation: tf.Tensor2D, planes: number, guess: tf.Tensor1D): tf.Tensor2D => {
  const [count] = quantisation.shape;
  const own = tf.slice(quantisation, [0, planes === 1 ? 1 : 1 + FREQUENCIES], [count, FREQUENCIES]);
  const flag = tf.slice(quantisation, [0, 0], [count, 1]);
  // What is not known is told as 0.
  return tf.add<tf.Tensor2D>(planes === 1 ? own : tf.concat([own, own], 1), tf.mul(tf.sub(1, flag), guess));
};

/** Thresholds of coefficients, as logarithms: that of the mean of a block is next to nothing, so that it is never shrunk. */
const thresholds = (p: Parameters, { name, planes }: Branch): tf.Tensor1D => {
  const lowest = Array.from({ length: FREQUENCIES * planes }, (_, i) => (i % FREQUENCIES === 0 ? -8 : 0));
  return tf.add<tf.Tensor1D>(parameter(p, `${name}.threshold`), tf.tensor1d(lowest));
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
  const steps = stepsOf(p, branch, quantisation);
  const counted = tf.div<tf.Tensor4D>(slidingDct(planes), steps);
  const squared = tf.neg(tf.square(counted));
  const seen = tf.concat<tf.Tensor4D>([tf.div(counted, tf.add(tf.abs(counted), 1)), tf.exp(squared)], 3);
  const entered = convolve(p, `${name}.first`, seen);
  const first = context === undefined ? entered : tf.add<tf.Tensor4D>(entered, context);
  const features = blocks.reduce(
    (x, block) =>
      tf.add<tf.Tensor4D>(x, convolve(p, `${block}.second`, tf.relu(convolve(p, `${block}.first`, x)))),
    first,
  );
  const shown = tf.relu(features);
  // A threshold t keeps 1 - e^(-c²/t²) of a coefficient c.
  const moved = tf.mul(tf.tanh(convolve(p, `${name}.move`, shown)), -2 * MOST);
  const inverse = tf.exp(tf.add(moved, tf.mul(thresholds(p, branch), -2)));
  const removed = tf.mul(counted, tf.exp(tf.mul(squared, inverse)));
  const change = tf.mul<tf.Tensor4D>(tf.sub(convolve(p, `${name}.add`, shown), removed), steps);
  return { change: fromSlidingDct(change, parameter(p, `${name}.synthesis`)), features };
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
  blocks: Array.from({ length: count }, (_, i) => `${name}.block${i + 1}`),
});

const SIDES = { multiple: 8, least: 8 };

/**
 * For JPEG: coefficients of a discrete cosine transform are made smaller, as in denoising by shrinkage (Donoho 1995) with
 * overlapping blocks (Nosratinia: "Denoising JPEG images by re-application of JPEG", 2001; Foi, Katkovnik, Egiazarian: "Pointwise
 * Shape-Adaptive DCT", 2007). What is small beside the step that it was rounded by is removed; how small, a network decides at
 * each place from all coefficients around it, and adds what it thinks was there. So the network begins as what was known
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
      ...convolution('chroma.context', 3, [width, chromaWidth], small),
      ...branchSpecs(chroma),
    },
    sides: SIDES,
    readsTables: true,
    apply: (p, x, quantisation) => atAnySize(SIDES, x, (y) => restored(p, y, quantisation)),
  };
};
