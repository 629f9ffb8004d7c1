import * as E from 'fp-ts/lib/Either.js';
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import * as tf from './tfjs.js';
import { toOnnx } from './to-onnx.js';

const filter = Float32Array.from({ length: 3 * 3 * 3 * 4 }, (_, i) => Math.sin(i));
const soften = ({ x }: { x: tf.Tensor4D }) => ({
  y: tf.relu(tf.conv2d(x, tf.tensor4d(filter, [3, 3, 3, 4]), 1, 'same')),
});
const shape = [1, 5, 6, 3] as const;
const data = Float32Array.from({ length: 90 }, (_, i) => Math.cos(i));

const file = (): Uint8Array => {
  const made = toOnnx(
    soften,
    { x: { shape, dtype: 'float32' } },
    { name: 'soften', metadata: { author: 'test' } },
  );
  if (E.isLeft(made)) throw new Error(made.left[0].message);
  return made.right;
};

const expected = (): Float32Array => {
  tf.setBackend('cpu');
  return tf.tidy(() => soften({ x: tf.tensor4d(data, [...shape]) }).y.dataSync()) as Float32Array;
};

const expectClose = (found: ArrayLike<number>, wanted: ArrayLike<number>): void => {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < found.length; i++) expect(found[i]).toBeCloseTo(wanted[i]!, 5);
};

describe('toOnnx', () => {
  it('writes a file that ONNX Runtime opens, with the names of inputs and outputs', async () => {
    const session = await node.InferenceSession.create(file());
    expect([session.inputNames, session.outputNames]).toEqual([['x'], ['y']]);
    const { y } = await session.run({ x: new node.Tensor('float32', data, shape) });
    expect(y!.dims).toEqual([1, 5, 6, 4]);
    expectClose(y!.data as Float32Array, expected());
  });

  it('writes a file that ONNX Runtime Web opens', async () => {
    web.env.wasm.numThreads = 1;
    const session = await web.InferenceSession.create(file(), { executionProviders: ['wasm'] });
    const { y } = await session.run({ x: new web.Tensor('float32', data, [...shape]) });
    expectClose(y!.data as Float32Array, expected());
  });

  it('fails as recording does, with the name of the program', () => {
    const made = toOnnx(
      (x: tf.Tensor) => tf.scalar(x.dataSync()[0]!),
      { shape: [1], dtype: 'float32' },
      { name: 'peek' },
    );
    expect(E.isLeft(made) && made.left[0].code).toBe('tensor/value-read');
    expect(E.isLeft(made) && made.left[0].message).toContain('peek');
  });
});
