import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptation, apply, D50, D50_TO_SRGB, multiply, xyzOf } from '../../image/colour/matrix.js';
import { monotoneCubic, type Point } from './curve.js';
import { planckian, whiteBalance } from './white-balance.js';

/** Value and slope of the curve at one of its ends. */
const at = (points: readonly Point[], segment: number, t: 0 | 1) => {
  const segments = monotoneCubic(points);
  const { x0, x1, cubic } = segments[segment]!;
  const start = segments
    .slice(0, segment)
    .reduce((sum, s) => sum + s.cubic.reduce((a, b) => a + b), points[0]![1]);
  const [a, b, c] = cubic;
  return { value: start + a * t + b * t + c * t, slope: (a + 2 * b * t + 3 * c * t) / (x1 - x0) };
};

const risingPoints = fc
  .array(
    fc.tuple(fc.double({ min: 0.02, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    {
      minLength: 2,
      maxLength: 8,
    },
  )
  .map((steps) =>
    steps.reduce<readonly Point[]>((points, [dx, dy]) => {
      const [x, y] = points.at(-1) ?? [0, 0];
      return [...points, [x + dx, y + dy]];
    }, []),
  );

describe('monotoneCubic', () => {
  it('passes through the points, with one slope on both sides of each', () => {
    fc.assert(
      fc.property(risingPoints, (points) => {
        for (let i = 0; i + 1 < points.length; i++) {
          expect(at(points, i, 0).value).toBeCloseTo(points[i]![1], 9);
          expect(at(points, i, 1).value).toBeCloseTo(points[i + 1]![1], 9);
          if (i > 0) expect(at(points, i, 0).slope).toBeCloseTo(at(points, i - 1, 1).slope, 6);
        }
      }),
    );
  });

  it('rises wherever its points do', () => {
    fc.assert(
      fc.property(risingPoints, (points) => {
        for (const {
          cubic: [a, b, c],
        } of monotoneCubic(points))
          for (let t = 0; t <= 1; t += 0.05)
            expect(a + 2 * b * t + 3 * c * t * t).toBeGreaterThanOrEqual(-1e-9);
      }),
    );
  });

  it('is the straight line through points on one', () => {
    const [first, second] = monotoneCubic([
      [0, 0.1],
      [0.3, 0.25],
      [1, 0.6],
    ]);
    expect(first?.cubic.map((v) => v + 0)).toEqual([
      expect.closeTo(0.15),
      expect.closeTo(0),
      expect.closeTo(0),
    ]);
    expect(second?.cubic[0]).toBeCloseTo(0.35);
  });
});

describe('white balance', () => {
  it.each([
    [2856, 0.4476, 0.4074],
    [4000, 0.3805, 0.3768],
    [6500, 0.3135, 0.3237],
    [10_000, 0.2807, 0.2883],
  ])('knows the black body of %d K', (kelvin, x, y) => {
    const [u, v] = planckian(kelvin);
    expect((3 * u) / (2 * u - 8 * v + 4)).toBeCloseTo(x, 3);
    expect((2 * v) / (2 * u - 8 * v + 4)).toBeCloseTo(y, 3);
  });

  it('is the unit matrix in neutral light', () => {
    for (const [i, value] of whiteBalance(6500, 0).entries())
      expect(value).toBeCloseTo(i % 4 === 0 ? 1 : 0, 6);
  });

  it('makes what is white in incandescent light (illuminant A) white', () => {
    const seen = apply(multiply(D50_TO_SRGB, adaptation(xyzOf(0.3135, 0.3237), D50)), xyzOf(0.4476, 0.4074));
    expect(seen[0] / seen[2]).toBeGreaterThan(4);
    const [r, g, b] = apply(whiteBalance(2856, 0), seen);
    expect(r / g).toBeCloseTo(1, 2);
    // Little blue is in that light, and the chromaticities above have four digits.
    expect(Math.abs(b / g - 1)).toBeLessThan(0.02);
  });
});
