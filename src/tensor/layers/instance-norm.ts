import type * as tf from '../tfjs.js';
import { affine, standardise } from './standardise.js';

/** Height and width of [N,H,W,C]. */
const SPATIAL = [1, 2];

/**
 * Instance normalisation (Ulyanov, Vedaldi, Lempitsky: "Instance Normalization", arXiv 1607.08022): each channel of each
 * picture is brought to mean 0 and variance 1 over its pixels, then scaled and shifted if `scale` and `offset`, both
 * [C], are given. `x` is [N,H,W,C]; so is the result.
 */
export const instanceNorm = (
  x: tf.Tensor4D,
  scale?: tf.Tensor,
  offset?: tf.Tensor,
  epsilon = 1e-5,
): tf.Tensor4D => affine(standardise(x, SPATIAL, epsilon), scale, offset);
