import * as tf from '../../tensor/tfjs.js';
import { convolution, convolveMirrored, fanIn } from '../convolution.js';
import type { ParameterSpecs, Parameters } from '../network.js';

/** PyTorch's default, which LPTN keeps. */
const SLOPE = 0.01;

export const leaky = (x: tf.Tensor4D): tf.Tensor4D => tf.leakyRelu(x, SLOPE);

/** A convolution that sees the picture go on mirrored at its border. */
export const mirrored = (p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D =>
  convolveMirrored(p, name, x, 'symmetric');

/** LPTN's residual blocks by these names: two convolutions with an activation between, added to what went in. */
export const residualParameters = (names: readonly string[], width: number): ParameterSpecs =>
  Object.assign(
    {},
    ...names.flatMap((name) => [
      convolution(`${name}.a`, 3, [width, width], fanIn),
      convolution(`${name}.b`, 3, [width, width], fanIn),
    ]),
  );

export const residualBlocks = (p: Parameters, x: tf.Tensor4D, names: readonly string[]): tf.Tensor4D =>
  names.reduce((sum, name) => tf.add(sum, mirrored(p, `${name}.b`, leaky(mirrored(p, `${name}.a`, sum)))), x);
