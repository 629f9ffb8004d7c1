import * as tf from '../tfjs.js';
import { type Gradient, gradient, sumTo } from './gradient.js';

/** tfjs has this for statistics that are vectors, or as large as the picture. */
const batchNorm = gradient<tf.FusedBatchNormAttrs>(
  'FusedBatchNorm',
  { inputs: ['x', 'mean', 'variance', 'scale'] },
  ({ dy, saved, attrs }) => {
    const [x, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const scale = saved[3] ?? tf.scalar(1);
    const deviation = tf.rsqrt(tf.add(variance, attrs.varianceEpsilon));
    const factor = tf.mul(deviation, scale);
    const centred = (): tf.Tensor => tf.sub(x, mean);
    return {
      x: () => tf.mul(dy, factor),
      mean: () => sumTo(tf.neg(tf.mul(dy, factor)), mean.shape),
      variance: () => {
        const slope = tf.mul(tf.mul(factor, tf.square(deviation)), -0.5);
        return sumTo(tf.mul(tf.mul(dy, centred()), slope), variance.shape);
      },
      scale: () => sumTo(tf.mul(tf.mul(dy, centred()), deviation), scale.shape),
      offset: () => sumTo(dy, mean.shape),
    };
  },
);

/** Sums over the channels within a radius of each one. */
const neighbours = (x: tf.Tensor, radius: number): tf.Tensor => {
  const channels = x.shape.at(-1)!;
  const band = Array.from({ length: channels }, (_, i) =>
    Array.from({ length: channels }, (_unused, j) => (Math.abs(i - j) <= radius ? 1 : 0)),
  );
  const rows = tf.reshape(x, [x.size / channels, channels]);
  return tf.reshape(tf.matMul(rows, tf.tensor2d(band)), x.shape);
};

/** With e = bias + alpha·Σx²: dx = dy·e^-β - 2αβ·x·Σ(dy·x·e^(-β-1)). tfjs's kernel for it has no gradient of its own. */
const lrn = gradient<tf.LRNAttrs>('LRN', { inputs: ['x'] }, ({ dy, saved: [x], attrs }) => ({
  x: () => {
    const { depthRadius, bias, alpha, beta } = attrs;
    const energy = tf.add(tf.mul(neighbours(tf.square(x!), depthRadius), alpha), bias);
    const own = tf.mul(dy, tf.pow(energy, -beta));
    const spread = neighbours(tf.div(tf.mul(own, x!), energy), depthRadius);
    return tf.sub(own, tf.mul(tf.mul(x!, spread), 2 * alpha * beta));
  },
}));

export const normaliseGradients: readonly Gradient[] = [batchNorm, lrn];
