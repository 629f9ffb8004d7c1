import * as tf from '../tfjs.js';
import { type Gradient, gradient, mask, sumTo } from './gradient.js';

const positive = (x: tf.Tensor): tf.Tensor => mask(tf.greater(x, 0));

// The result tells the sign of the operand as well, and is kept anyway for what comes next: keeping it alone spares a
// training step one picture a layer. Two multiplications by a mask are faster in ONNX Runtime than a selection.

const relu = gradient('Relu', { output: true }, ({ dy, saved: [y] }) => ({
  x: () => tf.mul(dy, positive(y!)),
}));

const relu6 = gradient('Relu6', { inputs: ['x'] }, ({ dy, saved: [x] }) => ({
  x: () => tf.mul(dy, mask(tf.logicalAnd(tf.greater(x!, 0), tf.lessEqual(x!, 6)))),
}));

const leakyRelu = gradient<{ readonly alpha: number }>(
  'LeakyRelu',
  { inputs: ['x'], output: true },
  ({ dy, saved: [x, y], attrs: { alpha } }) => ({
    x: () => tf.mul(dy, tf.add(tf.mul(positive(alpha > 0 ? y! : x!), 1 - alpha), alpha)),
  }),
);

const prelu = gradient('Prelu', { inputs: ['x', 'alpha'] }, ({ dy, saved }) => {
  const [x, alpha] = saved as [tf.Tensor, tf.Tensor];
  return {
    x: () => sumTo(tf.where(tf.greater(x, 0), dy, tf.mul(dy, alpha)), x.shape),
    alpha: () => sumTo(tf.mul(dy, tf.minimum(x, 0)), alpha.shape),
  };
});

/** dy·(min(y, 0) + 1): tfjs runs a kernel here that has no gradient of its own. */
const elu = gradient('Elu', { output: true }, ({ dy, saved: [y] }) => ({
  x: () => tf.mul(dy, tf.add(tf.minimum(y!, 0), 1)),
}));

const eluGrad = gradient('EluGrad', { inputs: ['dy', 'y'] }, ({ dy: ddx, saved }) => {
  const [dy, y] = saved as [tf.Tensor, tf.Tensor];
  return {
    dy: () => tf.mul(ddx, tf.add(tf.minimum(y, 0), 1)),
    y: () => tf.mul(tf.mul(ddx, dy), mask(tf.less(y, 0))),
  };
});

export const activationGradients: readonly Gradient[] = [relu, relu6, leakyRelu, prelu, elu, eluGrad];
