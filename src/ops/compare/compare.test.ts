import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { ciede2000, labOf } from '../../picture/measures/delta-e.js';
import type { Frame, Measure } from '../../ports/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf, runMap } from '../testing/run.js';
import { compare } from './index.js';

type Params = Parameters<typeof compare>[0];

const figuresOf = async (from: Frame, to: Frame, params?: Params, warnings: string[] = []) => {
  const result = await runMap<Measure>(compare(params), { from, to }, {}, warnings);
  if (E.isLeft(result)) throw new Error(result.left[0].code);
  return result.right.figures;
};

/** Two pictures of one size, the second another noise. */
const twoFrames = (options: Parameters<typeof arbitraryFrame>[0]) =>
  arbitraryFrame({ ...options, alpha: false, channels: [3] }).chain((one) =>
    fc
      .array(fc.integer({ min: 0, max: 255 }), {
        minLength: one.samples.data.length,
        maxLength: one.samples.data.length,
      })
      .map((noise) => ({
        one,
        other: frameFrom(
          { width: one.width, height: one.height },
          (x, y, c) => (noise[(y * one.width + x) * 3 + c] ?? 0) / 255,
        ),
      })),
  );

/** SSIM from its definition: one window after another, two-dimensional weights, central moments. */
const plainSsim = (x: readonly number[], y: readonly number[], width: number, height: number): number => {
  const weight = (i: number, j: number) => Math.exp(-((i - 5) ** 2 + (j - 5) ** 2) / (2 * 1.5 ** 2));
  const places = Array.from({ length: 121 }, (_, k) => [k % 11, Math.floor(k / 11)] as const);
  const total = places.reduce((sum, [i, j]) => sum + weight(i, j), 0);
  const values: number[] = [];
  for (let top = 0; top + 11 <= height; top++)
    for (let left = 0; left + 11 <= width; left++) {
      const mean = (f: (at: number) => number) =>
        places.reduce((sum, [i, j]) => sum + weight(i, j) * f((top + j) * width + left + i), 0) / total;
      const mx = mean((k) => x[k] ?? 0);
      const my = mean((k) => y[k] ?? 0);
      const sx = mean((k) => ((x[k] ?? 0) - mx) ** 2);
      const sy = mean((k) => ((y[k] ?? 0) - my) ** 2);
      const sxy = mean((k) => ((x[k] ?? 0) - mx) * ((y[k] ?? 0) - my));
      values.push(
        ((2 * mx * my + 0.01 ** 2) * (2 * sxy + 0.03 ** 2)) /
          ((mx ** 2 + my ** 2 + 0.01 ** 2) * (sx + sy + 0.03 ** 2)),
      );
    }
  return values.reduce((a, b) => a + b) / values.length;
};

const channel = (photo: Frame, c: number) => valuesOf(photo).filter((_, i) => i % 3 === c);
const luma = (photo: Frame) =>
  channel(photo, 0).map(
    (r, i) => 0.299 * r + 0.587 * (channel(photo, 1)[i] ?? 0) + 0.114 * (channel(photo, 2)[i] ?? 0),
  );

