import * as tf from '@tensorflow/tfjs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { check, print } from '../graph/index.js';
import { record } from './record.js';

const spec = (...shape: number[]) => ({ shape, dtype: 'float32' as const });

describe('record', () => {
  it('writes a program down as a graph', () => {
    const recorded = record('soften', ({ x }: { x: tf.Tensor }) => tf.add(tf.mul(x, 2), tf.square(x)), {
      x: spec(2, 3),
    });
    expect(E.isRight(recorded) && print(recorded.right.graph)).toMatchInlineSnapshot(`
      "soften {
        %0 = input x : float32[2,3]
        %1 = fill 2 : float32[]
        %2 = mul(%0, %1) : float32[2,3]  # mul
        %3 = mul(%0, %0) : float32[2,3]  # square
        %4 = add(%2, %3) : float32[2,3]  # add
        return output: %4
      }"
    `);
    expect(E.isRight(recorded) && E.isRight(check(recorded.right.graph))).toBe(true);
  });

  it('records gradients', () => {
    const recorded = record(
      'slope',
      ({ x }: { x: tf.Tensor4D }) =>
        tf.grad((y) => tf.sum(tf.relu(tf.conv2d(y as tf.Tensor4D, tf.ones([3, 3, 1, 2]), 1, 'same'))))(x),
      { x: spec(1, 4, 4, 1) },
    );
    if (E.isLeft(recorded)) throw new Error(JSON.stringify(recorded.left));
    expect(print(recorded.right.graph)).toMatchInlineSnapshot();
  });
});
