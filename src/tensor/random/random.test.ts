import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { jit } from '../jit.js';
import { run } from '../kernels/custom.js';
import { threefry } from '../kernels/threefry.js';
import { createEngine } from '../run/engine.js';
import { onCpu } from '../testing/agree.js';
import { shape } from '../testing/tensors.js';
import * as tf from '../tfjs.js';
import { circle, logarithm } from './box-muller.js';
import {
  bits,
  fold,
  hostKey,
  integers,
  type Key,
  key,
  normal,
  permutation,
  split,
  uniform,
} from './index.js';
import { threefryBlock } from './threefry.js';

const engine = createEngine('cpu');
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => engine.dispose());

type Draw = (k: Key) => tf.Tensor;

const compiled = async (draw: Draw, seed: number): Promise<HostTensor> => {
  const program = jit((inputs: { k: Key }) => ({ y: draw(inputs.k) }), { name: 'draw', engine });
  const result = await program({ k: hostKey(seed) })();
  program.dispose();
  if (E.isLeft(result)) throw new Error(result.left[0].message);
  return result.right.y;
};

const eager = (draw: Draw, seed: number): readonly number[] => {
  tf.setBackend('cpu');
  return tf.tidy(() => [...draw(key(seed)).dataSync()]);
};

// From Random123's kat_vectors: counter, key, result.
const KNOWN_ANSWERS = [
  [0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6b200159, 0x99ba4efe],
  [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
  [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xc4923a9c, 0x483df7a0],
] as const;

describe('threefry', () => {
  it.each(KNOWN_ANSWERS)('gives the known answer for counter %i %i', async (c0, c1, k0, k1, ...answer) => {
    const expected = answer.map((word) => word | 0);
    expect(threefryBlock(k0 | 0, k1 | 0, c0 | 0, c1 | 0)).toEqual(expected);
    const draw = (k: Key) =>
      run(threefry, { key: k, counter: tf.tensor2d([[c0 | 0], [c1 | 0]], [2, 1], 'int32') });
    const seed = { dtype: 'int32' as const, shape: [2], data: Int32Array.of(k0, k1) };
    const program = jit((inputs: { k: Key }) => ({ y: draw(inputs.k) }), { name: 'threefry', engine });
    const result = await program({ k: seed })();
    program.dispose();
    expect(E.isRight(result) && [...result.right.y.data]).toEqual(expected);
  });
});

const seeds = fc.nat(2 ** 48);

/** A draw that must be the same on every engine, to the bit. */
const exactly = (draw: (dims: readonly number[]) => Draw) =>
  fc.assert(
    fc.asyncProperty(shape(0, 3, 7), seeds, async (dims, seed) => {
      expect([...(await compiled(draw(dims), seed)).data]).toEqual(eager(draw(dims), seed));
    }),
    { numRuns: 8 },
  );

describe('compiled and eager draws', () => {
  it('agree on bits', () => exactly((dims) => (k) => bits(k, dims)));
  it('agree on uniform numbers', () => exactly((dims) => (k) => uniform(k, dims)));
  it('agree on uniform numbers of other ranges', () => exactly((dims) => (k) => uniform(k, dims, -3, 0.7)));
  it('agree on integers', () => exactly((dims) => (k) => integers(k, dims, -5, 1000)));
  it('agree on permutations', () => exactly((dims) => (k) => permutation(k, dims[0] ?? 1)));
  it('agree on keys', () => exactly((dims) => (k) => tf.stack([fold(k, dims.length), ...split(k, 3)])));

  it('agree on normal numbers to 1e-6', () =>
    fc.assert(
      fc.asyncProperty(shape(0, 3, 7), seeds, async (dims, seed) => {
        const draw = (k: Key) => normal(k, dims);
        const expected = eager(draw, seed);
        (await compiled(draw, seed)).data.forEach((v, i) => {
          expect(Math.abs(v - expected[i]!)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(expected[i]!)));
        });
      }),
      { numRuns: 8 },
    ));
});

