import type * as tf from '../../tensor/tfjs.js';

/** How far pictures [N,H,W,3] in -1..1 are from what they should be: a scalar, 0 where they are equal. */
export type PictureLoss = (pictures: tf.Tensor4D, targets: tf.Tensor4D) => tf.Scalar;
