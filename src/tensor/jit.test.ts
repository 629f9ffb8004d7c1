import * as tf from '@tensorflow/tfjs';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../ports/index.js';
import { createEngine } from './run/engine.js';
import { jit } from './jit.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const floats = (shape: number[], ...values: number[]): HostTensor => ({ dtype: 'float32', shape, data: Float32Array.from(values) });

describe('jit', () => {
  it('computes', async () => {
    const f = jit(({ x }: { x: tf.Tensor }) => ({ y: tf.add(tf.mul(x, 2), 1) }), { engine });
    const result = await f({ x: floats([3], 1, 2, 3) })();
    expect(result).toEqual(E.right({ y: floats([3], 3, 5, 7) }));
    const ts: number[] = [];
    for (let i = 0; i < 200; i++) { const t = performance.now(); await f({ x: floats([3], 1, 2, 3) })(); ts.push(performance.now() - t); }
    console.log('tiny call ms', ts.sort((a, b) => a - b)[100]);
  });
});
