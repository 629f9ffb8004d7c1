import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { createEngine } from '../../tensor/run/engine.js';
import { compiled, eagerly, type Sample } from '../../tensor/testing/agree.js';
import { differenceError } from '../../tensor/testing/finite-differences.js';
import { floats } from '../../tensor/testing/tensors.js';
import * as tf from '../../tensor/tfjs.js';
import * as reference from '../testing/reference-losses.js';
import { contentLosses, type PictureLoss, pixelLosses, totalVariation } from './index.js';

const engine = createEngine('cpu');
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => engine.dispose());

interface Subject {
  readonly loss: PictureLoss;
  readonly reference: (ones: reference.Batch, others: reference.Batch) => number;
  readonly shape: readonly [number, number, number, number];
}

const subjects: Readonly<Record<keyof typeof pixelLosses | keyof typeof contentLosses, Subject>> = {
  charbonnier: { loss: pixelLosses.charbonnier, reference: reference.charbonnier, shape: [2, 5, 7, 3] },
  fidelity: { loss: contentLosses.fidelity, reference: reference.mse, shape: [2, 5, 7, 3] },
  gradient: { loss: contentLosses.gradient, reference: reference.gradient, shape: [2, 5, 7, 3] },
  l1: { loss: pixelLosses.l1, reference: reference.l1, shape: [2, 5, 7, 3] },
  laplacian: { loss: contentLosses.laplacian, reference: reference.laplacian, shape: [2, 8, 16, 3] },
  'ms-ssim': { loss: contentLosses['ms-ssim'], reference: reference.msSsim, shape: [2, 22, 24, 3] },
  mse: { loss: pixelLosses.mse, reference: reference.mse, shape: [2, 5, 7, 3] },
  patchnce: { loss: contentLosses.patchnce, reference: reference.patchNce, shape: [2, 64, 72, 3] },
  ssim: { loss: contentLosses.ssim, reference: reference.ssim, shape: [2, 12, 14, 3] },
};

const pair = ({ shape }: Subject): fc.Arbitrary<{ readonly x: HostTensor; readonly y: HostTensor }> => {
  const picture = floats(shape, { min: -1, max: 1 });
  return fc.record({ x: picture, y: picture });
};

/** A picture and one that is like it and not the same, as results and targets are. */
const alike = (subject: Subject) =>
  pair(subject)
    .filter(({ x, y }) => x.data.some((v, i) => v !== y.data[i]))
    .map(({ x, y }) => ({
      x,
      y: { ...y, data: Float32Array.from(y.data, (v, i) => 0.8 * x.data[i]! + 0.2 * v) } as HostTensor,
    }));

const sample = (loss: PictureLoss, inputs: { readonly x: HostTensor; readonly y: HostTensor }): Sample => ({
  inputs,
  by: ['x', 'y'],
  run: ({ x, y }) => loss(x as tf.Tensor4D, y as tf.Tensor4D),
});

const lossOf = (loss: PictureLoss, x: HostTensor, y: HostTensor): number =>
  eagerly(sample(loss, { x, y }))[0]!.data[0]!;

describe.each(Object.entries(subjects))('%s', (name, subject) => {
  const { loss } = subject;

  it('is what its formula says, compiled', () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(pair(subject), alike(subject)), async ({ x, y }) => {
        const [result] = await compiled(engine, sample(loss, { x, y }));
        const expected = subject.reference(reference.batchOf(x), reference.batchOf(y));
        expect(result!.shape).toEqual([]);
        expect(Math.abs(result!.data[0]! - expected)).toBeLessThan(2e-5 * Math.max(1, expected));
      }),
      { numRuns: 4 },
    ));

  // Fixed seeds, since a difference that happens to be within a step of a kink upsets its slope.
  it('has the slopes of its differences', () =>
    fc.assert(
      fc.property(alike(subject), (inputs) => {
        const own = sample(loss, inputs);
        // One direction where a value takes long.
        expect(differenceError(name === 'patchnce' ? { ...own, by: ['x'] } : own)).toBeLessThan(1e-6);
      }),
      { numRuns: name === 'patchnce' ? 1 : 3, seed: 3 },
    ));

  it('is least at equality', () =>
    fc.assert(
      fc.property(alike(subject), ({ x, y }) => {
        const [same, other] = [lossOf(loss, x, x), lossOf(loss, x, y)];
        if (name === 'patchnce') expect(same).toBeGreaterThan(0);
        else expect(Math.abs(same)).toBeLessThan(1e-6);
        expect(other).toBeGreaterThan(same);
      }),
      { numRuns: 3 },
    ));

  // What PatchNCE tells apart is the places of its second picture.
  if (name !== 'patchnce')
    it('is symmetric', () =>
      fc.assert(
        fc.property(pair(subject), ({ x, y }) => {
          expect(lossOf(loss, x, y)).toBeCloseTo(lossOf(loss, y, x), 5);
        }),
        { numRuns: 3 },
      ));
});

