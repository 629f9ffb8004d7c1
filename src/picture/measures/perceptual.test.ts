import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frechetOf, patchDistance } from './frechet.js';
import { haarPsi } from './haar-psi.js';
import type { Raster } from './raster.js';

const SIDE = 48;

/** Waves of some length and light, and noise of some strength. */
const scene = (length: number, light: number, noise = 0): Raster => ({
  width: SIDE,
  height: SIDE,
  data: Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
    const [pixel, c] = [Math.floor(i / 3), i % 3];
    const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)];
    const random = Math.sin(12.9898 * i + 4.1) * 43758.5453;
    const value =
      light +
      50 * Math.sin(x / length + c) +
      30 * Math.cos(y / length) +
      noise * (2 * (random - Math.floor(random)) - 1);
    return Math.min(255, Math.max(0, Math.round(value)));
  }),
});

const drawn = fc.record({
  length: fc.double({ min: 2, max: 9, noNaN: true }),
  light: fc.integer({ min: 60, max: 190 }),
});

describe('HaarPSI', () => {
  it('is 1 of a picture and itself, less of others, 0 at least, and the same both ways', () => {
    fc.assert(
      fc.property(drawn, drawn, (a, b) => {
        const [one, other] = [scene(a.length, a.light), scene(b.length, b.light)];
        expect(haarPsi(one, one)).toBeCloseTo(1, 9);
        const alike = haarPsi(one, other);
        expect(alike).toBeGreaterThanOrEqual(0);
        expect(alike).toBeLessThanOrEqual(1);
        expect(haarPsi(other, one)).toBeCloseTo(alike, 12);
      }),
      { numRuns: 20 },
    );
  });

  it('falls the more noise there is, and hardly with the light', () => {
    const [none, some, much] = [0, 20, 60].map((noise) => haarPsi(scene(5, 120), scene(5, 120, noise)));
    expect(none).toBeCloseTo(1, 9);
    expect(some!).toBeLessThan(0.97);
    expect(much!).toBeLessThan(some! - 0.1);
    expect(haarPsi(scene(5, 120), scene(5, 130))).toBeGreaterThan(0.97);
  });

  it('is 1 of pictures of one value, which have no detail', () => {
    const flat = { width: 8, height: 8, data: new Uint8Array(192).fill(90) };
    expect(haarPsi(flat, flat)).toBeCloseTo(1, 9);
  });
});

describe('the Fréchet distance', () => {
  it('is that of Gaussians along one axis: (m1 - m2)² + (s1 - s2)²', () => {
    const around = (mean: number, spread: number) => [[mean - spread], [mean + spread]];
    fc.assert(
      fc.property(
        fc.tuple(...[0, 1].map(() => fc.double({ min: -9, max: 9, noNaN: true }))),
        fc.tuple(...[0, 1].map(() => fc.double({ min: 0.1, max: 9, noNaN: true }))),
        ([m1 = 0, m2 = 0], [s1 = 1, s2 = 1]) => {
          expect(frechetOf(around(m1, s1), around(m2, s2))).toBeCloseTo((m1 - m2) ** 2 + (s1 - s2) ** 2, 6);
        },
      ),
    );
  });

  it('is the same whichever way the axes are turned', () => {
    const points = (angle: number, stretch: number) =>
      [
        [1, 0.3],
        [-2, 0.4],
        [0.5, -1.1],
        [3, 2],
      ].map(([x = 0, y = 0]) => [
        Math.cos(angle) * x * stretch - Math.sin(angle) * y,
        Math.sin(angle) * x * stretch + Math.cos(angle) * y,
      ]);
    const plain = frechetOf(points(0, 1), points(0, 2));
    expect(plain).toBeGreaterThan(0.1);
    expect(frechetOf(points(0.7, 1), points(0.7, 2))).toBeCloseTo(plain, 8);
  });

  it('of patches is 0 of the same pictures, and grows with light, colour and detail', () => {
    const look = [scene(4, 120), scene(6, 140), scene(8, 100)];
    expect(patchDistance(look, look)).toBeCloseTo(0, 6);
    const lighter = [scene(4, 150), scene(6, 170), scene(8, 130)];
    const finer = [scene(2, 120), scene(2.5, 140), scene(3, 100)];
    expect(patchDistance(lighter, look)).toBeGreaterThan(0.3);
    expect(patchDistance(finer, look)).toBeGreaterThan(0.3);
  });
});
