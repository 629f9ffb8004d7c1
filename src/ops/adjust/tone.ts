import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';
import { monotoneCubic, type Point } from './curve.js';

/** A function of encoded values 0..1, applied value by value. */
export type ToneCurve = (x: Tensor3D) => Tensor3D;

/** Applies a curve between black and white; what lies beyond keeps its distance to them. */
const between =
  (t: Tf, curve: ToneCurve): ToneCurve =>
  (x) => {
    const inside: Tensor3D = t.clipByValue(x, 0, 1);
    return t.add(curve(inside), t.sub(x, inside));
  };

/** A gamma above 1 lifts the middle tones. */
export const gammaCurve = (t: Tf, gamma: number): ToneCurve => between(t, (x) => t.pow(x, 1 / gamma));

/**
 * A cubic that is steeper or flatter in the middle, with black, middle grey and white where they were; it rises
 * everywhere for amounts between -1 and 1.
 */
export const contrastCurve = (t: Tf, amount: number): ToneCurve =>
  between(t, (x) => {
    const bump = t.mul(t.mul(x, t.sub(1, x)), t.sub(t.mul(x, 2), 1));
    return t.add(x, t.mul(bump, amount));
  });

/**
 * The monotone cubic through points; level before the first and after the last. The segments are summed up, each of
 * the value clamped to its stretch: choosing one per pixel would take longer.
 */
export const pointCurve = (t: Tf, points: readonly Point[]): ToneCurve =>
  between(t, (x) => {
    const start: Tensor3D = t.fill(x.shape, points[0]?.[1] ?? 0);
    return monotoneCubic(points).reduce((sum: Tensor3D, { x0, x1, cubic: [linear, square, cube] }) => {
      const at: Tensor3D = t.div(t.sub(t.clipByValue(x, x0, x1), x0), x1 - x0);
      const value = t.mul(at, t.add(t.mul(t.add(t.mul(at, cube), square), at), linear));
      return t.add(sum, value);
    }, start);
  });

/** Differences of channels below this have no hue to keep. */
const GREYEST = 1e-6;

/**
 * Applies tone curves to a picture, one after the other. Of a colour, the largest and the smallest channel follow the
 * curves and the third keeps its place between them: its hue stays, as in the reference implementation of Adobe's DNG.
 */
export const applyTone = (t: Tf, picture: Tensor3D, curves: readonly ToneCurve[]): Tensor3D => {
  const all: ToneCurve = (x) => curves.reduce((value, curve) => curve(value), x);
  if (curves.length === 0) return picture;
  if (picture.shape[2] === 1) return all(picture);
  const [low, high]: readonly Tensor3D[] = [t.min(picture, 2, true), t.max(picture, 2, true)];
  if (low === undefined || high === undefined) return picture;
  const [newLow, newHigh] = [all(low), all(high)];
  const place = t.div(t.sub(picture, low), t.maximum(t.sub(high, low), GREYEST));
  return t.add(newLow, t.mul(place, t.sub(newHigh, newLow)));
};
