/** A point of a tone curve: what comes in, and what it becomes, both 0..1. */
export type Point = readonly [x: number, y: number];

/** A cubic between two points: `y + d0 t + (…) t² + (…) t³` with t from 0 at x0 to 1 at x1. */
export interface Segment {
  readonly x0: number;
  readonly x1: number;
  /** Coefficients of t, t² and t³; the value at t = 0 is the one at which the segment before ends. */
  readonly cubic: readonly [number, number, number];
}

/**
 * The monotone cubic through points in rising order: it rises and falls only where they do. Fritsch, Carlson,
 * "Monotone piecewise cubic interpolation" (SIAM Journal on Numerical Analysis, 1980).
 */
export const monotoneCubic = (points: readonly Point[]): readonly Segment[] => {
  const gaps = points.slice(1).map(([x1, y1], i) => {
    const [x0, y0] = points[i] as Point;
    return { x0, x1, width: x1 - x0, rise: y1 - y0, slope: (y1 - y0) / (x1 - x0) };
  });
  const slopeAt = (i: number): number => {
    const [before, after] = [gaps[i - 1]?.slope, gaps[i]?.slope];
    if (before === undefined || after === undefined) return before ?? after ?? 0;
    return before * after <= 0 ? 0 : (before + after) / 2;
  };
  // Slopes beyond three times the secant would overshoot: both of a segment are scaled into the circle of radius 3.
  const slopes = points.map((_, i) => slopeAt(i));
  for (const [i, { slope }] of gaps.entries()) {
    const [left = 0, right = 0] = [slopes[i], slopes[i + 1]];
    const steepness = slope === 0 ? 0 : Math.hypot(left / slope, right / slope);
    const scale = slope === 0 ? 0 : Math.min(1, 3 / steepness);
    slopes[i] = left * scale;
    slopes[i + 1] = right * scale;
  }
  return gaps.map(({ x0, x1, width, rise }, i) => {
    const [d0, d1] = [(slopes[i] ?? 0) * width, (slopes[i + 1] ?? 0) * width];
    return { x0, x1, cubic: [d0, 3 * rise - 2 * d0 - d1, d0 + d1 - 2 * rise] };
  });
};
