import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { jit } from './jit.js';
import { createEngine } from './run/engine.js';
import * as tf from './tfjs.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const numbers = (...values: number[]) =>
  ({ dtype: 'float32', shape: [values.length], data: Float32Array.from(values) }) as const;

describe('tfjs, as it is taken here', () => {
  it('has gradients, chained operations and the cpu backend', () => {
    expect(tf.getGradient('Multiply')).toBeDefined();
    expect(tf.getKernelsForBackend('cpu').length).toBeGreaterThan(100);
    expect([...tf.tidy(() => tf.tensor1d([1, -2]).mul(2).relu().dataSync())]).toEqual([2, 0]);
  });

  it('compiles chained operations and their gradients', async () => {
    const slope = jit((x: tf.Tensor1D) => tf.grad((v) => v.square().mul(3).sum())(x), {
      name: 'slope',
      engine,
    });
    expect(await slope(numbers(1, 2))()).toMatchObject(E.right({ data: Float32Array.of(6, 12) }));
  });

  it('has its own gradients again after others were registered, as by loading another copy of tfjs', async () => {
    const slope = () =>
      jit(
        (x: tf.Tensor1D) =>
          tf.grad((v: tf.Tensor1D) => tf.sum(tf.mul(tf.mirrorPad(v, [[1, 1]], 'reflect'), [1, 2, 4, 8, 16])))(
            x,
          ),
        {
          name: 'slope',
          engine,
        },
      )(numbers(1, 2, 3))();
    const before = await slope();
    tf.registerGradient({
      kernelName: 'MirrorPad',
      gradFunc: (dy) => ({ x: () => tf.zerosLike(tf.slice(dy as tf.Tensor1D, [1], [3])) }),
    });
    expect(before).toMatchObject(E.right({ data: Float32Array.of(2, 21, 8) }));
    expect(await slope()).toEqual(before);
  });
});
