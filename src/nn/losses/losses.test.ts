import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { createEngine } from '../../tensor/run/engine.js';
import { compiled, eagerly, type Sample } from '../../tensor/testing/agree.js';
import { differenceError } from '../../tensor/testing/finite-differences.js';
import { floats } from '../../tensor/testing/tensors.js';
import * as tf from '../../tensor/tfjs.js';
import * as reference from '../testing/reference-losses.js';
import {
  contentLosses,
  heights,
  neutral,
  type PictureLoss,
  pixelLosses,
  range,
  smoothness,
  structure,
  totalVariation,
  whites,
} from './index.js';

const engine = createEngine('cpu');
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => engine.dispose());

interface Subject {
  readonly loss: PictureLoss;
  readonly reference: (ones: reference.Batch, others: reference.Batch) => number;
  readonly shape: readonly [number, number, number, number];
  /** How far values go, where it is beyond 1. */
  readonly reach?: number;
  /** True where the second picture is the one that counts. */
  readonly oneSided?: boolean;
  /** True where only some pixels count, and there may be none. */
  readonly isLocal?: boolean;
}

const subjects: Readonly<Record<keyof typeof pixelLosses | keyof typeof contentLosses, Subject>> = {
  charbonnier: { loss: pixelLosses.charbonnier, reference: reference.charbonnier, shape: [2, 5, 7, 3] },
  fidelity: { loss: contentLosses.fidelity, reference: reference.mse, shape: [2, 5, 7, 3] },
  gradient: { loss: contentLosses.gradient, reference: reference.gradient, shape: [2, 5, 7, 3] },
  l1: { loss: pixelLosses.l1, reference: reference.l1, shape: [2, 5, 7, 3] },
  laplacian: { loss: contentLosses.laplacian, reference: reference.laplacian, shape: [2, 8, 16, 3] },
  'ms-ssim': { loss: contentLosses['ms-ssim'], reference: reference.msSsim, shape: [2, 22, 24, 3] },
  mse: { loss: pixelLosses.mse, reference: reference.mse, shape: [2, 5, 7, 3] },
  neutral: { loss: neutral, reference: reference.neutral, shape: [2, 5, 7, 3], oneSided: true },
  patchnce: {
    loss: contentLosses.patchnce,
    reference: reference.patchNce,
    shape: [2, 64, 72, 3],
    oneSided: true,
  },
  range: { loss: range, reference: reference.range, shape: [2, 5, 7, 3], reach: 1.4, oneSided: true },
  ssim: { loss: contentLosses.ssim, reference: reference.ssim, shape: [2, 12, 14, 3] },
  structure: { loss: structure, reference: reference.structure, shape: [2, 13, 15, 3] },
  whites: {
    loss: whites,
    reference: reference.whites,
    shape: [2, 5, 7, 3],
    reach: 1.4,
    oneSided: true,
    isLocal: true,
  },
};

const pair = ({
  shape,
  reach = 1,
}: Subject): fc.Arbitrary<{ readonly x: HostTensor; readonly y: HostTensor }> => {
  const picture = floats(shape, { min: -reach, max: reach });
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
        if (subject.isLocal === true) expect(other).toBeGreaterThanOrEqual(same);
        else expect(other).toBeGreaterThan(same);
      }),
      { numRuns: 3 },
    ));

  if (subject.oneSided !== true)
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
    ['structure', [1, 13, 12, 3], /at least 13x13 pixels, not 13x12/],
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

