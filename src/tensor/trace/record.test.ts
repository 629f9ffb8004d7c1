import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { check, print } from '../graph/index.js';
import * as tf from '../tfjs.js';
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
    expect(print(recorded.right.graph)).toMatchInlineSnapshot(`
      "slope {
        %0 = input x : float32[1,4,4,1]
        %1 = fill 1 : float32[3,3,1,2]
        %2 = transpose(%0) perm=[0,3,1,2] : float32[1,1,4,4]  # conv2d
        %3 = transpose(%1) perm=[3,2,0,1] : float32[2,1,3,3]  # conv2d
        %4 = conv(%2, %3) strides=[1,1] padding=[1,1,1,1] dilations=[1,1] groups=1 : float32[1,2,4,4]  # conv2d
        %5 = transpose(%4) perm=[0,2,3,1] : float32[1,4,4,2]  # conv2d
        %6 = relu(%5) : float32[1,4,4,2]  # relu
        %7 = reduce.sum(%6) axes=[0,1,2,3] keepDims=false : float32[]  # sum
        %8 = fill 1 : float32[]  # sum
        %9 = reshape(%8) shape=[1,1,1,1] : float32[1,1,1,1]  # backward/reshape
        %10 = fill 1 : float32[1,4,4,2]  # backward/reshape
        %11 = mul(%9, %10) : float32[1,4,4,2]  # backward/mul
        %12 = fill 0 : float32[]  # backward/mul
        %13 = greater(%6, %12) : bool[1,4,4,2]  # backward/greater
        %14 = cast(%13) to=float32 : float32[1,4,4,2]  # backward/cast
        %15 = mul(%11, %14) : float32[1,4,4,2]  # backward/mul
        %16 = transpose(%15) perm=[0,3,1,2] : float32[1,2,4,4]  # backward
        %17 = convInputGradient(%16, %3) strides=[1,1] padding=[1,1,1,1] dilations=[1,1] groups=1 size=[4,4] : float32[1,1,4,4]  # backward
        %18 = transpose(%17) perm=[0,2,3,1] : float32[1,4,4,1]  # backward
        return output: %18
      }"
    `);
  });

  it('computes once what a loss and its gradient have in common, also where both make a constant', () => {
    const loss = (y: tf.Tensor4D): tf.Scalar =>
      tf.sum(tf.square(tf.conv2d(y, tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]), 1, 'valid')));
    const recorded = record(
      'both',
      ({ x }: { x: tf.Tensor4D }) => ({ loss: loss(x), slope: tf.grad((y) => loss(y as tf.Tensor4D))(x) }),
      { x: spec(1, 4, 4, 1) },
    );
    if (E.isLeft(recorded)) throw new Error(JSON.stringify(recorded.left));
    expect(recorded.right.graph.nodes.filter(({ op }) => op === 'conv')).toHaveLength(1);
  });
});
