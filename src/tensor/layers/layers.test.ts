import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../run/engine.js';
import { type Case, checkCase, eagerly, gradientsOf, onCpu, type Sample } from '../testing/agree.js';
import { compositions } from '../testing/cases/compositions.js';
import { differenceError, squared } from '../testing/finite-differences.js';
import { floats, imageShape } from '../testing/tensors.js';
import * as tf from '../tfjs.js';
import {
  batchNorm,
  gelu,
  instanceNorm,
  layerNorm,
  type PadMode,
  pad2d,
  pixelShuffle,
  resize2d,
  spaceToDepth,
} from './index.js';

const engine = createEngine('cpu');
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => engine.dispose());

describe('compositions', () => {
  const list = Object.entries(compositions);

  it.each(list)('%s: compiled and eager agree', (_, c) => checkCase(engine, c, 8));

  // Of the gelu by erf, tfjs's cpu backend knows seven digits.
  const accuracyOf = (name: string): number => (name === 'gelu by erf' ? 1e-4 : 1e-6);

  // Fixed seeds, since a ReLU that happens to be within a step of its kink upsets the differences of a penalty.
  const agrees = (name: string, { samples }: Case, of: (sample: Sample) => Sample, runs: number): void =>
    fc.assert(
      fc.property(samples, (sample) => {
        expect(differenceError(of(sample))).toBeLessThan(accuracyOf(name));
      }),
      { numRuns: runs, seed: 1 },
    );

  it.each(list)('%s: the gradient agrees with central differences', (name, c) =>
    agrees(name, c, (sample) => sample, 8),
  );

  it.each(list)('%s: so does the gradient of the gradient', (name, c) =>
    agrees(name, c, (sample) => gradientsOf(squared(sample)), 3),
  );
});

const values = (f: () => tf.Tensor): number[] => onCpu(() => [...f().dataSync()]);

/** The pixels of one row of a picture of one channel, 1 … n, padded by two on both sides. */
const row = (n: number, mode: PadMode): number[] =>
  values(() =>
    pad2d(
      tf.reshape(tf.range(1, n + 1), [1, 1, n, 1]) as tf.Tensor4D,
      [
        [0, 0],
        [2, 2],
      ],
      mode,
    ),
  );

describe('pad2d', () => {
  it.each([
    ['constant', [0, 0, 1, 2, 3, 0, 0]],
    ['reflect', [3, 2, 1, 2, 3, 2, 1]],
    ['symmetric', [2, 1, 1, 2, 3, 3, 2]],
    ['edge', [1, 1, 1, 2, 3, 3, 3]],
    ['wrap', [2, 3, 1, 2, 3, 1, 2]],
  ] as const)('%s', (mode, expected) => expect(row(3, mode)).toEqual(expected));

  it('refuses more pixels than there are', () => {
    expect(() => row(2, 'reflect')).toThrow(/reflect padding cannot add 2 and 2 pixels to 2/);
    expect(() => row(1, 'wrap')).toThrow(RangeError);
    expect(() => row(1, 'symmetric')).toThrow(RangeError);
    expect(row(1, 'edge')).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('normalisation', () => {
  const moments = (x: readonly number[]) => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    return { mean, variance: x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length };
  };

  it('brings each channel of each picture to mean 0 and variance 1', () => {
    fc.assert(
      fc.property(floats([2, 5, 6, 3], { min: 3, max: 9 }), (x) => {
        const [y] = eagerly({ inputs: { x }, run: (t) => instanceNorm(t.x as tf.Tensor4D) });
        for (const [n, c] of [
          [0, 0],
          [0, 2],
          [1, 1],
        ] as const) {
          const channel = [...y!.data].filter((_, i) => Math.floor(i / 90) === n && i % 3 === c);
          expect(moments(channel).mean).toBeCloseTo(0, 5);
          expect(moments(channel).variance).toBeCloseTo(1, 3);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('brings each pixel to mean 0 and variance 1 over its channels', () => {
    const y = values(() =>
      layerNorm(
        tf.tensor2d([
          [1, 2, 3, 6],
          [-4, 0, 4, 8],
        ]),
      ),
    );
    expect(moments(y.slice(0, 4)).mean).toBeCloseTo(0, 5);
    expect(moments(y.slice(4)).variance).toBeCloseTo(1, 4);
  });

  it('uses the statistics that it is given', () => {
    const y = values(() =>
      batchNorm(
        tf.tensor2d([
          [1, 10],
          [3, 20],
        ]),
        { mean: tf.tensor1d([2, 10]), variance: tf.tensor1d([4, 25]) },
        tf.tensor1d([2, 1]),
        tf.tensor1d([1, 0]),
        0,
      ),
    );
    expect(y).toEqual([0, 0, 2, 2]);
  });
});

describe('the others', () => {
  it('gelu has the values of its definition', () => {
    // x·Φ(x) from tables of the normal distribution.
    const expected = [-0.15865525, 0, 0.84134475, 1.9544997];
    for (const form of ['erf', 'tanh'] as const) {
      values(() => gelu(tf.tensor1d([-1, 0, 1, 2]), form)).forEach((v, i) => {
        expect(Math.abs(v - expected[i]!)).toBeLessThan(form === 'erf' ? 1e-6 : 5e-4);
      });
    }
  });

  it('resize2d places pixels as its conventions say', () => {
    const line = (options: Parameters<typeof resize2d>[2]) =>
      values(() => resize2d(tf.tensor4d([0, 4, 8], [1, 1, 3, 1]), [1, 6], options)).map((v) =>
        Number(v.toFixed(4)),
      );
    expect(line({})).toEqual([0, 1, 3, 5, 7, 8]);
    expect(line({ corners: 'align' })).toEqual([0, 1.6, 3.2, 4.8, 6.4, 8]);
    expect(line({ corners: 'top-left' })).toEqual([0, 2, 4, 6, 8, 8]);
    expect(line({ method: 'nearest' })).toEqual([0, 0, 4, 4, 8, 8]);
  });

  it('pixelShuffle undoes spaceToDepth', () => {
    fc.assert(
      fc.property(
        fc
          .tuple(imageShape(3, 3), fc.constantFrom(2, 3))
          .chain(([[n, h, w, c], b]) => floats([n, h * b, w * b, c]).map((x) => ({ x, b }))),
        ({ x, b }) => {
          const [y] = eagerly({
            inputs: { x },
            run: (t) => pixelShuffle(spaceToDepth(t.x as tf.Tensor4D, b), b),
          });
          expect(y).toEqual(x);
        },
      ),
      { numRuns: 20 },
    );
    expect(() => spaceToDepth(tf.zeros([1, 3, 4, 1]), 2)).toThrow(/3x4/);
  });
});
