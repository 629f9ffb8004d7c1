import { WINDOW } from '../../picture/measures/ssim-window.js';
import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';
import { similarity, unit } from './ssim.js';

/** How much each scale counts, finest first, as people judged pictures in the paper. */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;

/** Keeps the slope of a power finite where structures are unlike. */
const SMALLEST = 1e-4;

/** The weights of as many scales as have room for the window, summing to 1. */
export const scaleWeights = (side: number): readonly number[] => {
  const fitting = WEIGHTS.filter((_, scale) => Math.floor(side / 2 ** scale) >= WINDOW);
  const sum = fitting.reduce((a, b) => a + b, 0);
  return fitting.map((w) => w / sum);
};

/** Over a picture's windows: one value for each picture and channel. */
const overWindows = (x: tf.Tensor4D): tf.Tensor => tf.mean(x, [1, 2]);

const raised = (x: tf.Tensor, exponent: number): tf.Tensor => tf.pow(tf.maximum(x, SMALLEST), exponent);

/**
 * One minus the index of structural similarity over several scales (Wang, Simoncelli, Bovik: "Multi-scale structural
 * similarity for image quality assessment", 2003), of pictures in -1..1: five scales where the shorter side has 176 pixels
 * or more, fewer with weights in proportion below. Throws RangeError for pictures under 11x11 pixels.
 */
export const msSsim: PictureLoss = (x, y) => {
  // Too small for one scale: `similarity` says so.
  const weights = scaleWeights(Math.max(WINDOW, Math.min(x.shape[1], x.shape[2])));
  const { factors } = weights.reduce<{
    ones: tf.Tensor4D;
    others: tf.Tensor4D;
    factors: readonly tf.Tensor[];
  }>(
    ({ ones, others, factors }, weight, scale) => {
      const { luminance, structure } = similarity(ones, others);
      const last = scale === weights.length - 1;
      const here = raised(overWindows(last ? tf.mul(luminance, structure) : structure), weight);
      if (last) return { ones, others, factors: [...factors, here] };
      const halved = [ones, others].map((p) => tf.avgPool(p, 2, 2, 'valid')) as [tf.Tensor4D, tf.Tensor4D];
      return { ones: halved[0], others: halved[1], factors: [...factors, here] };
    },
    { ones: unit(x), others: unit(y), factors: [] },
  );
  return tf.sub(1, tf.mean<tf.Scalar>(factors.reduce((a, b) => tf.mul(a, b))));
};
