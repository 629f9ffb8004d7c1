import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../ports/index.js';
import { jit } from './jit.js';
import { createEngine } from './run/engine.js';
import * as tf from './tfjs.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const floats = (shape: number[], ...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

const codeOf = (result: E.Either<readonly { readonly code: string }[], unknown>): string | undefined =>
  E.isLeft(result) ? result.left[0]?.code : undefined;

describe('jit', () => {
  it('runs a function on a nested tree of tensors and gives its tree back', async () => {
    const f = jit(
      ({ pair: [a, b], scale }: { pair: [tf.Tensor, tf.Tensor]; scale: { by: tf.Tensor } }) => ({
        sums: [tf.add(a, b), tf.mul(tf.add(a, b), scale.by)],
      }),
      { engine },
    );
    const result = await f({ pair: [floats([2], 1, 2), floats([2], 3, 4)], scale: { by: floats([], 10) } })();
    expect(result).toEqual(E.right({ sums: [floats([2], 4, 6), floats([2], 40, 60)] }));
  });

  it('takes a lone tensor as well', async () => {
    const f = jit((x: tf.Tensor) => tf.neg(x), { engine });
    expect(await f(floats([2], 1, -2))()).toEqual(E.right(floats([2], -1, 2)));
  });

  it('records once per shape and dtype', async () => {
    let recorded = 0;
    const f = jit(
      (x: tf.Tensor) => {
        recorded++;
        return tf.neg(x);
      },
      { engine },
    );
    await f(floats([2], 1, 2))();
    await f(floats([2], 3, 4))();
    await f(floats([1], 3))();
    expect(recorded).toBe(2);
    await Promise.all([f(floats([3], 1, 2, 3))(), f(floats([3], 1, 2, 3))()]);
    expect(recorded).toBe(3);
  });

  it('keeps a bounded number of shapes, and answers every call even when they crowd each other out', async () => {
    const f = jit((x: tf.Tensor) => tf.add(x, 1), { engine, cache: 2 });
    const sizes = Array.from({ length: 30 }, (_, i) => (i % 7) + 1);
    const results = await Promise.all(sizes.map((n) => f(floats([n], ...Array<number>(n).fill(1)))()));
    expect(results.map((r) => E.isRight(r) && r.right.data.length)).toEqual(sizes);
    expect(f.compiled()).toBeLessThanOrEqual(2);
  });

  it('leaves the inputs alone, unless they are donated', async () => {
    const f = jit((x: tf.Tensor) => tf.neg(x), { engine });
    const kept = floats([2], 1, 2);
    await f(kept)();
    expect(kept).toEqual(floats([2], 1, 2));
    const bytes: HostTensor = { dtype: 'uint8', shape: [3], data: Buffer.from([1, 2, 3]) };
    await f(bytes)();
    await f(bytes, { donate: true })();
    expect([...bytes.data]).toEqual([1, 2, 3]);
    await f(kept, { donate: true })();
    expect(kept.data.length).toBe(0);
  });

  it('reads 8-bit pixels and writes them back rounded to even and clamped', async () => {
    const f = jit(({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 1.5) }), { engine, as: { y: 'uint8' } });
    const result = await f({ x: { dtype: 'uint8', shape: [4], data: Uint8Array.of(0, 1, 3, 200) } })();
    expect(result).toEqual(E.right({ y: { dtype: 'uint8', shape: [4], data: Uint8Array.of(0, 2, 4, 255) } }));
  });

  it('says which input does not fit', async () => {
    const f = jit(({ x }: { x: tf.Tensor }) => ({ y: tf.neg(x) }), { engine, name: 'negate' });
    const result = await f({ x: floats([3], 1, 2) })();
    expect(codeOf(result)).toBe('tensor/input-mismatch');
    expect(E.isLeft(result) && result.left[0].message).toMatch(/negate.*'x'.*\[3\].*3 elements.*2/);
    const integers = { ...floats([2], 1, 2), data: Int32Array.of(1, 2) };
    const mixed = await f({ x: integers } as never)();
    expect(codeOf(mixed)).toBe('tensor/input-mismatch');
    const double = await f({ x: { dtype: 'float64', shape: [1], data: Float64Array.of(1) } } as never)();
    expect(E.isLeft(double) && double.left[0].message).toMatch(/'x'.*'float64'.*uint8/);
    expect(E.isLeft(mixed) && mixed.left[0].message).toMatch(/'x' is float32.*Float32Array.*Int32Array/);
  });

  it('refuses to work once disposed', async () => {
    const f = jit((x: tf.Tensor) => tf.neg(x), { engine });
    await f(floats([1], 1))();
    f.dispose();
    expect(f.compiled()).toBe(0);
    expect(codeOf(await f(floats([1], 1))())).toBe('tensor/disposed');
  });

  it('cancels a call that waits and drops the result of one that runs', async () => {
    const f = jit((x: tf.Tensor) => tf.neg(x), { engine });
    const control = new AbortController();
    const calls = Array.from({ length: 8 }, () => f(floats([1], 1), { signal: control.signal })());
    control.abort();
    expect((await Promise.all(calls)).map(codeOf)).toEqual(Array(8).fill('tensor/cancelled'));
    expect(await f(floats([1], 1))()).toEqual(E.right(floats([1], -1)));
  });

  it('gives results the paths of inputs, as a training step does', async () => {
    type State = { readonly weight: tf.Tensor };
    const step = ({ weight }: State) => ({ weight: tf.mul(weight, 1.6), 'weight.out': tf.neg(weight) });
    const f = jit(step, { engine, as: { weight: 'uint8' } });
    const result = await f({ weight: floats([2], 1, 2) })();
    expect(result).toEqual(
      E.right({
        weight: { dtype: 'uint8', shape: [2], data: Uint8Array.of(2, 3) },
        'weight.out': floats([2], -1, -2),
      }),
    );
    const same = jit((inputs: State) => ({ ...inputs, copy: inputs.weight }), { engine });
    expect(await same({ weight: floats([1], 7) })()).toEqual(
      E.right({ weight: floats([1], 7), copy: floats([1], 7) }),
    );
  });

  it('does not block the event loop', async () => {
    const f = jit(
      (x: tf.Tensor2D) => Array.from({ length: 20 }).reduce<tf.Tensor2D>((y) => tf.matMul(y, x), x),
      { engine },
    );
    const input = (): HostTensor => ({
      dtype: 'float32',
      shape: [800, 800],
      data: new Float32Array(640_000),
    });
    await f(input())();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const result = await f(input())();
    clearInterval(timer);
    expect(E.isRight(result)).toBe(true);
    expect(ticks).toBeGreaterThan(1);
  });
});

describe('a worker that ends', () => {
  it('fails the calls under way with the operator’s name; the next call starts a new one', async () => {
    const lost = createEngine('cpu');
    const f = jit((x: tf.Tensor) => tf.neg(x), { engine: lost, name: 'negate' });
    await f(floats([1], 1))();
    const call = f(floats([1], 2))();
    // The call is on its way to the worker after two turns of the loop at the latest.
    await new Promise(setImmediate);
    await lost.dispose();
    const result = await call;
    const again = await f(floats([1], 3))();
    await lost.dispose();
    if (E.isLeft(result)) {
      expect(codeOf(result)).toBe('tensor/engine-lost');
      expect(result.left[0].message).toContain('negate');
    }
    expect(again).toEqual(E.right(floats([1], -3)));
  });
});
