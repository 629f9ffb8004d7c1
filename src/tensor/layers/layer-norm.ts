import type * as tf from '../tfjs.js';
import { affine, standardise } from './standardise.js';

/**
 * Layer normalisation (Ba, Kiros, Hinton: "Layer Normalization", arXiv 1607.06450): each position is brought to mean 0 and
 * variance 1 over its channels, the last axis, then scaled and shifted if `scale` and `offset`, both [C], are given.
 */
export const layerNorm = <T extends tf.Tensor>(
  x: T,
  scale?: tf.Tensor,
  offset?: tf.Tensor,
  epsilon = 1e-5,
): T => affine(standardise(x, [x.rank - 1], epsilon), scale, offset);
