import * as tf from '../tfjs.js';
import { type Gradient, gradient, mask, sumTo } from './gradient.js';

const PAIR = ['a', 'b'] as const;

/** A kernel whose result stays the same when its inputs move a little. */
const flat = (kernelName: string, inputs: readonly string[]): Gradient =>
  gradient(kernelName, { inputs }, ({ saved }) =>
    Object.fromEntries(inputs.map((name, i) => [name, () => tf.zeros(saved[i]!.shape)])),
  );

// tfjs has these for operands of one shape only; ties go to the first operand.

const extreme = (kernelName: string, first: typeof tf.greaterEqual, second: typeof tf.less): Gradient =>
  gradient(kernelName, { inputs: PAIR }, ({ dy, saved }) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    return {
      a: () => sumTo(tf.mul(dy, mask(first(a, b))), a.shape),
      b: () => sumTo(tf.mul(dy, mask(second(a, b))), b.shape),
    };
  });

const squaredDifference = gradient('SquaredDifference', { inputs: PAIR }, ({ dy, saved }) => {
  const [a, b] = saved as [tf.Tensor, tf.Tensor];
  const slope = (): tf.Tensor => tf.mul(dy, tf.mul(tf.sub(a, b), 2));
  return { a: () => sumTo(slope(), a.shape), b: () => sumTo(tf.neg(slope()), b.shape) };
});

export const elementwiseGradients: readonly Gradient[] = [
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr'].map(
    (name) => flat(name, PAIR),
  ),
  flat('BitwiseAnd', PAIR),
  flat('FloorDiv', PAIR),
  flat('LogicalNot', ['x']),
  flat('SearchSorted', ['sortedSequence', 'values']),
  extreme('Maximum', tf.greaterEqual, tf.less),
  extreme('Minimum', tf.lessEqual, tf.greater),
  squaredDifference,
];