describe('the functions that normal numbers are made of', () => {
  it('agree with those of JavaScript', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 24 - 1 }), { minLength: 1, maxLength: 50 }),
        (drawn) => {
          const u = drawn.map((k) => k / 2 ** 24);
          onCpu(() => {
            const logs = logarithm(tf.tensor1d(u.map((v) => 1 - v))).dataSync();
            const [cos, sin] = circle(tf.tensor1d(u)).map((t) => t.dataSync()) as [
              Float32Array,
              Float32Array,
            ];
            u.forEach((v, i) => {
              const [log, angle] = [Math.log(1 - v), 2 * Math.PI * (v - 0.5)];
              expect(Math.abs(logs[i]! - log)).toBeLessThanOrEqual(3e-7 * Math.abs(log));
              expect(Math.abs(cos[i]! - Math.cos(angle))).toBeLessThan(1e-6);
              expect(Math.abs(sin[i]! - Math.sin(angle))).toBeLessThan(1e-6);
            });
          });
        },
      ),
    );
  });
});

describe('draws', () => {
  const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
  const variance = (xs: readonly number[]): number => {
    const centre = mean(xs);
    return mean(xs.map((x) => (x - centre) ** 2));
  };

  it('have the moments of their distributions', () => {
    const u = eager((k) => uniform(k, [40_000]), 1);
    expect(mean(u)).toBeCloseTo(0.5, 2);
    expect(variance(u)).toBeCloseTo(1 / 12, 2);
    expect(Math.min(...u)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...u)).toBeLessThan(1);
    const n = eager((k) => normal(k, [40_000], 2, 3), 2);
    expect(Math.abs(mean(n) - 2)).toBeLessThan(0.06);
    expect(Math.abs(variance(n) - 9)).toBeLessThan(0.3);
    // Skewness and kurtosis of a normal distribution: 0 and 3.
    const third = mean(n.map((x) => ((x - 2) / 3) ** 3));
    const fourth = mean(n.map((x) => ((x - 2) / 3) ** 4));
    expect(Math.abs(third)).toBeLessThan(0.06);
    expect(Math.abs(fourth - 3)).toBeLessThan(0.15);
  });

  it('give each integer its share', () => {
    const drawn = eager((k) => integers(k, [10_000], 3, 8), 3);
    for (const value of [3, 4, 5, 6, 7]) {
      expect(Math.abs(drawn.filter((v) => v === value).length - 2000)).toBeLessThan(200);
    }
    expect(new Set(drawn).size).toBe(5);
  });

  it('permute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), seeds, (n, seed) => {
        const order = eager((k) => permutation(k, n), seed);
        expect([...order].sort((a, b) => a - b)).toEqual(order.map((_, i) => i));
      }),
    );
    expect(eager((k) => permutation(k, 50), 1)).not.toEqual(eager((k) => permutation(k, 50), 2));
  });

  it('differ between keys, and splitting is folding', () => {
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        fc.pre(a !== b);
        expect(eager((k) => bits(k, [4]), a)).not.toEqual(eager((k) => bits(k, [4]), b));
        expect(eager((k) => split(k, 3)[2]!, a)).toEqual(eager((k) => fold(k, 2), a));
        expect(eager((k) => bits(fold(k, 1), [4]), a)).not.toEqual(eager((k) => bits(fold(k, 2), [4]), a));
      }),
      { numRuns: 30 },
    );
  });

  it('take a number to fold in from a tensor', async () => {
    const step = await compiled((k) => fold(k, tf.scalar(7, 'int32')), 5);
    expect([...step.data]).toEqual(eager((k) => fold(k, 7), 5));
  });

  it('refuse what they cannot draw', () => {
    expect(() => key(-1)).toThrow(RangeError);
    expect(() => key(0.5)).toThrow(/whole number/);
    expect(() => integers(key(1), [2], 3, 3)).toThrow(RangeError);
    expect(() => integers(key(1), [2], 0, 2 ** 31)).toThrow(/apart/);
  });
});
