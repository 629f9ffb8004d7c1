import * as tf from '../tfjs.js';
import { type Gradient, gradient, sumTo } from './gradient.js';

/** tfjs has this for batches of one shape only. */
const batchMatMul = gradient<tf.BatchMatMulAttrs>(
  'BatchMatMul',
  { inputs: ['a', 'b'] },
  ({ dy, saved, attrs }) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const { transposeA, transposeB } = attrs;
    return {
      a: () =>
        sumTo(
          transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB),
          a.shape,
        ),
      b: () =>
        sumTo(
          transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false),
          b.shape,
        ),
    };
  },
);

/**
 * Einstein's summation by one operand: the result and the other operand, summed to this operand's letters. Letters that
 * stand in this operand alone were summed away: their gradient is the same all along them.
 */
const byOperand = (dy: tf.Tensor, operands: readonly tf.Tensor[], equation: string, i: number): tf.Tensor => {
  const [terms = '', result = ''] = equation.replaceAll(' ', '').split('->');
  const letters = terms.split(',');
  const [own, x] = [letters[i]!, operands[i]!];
  const others = letters.flatMap((term, j) => (j === i ? [] : [{ term, value: operands[j]! }]));
  const known = [result, ...others.map((o) => o.term)].join('');
  const kept = [...own].filter((letter) => known.includes(letter)).join('');
  // tfjs gives its operand back, not a new tensor, where one operand keeps its order.
  const slope =
    others.length === 0
      ? tf.transpose(
          dy,
          [...kept].map((letter) => result.indexOf(letter)),
        )
      : tf.einsum(
          `${[result, ...others.map((o) => o.term)].join(',')}->${kept}`,
          dy,
          ...others.map((o) => o.value),
        );
  const spread = [...own].map((letter, axis) => (kept.includes(letter) ? x.shape[axis]! : 1));
  return tf.broadcastTo(tf.reshape(slope, spread), x.shape);
};

const einsum: Gradient = {
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const { equation } = attrs as unknown as tf.EinsumAttrs;
    const slopes = saved.map((_, i) => () => byOperand(dy as tf.Tensor, saved, equation, i));
    return Object.fromEntries(slopes.map((slope, i) => [String(i), slope]));
  },
};

export const matmulGradients: readonly Gradient[] = [batchMatMul, einsum];
