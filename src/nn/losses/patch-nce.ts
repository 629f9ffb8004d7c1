import { spaceToDepth } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import type { PictureLoss } from './picture-loss.js';

/** Pixels along a patch, the scales that patches are taken from (each half of the one before), and the temperature. */
const SIZE = 8;
const SCALES = 3;
const TEMPERATURE = 0.07;

/** Variance of one step of 8-bit values: what is flatter says nothing. */
const FLAT = (2 / 255) ** 2;

/** What each patch looks like whatever its brightness and contrast: [N,patches,numbers], at most of length 1. */
const descriptors = (x: tf.Tensor4D): tf.Tensor3D => {
  const [n, height, width, channels] = x.shape;
  const [rows, columns] = [Math.floor(height / SIZE), Math.floor(width / SIZE)];
  const whole = tf.slice(x, [0, 0, 0, 0], [n, rows * SIZE, columns * SIZE, channels]);
  const patches = tf.reshape(spaceToDepth(whole, SIZE), [n, rows * columns, SIZE * SIZE, channels]);
  const centred = tf.reshape(tf.sub(patches, tf.mean(patches, 2, true)), [n, rows * columns, -1]);
  const energy = tf.sum(tf.square(centred), 2, true);
  return tf.mul(centred, tf.rsqrt(tf.add(energy, FLAT * SIZE * SIZE * channels)));
};

/** The cross-entropy of finding each patch of one picture at its place in the other, among all places. */
const atScale = (x: tf.Tensor4D, y: tf.Tensor4D): tf.Scalar => {
  const [queries, keys] = [descriptors(x), descriptors(y)];
  const logits = tf.div(tf.matMul(queries, keys, false, true), TEMPERATURE);
  const own = tf.div(tf.sum(tf.mul(queries, keys), 2), TEMPERATURE);
  return tf.mean<tf.Scalar>(tf.sub(tf.logSumExp(logits, 2), own));
};

/**
 * PatchNCE (Park, Efros, Zhang, Zhu: "Contrastive Learning for Unpaired Image-to-Image Translation", 2020): what lies at a
 * place of the result should look more like what lay there in the input than like what lay elsewhere in it. The paper's
 * features are the generator's own, through layers trained along with it; here they are the patches themselves, less
 * their mean and brought to length 1, at three scales: nothing to be trained can make the loss small but the pictures, and
 * it serves every generator. A patch without texture, as of a clear
 * sky, says nothing. At equality it is small, not 0. Throws RangeError for pictures under 64x64 pixels, which have too few patches.
 */
export const patchNce: PictureLoss = (x, y) => {
  const [, height, width] = x.shape;
  const smallest = SIZE * 2 ** SCALES;
  if (Math.min(height, width) < smallest) {
    throw new RangeError(
      `PatchNCE needs pictures of at least ${smallest}x${smallest} pixels, not ${height}x${width}`,
    );
  }
  const scales = Array.from({ length: SCALES - 1 }).reduce<readonly (readonly [tf.Tensor4D, tf.Tensor4D])[]>(
    (made) => {
      const [ones, others] = made.at(-1)!;
      return [...made, [tf.avgPool(ones, 2, 2, 'valid'), tf.avgPool(others, 2, 2, 'valid')]];
    },
    [[x, y]],
  );
  const losses = scales.map(([ones, others]) => atScale(ones, others));
  return tf.div(
    losses.reduce((a, b) => tf.add(a, b)),
    SCALES,
  );
};
