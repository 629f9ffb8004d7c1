import * as tf from '../../tensor/tfjs.js';
import { sameForEach } from '../depthwise.js';
import type { PictureLoss } from './picture-loss.js';
import { similarity, unit } from './ssim.js';

/** Sobel's filter along the rows; transposed, along the columns. */
const SOBEL = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
] as const;

/** Keeps the slope of a root finite in flat places: the square of a step of 8 bits. */
const FLAT = (1 / 255) ** 2;

/** Strengths of the gradients of brightness, [N,H-2,W-2,1], of pictures in 0..1. */
const strengths = (x: tf.Tensor4D): tf.Tensor4D => {
  const brightness = tf.mean<tf.Tensor4D>(x, 3, true);
  const across = tf.depthwiseConv2d(
    brightness,
    sameForEach(
      SOBEL.map((row) => [...row]),
      1,
    ),
    1,
    'valid',
  );
  const down = tf.depthwiseConv2d(
    brightness,
    sameForEach(
      [0, 1, 2].map((i) => SOBEL.map((row) => row[i]!)),
      1,
    ),
    1,
    'valid',
  );
  return tf.sqrt(tf.add(tf.add(tf.square(across), tf.square(down)), FLAT));
};

/**
 * One minus the structural similarity of the strengths of gradients, contrast and structure alone (Chen, Yang, Xie:
 * "Gradient-based structural similarity for image quality assessment", 2006, without the comparison of luminance): edges and
 * textures stay where they are and as strong, whatever becomes of light and colour. Of pictures in -1..1. Throws RangeError
 * for pictures under 13x13 pixels.
 */
export const structure: PictureLoss = (x, y) => {
  const [, height, width] = x.shape;
  if (Math.min(height, width) < 13) {
    throw new RangeError(
      `the structure of gradients needs pictures of at least 13x13 pixels, not ${height}x${width}`,
    );
  }
  const { structure: alike } = similarity(strengths(unit(x)), strengths(unit(y)));
  return tf.sub(1, tf.mean<tf.Scalar>(alike));
};
