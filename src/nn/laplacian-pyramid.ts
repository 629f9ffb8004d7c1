import { pad2d, resize2d } from '../tensor/layers/index.js';
import * as tf from '../tensor/tfjs.js';
import { sameForEach } from './depthwise.js';

/** A picture [N,H,W,C] as what each halving loses, finest first, and the rest. */
export interface LaplacianPyramid {
  readonly details: readonly tf.Tensor4D[];
  readonly rest: tf.Tensor4D;
}

/**
 * The Laplacian pyramid (Burt, Adelson: "The Laplacian Pyramid as a Compact Image Code", 1983) of pictures whose sides are
 * multiples of 2^levels. `doubled` the rest, plus a detail, doubled again and so on gives the picture back.
 */
export const laplacianPyramid = (pictures: tf.Tensor4D, levels: number): LaplacianPyramid =>
  Array.from({ length: levels }).reduce<LaplacianPyramid>(
    ({ details, rest }) => {
      const smaller = halved(rest);
      return { details: [...details, tf.sub(rest, doubled(smaller))], rest: smaller };
    },
    { details: [], rest: pictures },
  );

/** Bilinear enlarging to twice the size. */
export const doubled = (x: tf.Tensor4D): tf.Tensor4D => resize2d(x, [2 * x.shape[1], 2 * x.shape[2]]);

const TAPS = [1, 3, 3, 1].map((t) => t / 8);
const FILTER = TAPS.map((a) => TAPS.map((b) => a * b));

/**
 * Smooths by the binomial filter of four taps and keeps every second pixel: the transpose of bilinear enlarging, so that
 * the two together leave everything in its place. Burt and Adelson's five taps keep the even pixels' places, and what is
 * changed in the rest would come back half a pixel off at each level, unless it is enlarged by five taps too.
 */
const halved = (x: tf.Tensor4D): tf.Tensor4D => {
  const padded = pad2d(
    x,
    [
      [1, 1],
      [1, 1],
    ],
    'symmetric',
  );
  return tf.depthwiseConv2d(padded, sameForEach(FILTER, x.shape[3]), 2, 'valid');
};
