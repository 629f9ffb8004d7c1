import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf, runMap } from '../testing/run.js';
import { withoutNoise } from './denoise.js';
import { denoiseLifted } from './index.js';
import { noiseOf, stepOf } from './noise.js';
import { boxMean, rowsOf, shared } from './rows.js';

const denoised = async (from: Frame, to: Frame, strength = 1): Promise<Frame> => {
  const result = await runMap<Frame>(denoiseLifted({ strength }), { from, to });
  if (E.isRight(result)) return result.right;
  throw new Error(JSON.stringify(result.left));
};

/** Noise of deviation 1 that is the same in every run: a sum of twelve hashed numbers. */
const noise = (x: number, y: number, c: number): number => {
  const unit = (k: number): number => {
    const wave = Math.sin(x * 12.9898 + y * 78.233 + c * 37.719 + k * 4.581) * 43_758.5453;
    return wave - Math.floor(wave);
  };
  return Array.from({ length: 12 }, (_, k) => unit(k)).reduce((a, b) => a + b, -6);
};

/** Two flat surfaces with an edge between them. */
const scene = (x: number): number => (x < 60 ? 0.3 : 0.7);
const size = { width: 120, height: 96 };
const SIGMA = 0.04;
const noisy = frameFrom({ ...size, depth: 'float32' }, (x, y, c) => scene(x) + SIGMA * noise(x, y, c));
const dark = frameFrom({ ...size, depth: 'float32' }, (x, y, c) => (scene(x) + SIGMA * noise(x, y, c)) / 4);

const error = (frame: Frame, from = 0, to = size.width): number => {
  const squares = valuesOf(frame).flatMap((value, i) => {
    const x = Math.floor(i / 3) % size.width;
    return x >= from && x < to ? [(value - scene(x)) ** 2] : [];
  });
  return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
};

describe('denoise.lifted', () => {
  it('takes most of the noise out where light was lifted, and leaves the edge where it is', async () => {
    const result = await denoised(dark, noisy);
    expect(error(noisy)).toBeCloseTo(SIGMA, 2);
    expect(error(result)).toBeLessThan(0.4 * SIGMA);
    expect(error(result, 57, 63)).toBeLessThan(SIGMA);
  });

  it('smooths more, the stronger it is told that noise is', async () => {
    const errors = await Promise.all([0, 0.3, 1].map(async (s) => error(await denoised(dark, noisy, s))));
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
  });

  it('changes not a bit where light was not lifted, nor at strength 0', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), async (photo) => {
        expect(await denoised(photo, photo)).toEqual(photo);
      }),
      { numRuns: 15 },
    );
    expect(await denoised(dark, noisy, 0)).toEqual(noisy);
    const left = frameFrom({ ...size, depth: 'float32' }, (x, y, c) =>
      x < 60 ? scene(x) / 4 : scene(x) + SIGMA * noise(x, y, c),
    );
    const [before, after] = [valuesOf(noisy), valuesOf(await denoised(left, noisy))];
    const isRight = (_: number, i: number): boolean => Math.floor(i / 3) % size.width > 66;
    expect(after.filter(isRight)).toEqual(before.filter(isRight));
    expect(after).not.toEqual(before);
  });

  it('gives the same in bands of rows as at once', async () => {
    const signal = new AbortController().signal;
    const [whole, banded] = await Promise.all(
      [size.height, 7].map((band) => withoutNoise(dark, noisy, 1, signal, band)()),
    );
    if (whole === undefined || E.isLeft(whole) || banded === undefined || E.isLeft(banded))
      throw new Error('failed');
    const others = valuesOf(banded.right);
    const apart = valuesOf(whole.right).map((value, i) => Math.abs(value - (others[i] as number)));
    expect(Math.max(...apart)).toBeLessThan(1e-5);
  });

  it('keeps size, depth, transparency and metadata, and gives no new values that are no numbers', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame({ maxSide: 24 }), async (lifted) => {
        const data = lifted.samples.data.map(() => 0) as never;
        const photo = { ...lifted, samples: { ...lifted.samples, data } } as Frame;
        const { samples, ...rest } = await denoised(photo, lifted);
        const { samples: before, ...expected } = lifted;
        expect(rest).toEqual(expected);
        expect([samples.depth, samples.data.length]).toEqual([before.depth, before.data.length]);
        for (const [i, value] of samples.data.entries())
          expect(Number.isFinite(value) || !Number.isFinite(before.data[i])).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses pictures of two sizes', async () => {
    const other = frameFrom({ width: 3, height: 3 }, () => 0.5);
    const result = await runMap<Frame>(denoiseLifted(), { from: other, to: noisy });
    expect(E.isLeft(result) && JSON.stringify(result.left)).toContain('picture/sizes-differ');
  });

  it.each([[{ strength: -1 }], [{ strength: 5 }]])('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(denoiseLifted(params)))).toBe(true);
  });
});

describe('noise', () => {
  it('is measured at each brightness', () => {
    const photo = frameFrom({ ...size, channels: 1, depth: 'float32' }, (x, y) =>
      x < 60 ? 0.3 + 0.02 * noise(x, y, 0) : 0.7 + 0.06 * noise(x, y, 0),
    );
    const levels = noiseOf(photo);
    const level = (brightness: number) => levels[stepOf(brightness)] as number;
    expect(level(0.3) / 0.02).toBeCloseTo(0.95, 0.5);
    expect(level(0.7) / 0.06).toBeCloseTo(0.95, 0.5);
    expect([...new Set(noiseOf(frameFrom({ width: 2, height: 2 }, () => 0.5)))]).toEqual([0]);
  });
});

describe('means of squares', () => {
  it('are those of a plain sum over what lies inside', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 5 }),
        (width, height, radius) => {
          const data = Float32Array.from({ length: width * height }, (_, i) => noise(i, radius, 1));
          const at = (x: number, y: number): number => data[y * width + x] as number;
          const means = boxMean(
            rowsOf({ width, height }, (y, into) => into.set(data.subarray(y * width, (y + 1) * width))),
            radius,
          );
          for (let y = 0; y < height; y++) {
            const row = means.row(y);
            for (let x = 0; x < width; x++) {
              const values = [];
              for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++)
                for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++)
                  values.push(at(u, v));
              const expected = values.reduce((a, b) => a + b, 0) / values.length;
              expect(row[x]).toBeCloseTo(expected, 4);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('rows that several ask for', () => {
  it('are made once each, and none is given that is not kept any more', () => {
    const made: number[] = [];
    const rows = shared(
      rowsOf({ width: 1, height: 9 }, (y, into) => {
        made.push(y);
        into[0] = y;
      }),
      3,
    );
    expect([2, 0, 1, 4, 2].map((y) => rows.row(y)[0])).toEqual([2, 0, 1, 4, 2]);
    expect(made).toEqual([0, 1, 2, 3, 4]);
    expect(() => rows.row(1)).toThrow('not kept');
  });
});
