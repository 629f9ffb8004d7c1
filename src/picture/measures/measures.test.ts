import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newlyClipped } from './clipping.js';
import { gradientSimilarity } from './gradients.js';
import { BANDS, meanProfile, profileDistance, profileOf } from './heights.js';
import type { Raster } from './raster.js';

const raster = (
  width: number,
  height: number,
  value: (x: number, y: number, c: number) => number,
): Raster => ({
  width,
  height,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const at = Math.floor(i / 3);
    return value(at % width, Math.floor(at / width), i % 3);
  }),
});

const noise = fc
  .record({ width: fc.integer({ min: 8, max: 20 }), height: fc.integer({ min: 8, max: 20 }), seed: fc.nat() })
  .map(({ width, height, seed }) =>
    raster(
      width,
      height,
      (x, y, c) => (Math.imul(seed + 1, (x + 31 * y + 997 * c + 7) * 2654435761) >>> 24) & 255,
    ),
  );

describe('colours by height', () => {
  it('are the means of bands of rows', () => {
    const profile = profileOf(raster(5, 2 * BANDS, (_, y, c) => (c === 0 ? 10 * Math.floor(y / 2) : 0)));
    expect(profile).toHaveLength(3 * BANDS);
    expect(profile.filter((_, i) => i % 3 === 0)).toEqual(
      Array.from({ length: BANDS }, (_, i) => expect.closeTo((10 * i) / 255, 9)),
    );
    expect(profile.filter((_, i) => i % 3 !== 0).every((value) => value === 0)).toBe(true);
  });

  it('are as far from one another as their root mean square, whichever way round', () => {
    fc.assert(
      fc.property(noise, noise, (a, b) => {
        const [one, other] = [profileOf(a), profileOf(b)];
        expect(profileDistance(one, one)).toBe(0);
        expect(profileDistance(one, other)).toBe(profileDistance(other, one));
        expect(profileDistance(one, meanProfile([one, other]))).toBeCloseTo(
          profileDistance(one, other) / 2,
          9,
        );
      }),
      { numRuns: 30 },
    );
    const shifted = profileDistance(profileOf(raster(8, 8, () => 51)), profileOf(raster(8, 8, () => 102)));
    expect(shifted).toBeCloseTo(0.2, 9);
  });
});

describe('the structure of gradients', () => {
  it('is kept by light that changes, and lost by flatness', () => {
    const photo = raster(24, 24, (x, y) => (((x >> 2) + (y >> 2)) % 2) * 120 + 40);
    const lighter = { ...photo, data: photo.data.map((value) => value + 60) };
    const flat = { ...photo, data: photo.data.map(() => 100) };
    expect(gradientSimilarity(photo, lighter)).toBeCloseTo(1, 9);
    expect(gradientSimilarity(photo, flat)).toBeLessThan(0.2);
  });

  it('is that of itself, and the same both ways', () => {
    fc.assert(
      fc.property(noise, (photo) => {
        const other = { ...photo, data: photo.data.map((value) => value >> 1) };
        expect(gradientSimilarity(photo, photo)).toBeCloseTo(1, 9);
        expect(gradientSimilarity(photo, other)).toBeCloseTo(gradientSimilarity(other, photo), 12);
      }),
      { numRuns: 20 },
    );
  });
});

describe('new clipping', () => {
  it('counts samples that became black or white, and none that were', () => {
    const before = { width: 2, height: 1, data: Uint8Array.of(0, 10, 255, 20, 30, 40) };
    expect(newlyClipped(before, { ...before, data: Uint8Array.of(0, 0, 255, 255, 30, 41) })).toBeCloseTo(
      2 / 6,
    );
    expect(newlyClipped(before, before)).toBe(0);
  });
});
