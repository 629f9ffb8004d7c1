import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';
import { boxMean } from './box.js';

/** How a guided filter smooths. */
export interface Smoothing {
  /** Half the side of the square windows, in pixels. */
  readonly radius: number;
  /** Variance of the guide below which it counts as flat; values of the guide are 0..1. */
  readonly epsilon: number;
}

/** The filtered picture as a function of the guide at each place: `sum(slope * guide) + offset`. */
export interface LocalLine {
  /** `[height, width, channels of the guide]` */
  readonly slope: Tensor3D;
  /** `[height, width, 1]` */
  readonly offset: Tensor3D;
}

/**
 * Fits `input` [height, width, 1] by a linear function of `guide` [height, width, 1 or 3] in every window, and averages
 * the functions of all windows that hold a pixel: He, Sun, Tang, "Guided image filtering" (ECCV 2010, TPAMI 2013),
 * equations 5, 6 and 8, and 19 to 21 for colours.
 */
export const guidedFit = (t: Tf, guide: Tensor3D, input: Tensor3D, smoothing: Smoothing): LocalLine =>
  guide.shape[2] === 1 ? fitToGrey(t, guide, input, smoothing) : fitToColour(t, guide, input, smoothing);

/** The value of the fitted functions on a guide, which may be a larger version of the one that they were fitted to. */
export const alongGuide = (t: Tf, { slope, offset }: LocalLine, guide: Tensor3D): Tensor3D =>
  t.add(t.sum(t.mul(slope, guide), 2, true), offset);

// Means are taken of values less 1/2: float32 then keeps a few more digits of the variances.
const centred = (t: Tf, x: Tensor3D): Tensor3D => t.sub(x, 0.5);

const fitToGrey = (t: Tf, guide: Tensor3D, input: Tensor3D, { radius, epsilon }: Smoothing): LocalLine => {
  const [x, y] = [centred(t, guide), centred(t, input)];
  const means = boxMean(t, t.concat([x, y, t.mul(x, x), t.mul(x, y)], 2), radius);
  const [mx, my, mxx, mxy] = t.split(means, 4, 2) as [Tensor3D, Tensor3D, Tensor3D, Tensor3D];
  const variance: Tensor3D = t.sub(mxx, t.mul(mx, mx));
  const a: Tensor3D = t.div(t.sub(mxy, t.mul(mx, my)), t.add(t.maximum(variance, 0), epsilon));
  const b: Tensor3D = t.sub(my, t.mul(a, mx));
  const [slope, offset] = t.split(boxMean(t, t.concat([a, b], 2), radius), 2, 2) as [Tensor3D, Tensor3D];
  return uncentred(t, slope, offset);
};

const fitToColour = (t: Tf, guide: Tensor3D, input: Tensor3D, { radius, epsilon }: Smoothing): LocalLine => {
  const [x, y] = [centred(t, guide), centred(t, input)];
  const [r, g, b] = t.split(x, 3, 2) as [Tensor3D, Tensor3D, Tensor3D];
  const products: Tensor3D = t.concat(
    [x, y, t.mul(x, y), t.mul(r, x), t.mul(g, g), t.mul(g, b), t.mul(b, b)],
    2,
  );
  const m = t.split(boxMean(t, products, radius), 13, 2) as Tensor3D[];
  const at = (i: number): Tensor3D => m[i] as Tensor3D;
  const [mr, mg, mb, my] = [at(0), at(1), at(2), at(3)];
  const covariance = (mean: Tensor3D, u: Tensor3D, v: Tensor3D): Tensor3D => t.sub(mean, t.mul(u, v));
  const variance = (mean: Tensor3D, u: Tensor3D): Tensor3D =>
    t.add(t.maximum(covariance(mean, u, u), 0), epsilon);
  const [cr, cg, cb] = [covariance(at(4), mr, my), covariance(at(5), mg, my), covariance(at(6), mb, my)];
  const slopes = solve(
    t,
    [
      variance(at(7), mr),
      covariance(at(8), mr, mg),
      covariance(at(9), mr, mb),
      variance(at(10), mg),
      covariance(at(11), mg, mb),
      variance(at(12), mb),
    ],
    [cr, cg, cb],
  );
  const [a0, a1, a2] = slopes;
  const offsets: Tensor3D = t.sub(my, t.addN([t.mul(a0, mr), t.mul(a1, mg), t.mul(a2, mb)]));
  const fitted = boxMean(t, t.concat([...slopes, offsets], 2), radius);
  return uncentred(t, t.slice(fitted, [0, 0, 0], [-1, -1, 3]), t.slice(fitted, [0, 0, 3], [-1, -1, 1]));
};

const uncentred = (t: Tf, slope: Tensor3D, offset: Tensor3D): LocalLine => ({
  slope,
  offset: t.add(t.sub(offset, t.mul(t.sum(slope, 2, true), 0.5)), 0.5),
});

type Three = readonly [Tensor3D, Tensor3D, Tensor3D];

/** Solves a symmetric 3x3 system per pixel by its adjugate; the diagonal is raised by epsilon, so it is never singular. */
const solve = (
  t: Tf,
  [rr, rg, rb, gg, gb, bb]: readonly [Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor3D],
  [x, y, z]: Three,
): Three => {
  const minor = (a: Tensor3D, b: Tensor3D, c: Tensor3D, d: Tensor3D): Tensor3D =>
    t.sub(t.mul(a, b), t.mul(c, d));
  const [m00, m01, m02] = [minor(gg, bb, gb, gb), minor(rb, gb, rg, bb), minor(rg, gb, rb, gg)];
  const [m11, m12, m22] = [minor(rr, bb, rb, rb), minor(rb, rg, rr, gb), minor(rr, gg, rg, rg)];
  const row = (a: Tensor3D, b: Tensor3D, c: Tensor3D): Tensor3D =>
    t.add(t.add(t.mul(a, x), t.mul(b, y)), t.mul(c, z));
  const determinant: Tensor3D = t.add(t.add(t.mul(rr, m00), t.mul(rg, m01)), t.mul(rb, m02));
  return [
    t.div(row(m00, m01, m02), determinant),
    t.div(row(m01, m11, m12), determinant),
    t.div(row(m02, m12, m22), determinant),
  ];
};
