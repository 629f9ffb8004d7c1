import * as E from 'fp-ts/lib/Either.js';
import { afterAll, expect, it } from 'vitest';
import { jit } from './jit.js';
import { createEngine } from './run/engine.js';
import * as tf from './tfjs.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const SHAPES = 1000;
const MOST_GROWTH = 50e6;

/** Resident bytes outside of V8's heap, which grows by steps of its own choosing that differ between versions of Node. */
const native = (): number => {
  const { rss, heapTotal } = process.memoryUsage();
  return rss - heapTotal;
};

it('a thousand shapes through one compiled function leave memory flat', async () => {
  const f = jit(({ x }: { x: tf.Tensor4D }) => ({ y: tf.relu(tf.avgPool(tf.mul(x, 2), 3, 1, 'same')) }), {
    engine,
    cache: 8,
  });
  const run = async (i: number): Promise<void> => {
    const shape = [1, 16 + (i % 40), 16 + Math.floor(i / 40), 3] as const;
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    expect(E.isRight(await f({ x: { dtype: 'float32', shape, data } })())).toBe(true);
  };
  for (let i = 0; i < SHAPES / 5; i++) await run(i);
  const full = native();
  for (let i = SHAPES / 5; i < SHAPES; i++) await run(i);
  expect(f.compiled()).toBe(8);
  expect(Math.abs(native() - full)).toBeLessThan(MOST_GROWTH);
}, 120_000);