describe('what holds a look', () => {
  const grey = (value: number, count = 16 * 16): number[] => Array<number>(3 * count).fill(value);
  const picture = (data: readonly number[]): HostTensor => ({
    dtype: 'float32',
    shape: [1, 16, 16, 3],
    data: Float32Array.from(data),
  });

  it('structure passes over brightness, and tells where contrast was lost', () => {
    const [photo] = fc.sample(floats([1, 32, 32, 3], { min: -0.6, max: 0.6 }), { numRuns: 1, seed: 1 });
    const changed = (f: (v: number) => number): HostTensor =>
      ({ ...photo!, data: Float32Array.from(photo!.data, f) }) as HostTensor;
    expect(
      lossOf(
        structure,
        changed((v) => v + 0.3),
        photo!,
      ),
    ).toBeLessThan(1e-5);
    const [some, more] = [0.8, 0.4].map((factor) =>
      lossOf(
        structure,
        changed((v) => factor * v),
        photo!,
      ),
    );
    expect(some).toBeGreaterThan(0.01);
    expect(more).toBeGreaterThan(2 * some!);
  });

  it('neutral holds whites, and leaves shade and colours free', () => {
    const tinted = (base: readonly number[]): HostTensor =>
      picture(base.map((v, i) => v + [0.2, 0, -0.2][i % 3]!));
    const change = (base: readonly number[]): number => lossOf(neutral, tinted(base), picture(base));
    expect(change(grey(0.8))).toBeGreaterThan(10 * change(grey(-0.6)));
    // Half a channel apart is a colour.
    expect(change(grey(0.8).map((v, i) => (i % 3 === 0 ? v - 0.5 : v)))).toBe(0);
    // Made darker without a colour, white is still white.
    expect(lossOf(neutral, picture(grey(0.2)), picture(grey(0.8)))).toBeLessThan(1e-10);
  });

  it('whites holds what is white, lets it become whiter, and leaves all else free', () => {
    const darker = (base: number): number => lossOf(whites, picture(grey(base - 0.4)), picture(grey(base)));
    expect(darker(1)).toBeCloseTo(0.4, 5);
    expect(darker(0.9)).toBeCloseTo(0.2, 5);
    expect(darker(0.8)).toBe(0);
    expect(lossOf(whites, picture(grey(1.2)), picture(grey(0.9)))).toBe(0);
  });

  it('range passes over what is clipped already', () => {
    expect(lossOf(range, picture(grey(1)), picture(grey(1)))).toBe(0);
    expect(lossOf(range, picture(grey(-1.1)), picture(grey(0)))).toBeCloseTo(0.1 + 2 / 255, 5);
  });

  const heightsOf = (x: HostTensor, y: HostTensor): Sample => ({
    inputs: { x, y },
    by: ['x', 'y'],
    run: (t) => heights(t.x as tf.Tensor4D, t.y as tf.Tensor4D),
  });

  it('heights is what its formula says of batches of any size, with the slopes of its differences', () =>
    fc.assert(
      fc.asyncProperty(floats([2, 12, 5, 3]), floats([3, 9, 4, 3]), async (x, y) => {
        const [result] = await compiled(engine, heightsOf(x, y));
        const expected = reference.heights(reference.batchOf(x), reference.batchOf(y));
        expect(Math.abs(result!.data[0]! - expected)).toBeLessThan(1e-5 * Math.max(1, expected));
        expect(differenceError(heightsOf(x, y))).toBeLessThan(1e-6);
      }),
      { numRuns: 3, seed: 1 },
    ));

  it('heights tells a sky from the ground, and not what stands beside what', () => {
    const half = (above: number, below: number): HostTensor =>
      picture([...grey(above, 128), ...grey(below, 128)]);
    expect(lossOf(heights, half(0.5, -0.5), half(0.5, -0.5))).toBe(0);
    expect(lossOf(heights, half(0.5, -0.5), half(-0.5, 0.5))).toBeCloseTo(1, 5);
  });

  it('smoothness is the differences of neighbouring cells along rows, columns and depth', () =>
    fc.assert(
      fc.asyncProperty(floats([1, 3, 3, 24], { min: -1, max: 1 }), async (grid) => {
        const sample: Sample = {
          inputs: { grid },
          by: ['grid'],
          run: (t) => smoothness(t.grid as tf.Tensor4D),
        };
        const value = (y: number, x: number, k: number, i: number): number =>
          grid.data[(y * 3 + x) * 24 + k * 12 + i] as number;
        const sums = [0, 0, 0];
        const counts = [0, 0, 0];
        for (let y = 0; y < 3; y++)
          for (let x = 0; x < 3; x++)
            for (let k = 0; k < 2; k++)
              for (let i = 0; i < 12; i++)
                for (const [axis, [v, u, w]] of (
                  [
                    [y + 1, x, k],
                    [y, x + 1, k],
                    [y, x, k + 1],
                  ] as const
                ).entries())
                  if (v < 3 && u < 3 && w < 2) {
                    sums[axis]! += (value(v, u, w, i) - value(y, x, k, i)) ** 2;
                    counts[axis]!++;
                  }
        const expected = sums.reduce((sum, each, axis) => sum + each / counts[axis]!, 0);
        const [found] = await compiled(engine, sample);
        expect(found!.data[0]).toBeCloseTo(expected, 4);
        expect(differenceError(sample)).toBeLessThan(1e-6);
      }),
      { numRuns: 3, seed: 1 },
    ));
});
