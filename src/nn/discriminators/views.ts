import { instanceNorm, pad2d } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { convolution, convolve, gaussian } from '../convolution.js';
import type { Discriminator, ParameterSpecs, Parameters } from '../network.js';

export interface ViewsOptions {
  /** Convolutions of each view that halve, 1 to 6. */
  readonly layers?: number;
  /** Channels of the first layer; they double layer by layer up to eight times as many. */
  readonly width?: number;
}

const SLOPE = 0.2;

/** How many times smaller the view of the layout is. */
const SMALLER = 4;

const widths = (layers: number, width: number): readonly number[] =>
  Array.from({ length: layers }, (_, i) => width * Math.min(2 ** i, 8));

const viewSpecs = (view: string, inputs: number, layers: number, width: number): ParameterSpecs => {
  const outputs = widths(layers, width);
  return {
    ...Object.assign(
      {},
      ...outputs.map((count, i) =>
        convolution(`${view}.layer${i + 1}`, 4, [outputs[i - 1] ?? inputs, count], gaussian),
      ),
    ),
    ...convolution(`${view}.last`, 3, [outputs.at(-1)!, 1], gaussian),
  };
};

/**
 * Two patch discriminators (Isola et al. 2017) that see a picture in two ways: its whole layout at a quarter of the size,
 * with each pixel's height in the frame as a fourth channel, so that what belongs to the sky is not asked of the ground; and
 * its colours at full size. One map of logits [N,h,w,1] each. Pictures go on mirrored at their borders, which are then
 * like any other place. Sides are multiples of 4.
 */
export const views = ({ layers = 3, width = 32 }: ViewsOptions = {}): Discriminator => ({
  parameters: { ...viewSpecs('layout', 4, layers, width), ...viewSpecs('colours', 3, layers, width) },
  apply: (p, pictures) => [
    judge(p, 'layout', withHeight(tf.avgPool(pictures, SMALLER, SMALLER, 'valid')), layers),
    judge(p, 'colours', pictures, layers),
  ],
});

/** Pictures with the height of each pixel in the frame, -1 at the top and 1 below, as another channel. */
const withHeight = (x: tf.Tensor4D): tf.Tensor4D => {
  const [n, height, width] = x.shape;
  const heights = tf.reshape(tf.linspace(-1, 1, height), [1, height, 1, 1]);
  return tf.concat([x, tf.tile(heights, [n, 1, width, 1]) as tf.Tensor4D], 3);
};

const judge = (p: Parameters, view: string, pictures: tf.Tensor4D, layers: number): tf.Tensor4D => {
  const around = (x: tf.Tensor4D): tf.Tensor4D =>
    pad2d(
      x,
      [
        [1, 1],
        [1, 1],
      ],
      'symmetric',
    );
  const features = Array.from({ length: layers }, (_, i) => i).reduce((x, i) => {
    const y = convolve(p, `${view}.layer${i + 1}`, around(x), { stride: 2, pad: 'valid' });
    return tf.leakyRelu(i === 0 ? y : instanceNorm(y), SLOPE);
  }, pictures);
  return convolve(p, `${view}.last`, around(features), { pad: 'valid' });
};