describe('compare', () => {
  it('agrees with the definition of SSIM, on every channel and on luma', async () => {
    await fc.assert(
      fc.asyncProperty(twoFrames({ minSide: 11, maxSide: 14 }), async ({ one, other }) => {
        const { width, height } = one;
        const channels = [0, 1, 2].map((c) => plainSsim(channel(one, c), channel(other, c), width, height));
        const colour = await figuresOf(one, other, { figures: ['ssim'] });
        expect(colour.ssim).toBeCloseTo(channels.reduce((a, b) => a + b) / 3, 10);
        const onLuma = await figuresOf(one, other, { figures: ['ssim'], on: 'luma' });
        expect(onLuma.ssim).toBeCloseTo(plainSsim(luma(one), luma(other), width, height), 10);
      }),
      { numRuns: 15 },
    );
  });

  it('agrees with the definitions of the differences', async () => {
    await fc.assert(
      fc.asyncProperty(twoFrames({}), async ({ one, other }) => {
        const gaps = valuesOf(one).map((value, i) => value - (valuesOf(other)[i] ?? 0));
        const mean = (f: (gap: number) => number) => gaps.reduce((sum, gap) => sum + f(gap), 0) / gaps.length;
        const { psnr, mse, mae } = await figuresOf(one, other, { figures: ['psnr', 'mse', 'mae'] });
        expect(mse).toBeCloseTo(
          mean((gap) => gap ** 2),
          12,
        );
        expect(mae).toBeCloseTo(mean(Math.abs), 12);
        const expected = -10 * Math.log10(mean((gap) => gap ** 2));
        if (Number.isFinite(expected)) expect(psnr).toBeCloseTo(expected, 9);
        else expect(psnr).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('gives the figures known for a constant shift', async () => {
    const flat = (value: number) => frameFrom({ width: 16, height: 16 }, () => value);
    const { psnr, ssim } = await figuresOf(flat(0.4), flat(0.6));
    expect(psnr).toBeCloseTo(20 * Math.log10(5), 9);
    // Without any variance only the term of luminance is left.
    expect(ssim).toBeCloseTo((2 * 0.4 * 0.6 + 1e-4) / (0.4 ** 2 + 0.6 ** 2 + 1e-4), 9);
  });

  it('finds a picture like itself, and takes both ways round as the same', async () => {
    await fc.assert(
      fc.asyncProperty(twoFrames({ minSide: 11, maxSide: 13 }), async ({ one, other }) => {
        const figures: Params = ['psnr', 'ssim', 'mse', 'mae', 'delta-e'];
        expect(await figuresOf(one, one, figures)).toEqual({
          psnr: Number.POSITIVE_INFINITY,
          ssim: expect.closeTo(1, 12),
          mse: 0,
          mae: 0,
          'delta-e': 0,
        });
        const [there, back] = [await figuresOf(one, other, figures), await figuresOf(other, one, figures)];
        for (const [name, value] of Object.entries(there)) expect(back[name]).toBeCloseTo(value, 9);
      }),
      { numRuns: 15 },
    );
  });

  it('takes a grey picture as a colour one with equal channels', async () => {
    const grey = frameFrom({ width: 12, height: 12, channels: 1 }, (x, y) => (x + y) / 24);
    const colour = frameFrom({ width: 12, height: 12 }, (x, y) => (x + y) / 24);
    expect(await figuresOf(grey, colour)).toEqual({
      psnr: Number.POSITIVE_INFINITY,
      ssim: expect.closeTo(1, 12),
    });
  });

  it('leaves SSIM out where its window does not fit, and says so', async () => {
    const warnings: string[] = [];
    const dot = frameFrom({ width: 1, height: 1 }, () => 0.5);
    expect(Object.keys(await figuresOf(dot, dot, undefined, warnings))).toEqual(['psnr']);
    expect(warnings).toEqual([expect.stringContaining('1x1')]);
  });

  it('refuses pictures of two sizes, and figures that it does not know', async () => {
    const [small, large] = [2, 3].map((width) => frameFrom({ width, height: 2 }, () => 0));
    const result = await runMap(compare(), { from: small, to: large });
    expect(E.isLeft(result) && result.left[0].code).toBe('picture/sizes-differ');
    expect(E.isLeft(paramsOf(compare({ figures: ['lpips' as 'psnr'] })))).toBe(true);
  });
});

describe('ciede2000', () => {
  // Table 1 of Sharma, Wu and Dalal.
  it.each([
    [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425],
    [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
    [50, 2.8361, -74.02, 50, 0, -82.7485, 3.4412],
    [50, -1.3802, -84.2814, 50, 0, -82.7485, 1],
    [50, -1.1848, -84.8006, 50, 0, -82.7485, 1],
    [50, -0.9009, -85.5211, 50, 0, -82.7485, 1],
    [50, 0, 0, 50, -1, 2, 2.3669],
    [50, -1, 2, 50, 0, 0, 2.3669],
    [50, 2.49, -0.001, 50, -2.49, 0.0009, 7.1792],
    [50, 2.49, -0.001, 50, -2.49, 0.001, 7.1792],
    [50, 2.49, -0.001, 50, -2.49, 0.0011, 7.2195],
    [50, 2.49, -0.001, 50, -2.49, 0.0012, 7.2195],
    [50, -0.001, 2.49, 50, 0.0009, -2.49, 4.8045],
    [50, -0.001, 2.49, 50, 0.001, -2.49, 4.8045],
    [50, -0.001, 2.49, 50, 0.0011, -2.49, 4.7461],
    [50, 2.5, 0, 50, 0, -2.5, 4.3065],
    [50, 2.5, 0, 73, 25, -18, 27.1492],
    [50, 2.5, 0, 61, -5, 29, 22.8977],
    [50, 2.5, 0, 56, -27, -3, 31.903],
    [50, 2.5, 0, 58, 24, 15, 19.4535],
    [50, 2.5, 0, 50, 3.1736, 0.5854, 1],
    [50, 2.5, 0, 50, 3.2972, 0, 1],
    [50, 2.5, 0, 50, 1.8634, 0.5757, 1],
    [50, 2.5, 0, 50, 3.2592, 0.335, 1],
    [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
    [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.263],
    [61.2901, 3.7196, -5.3901, 61.4292, 2.248, -4.962, 1.8731],
    [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
    [22.7233, 20.0904, -46.694, 23.0331, 14.973, -42.5619, 2.0373],
    [36.4612, 47.858, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
    [90.8027, -2.0831, 1.441, 91.1528, -1.6435, 0.0447, 1.4441],
    [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
    [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
    [2.0776, 0.0795, -1.135, 0.9033, -0.0636, -0.5514, 0.9082],
  ])('[%d %d %d] and [%d %d %d]: %d', (l1, a1, b1, l2, a2, b2, expected) => {
    expect(ciede2000([l1, a1, b1], [l2, a2, b2])).toBeCloseTo(expected, 4);
  });

  it('measures white and black as lightness alone', () => {
    expect(labOf(1, 1, 1)[0]).toBeCloseTo(100, 3);
    for (const axis of [...labOf(1, 1, 1).slice(1), ...labOf(0, 0, 0)]) expect(axis).toBeCloseTo(0, 2);
  });
});