describe('content', () => {
  const moved = ({ shape, data }: HostTensor, f: (v: number) => number): HostTensor => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from(data, f),
  });
  const photo = fc.sample(floats([1, 64, 64, 3], { min: -0.5, max: 0.5 }), { numRuns: 1, seed: 1 })[0]!;

  it.each(['gradient', 'laplacian', 'patchnce'] as const)('%s passes over brightness', (name) => {
    const loss = contentLosses[name];
    const brighter = moved(photo, (v) => v + 0.25);
    expect(Math.abs(lossOf(loss, photo, brighter) - lossOf(loss, photo, photo))).toBeLessThan(1e-5);
  });

  it('patchnce passes over contrast', () => {
    const loss = contentLosses.patchnce;
    const stronger = moved(photo, (v) => 1.5 * v);
    expect(Math.abs(lossOf(loss, stronger, photo) - lossOf(loss, photo, photo))).toBeLessThan(1e-3);
  });

  it('laplacian takes pictures of any size', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(
        sizes.chain(([h, w]) => fc.record({ x: floats([1, h, w, 3]), y: floats([1, h, w, 3]) })),
        ({ x, y }) => {
          expect(lossOf(contentLosses.laplacian, x, y)).toBeGreaterThanOrEqual(0);
          expect(lossOf(contentLosses.laplacian, x, x)).toBe(0);
        },
      ),
      { numRuns: 10 },
    );
  });

  it.each([
    ['gradient', [1, 1, 5, 3], /at least 2x2 pixels, not 1x5/],
    ['ssim', [1, 11, 10, 3], /at least 11x11 pixels, not 11x10/],
    ['ms-ssim', [1, 9, 40, 3], /at least 11x11 pixels, not 9x40/],
    ['patchnce', [1, 64, 63, 3], /at least 64x64 pixels, not 64x63/],
  ] as const)('%s says which pictures are too small', (name, shape, message) => {
    const x: HostTensor = {
      dtype: 'float32',
      shape,
      data: new Float32Array(shape.reduce<number>((a, b) => a * b, 1)),
    };
    expect(() => lossOf(contentLosses[name], x, x)).toThrow(message);
  });
});

describe('totalVariation', () => {
  const variation = (x: HostTensor): Sample => ({
    inputs: { x },
    by: ['x'],
    run: (t) => totalVariation(t.x as tf.Tensor4D),
  });

  it('is what its formula says, with the slopes of its differences', () =>
    fc.assert(
      fc.asyncProperty(floats([2, 4, 6, 3], { min: -1, max: 1 }), async (x) => {
        const [result] = await compiled(engine, variation(x));
        expect(result!.data[0]).toBeCloseTo(reference.totalVariation(reference.batchOf(x)), 4);
        expect(differenceError(variation(x))).toBeLessThan(1e-6);
      }),
      { numRuns: 4, seed: 2 },
    ));

  it('is 0 of what is flat', () => {
    const flat: HostTensor = { dtype: 'float32', shape: [1, 3, 3, 3], data: new Float32Array(27).fill(0.4) };
    expect(eagerly(variation(flat))[0]!.data[0]).toBe(0);
  });
});
