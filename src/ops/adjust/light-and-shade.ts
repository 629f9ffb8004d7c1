import { alongGuide, guidedFit } from '../../picture/filters/guided-filter.js';
import { resample } from '../../picture/resampling/resample.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';

/** Longest side at which the brightness of surroundings is worked out. */
const WORKING_SIDE = 800;

/** What counts as surroundings: a share of the longest side. */
const REACH = 0.03;

/** Variance of luma below which a place is taken for an even surface with texture, not for an edge. */
const EDGE = 0.01;

/** By how much the brightness of a surface changes at most. */
const MOST = 0.12;

// Maximum of b (1-b)² on 0..1, at a third, inverted.
const PEAK = 6.75;

const luma = (t: Tf, picture: Tensor3D): Tensor3D =>
  picture.shape[2] === 1
    ? picture
    : t.sum(t.mul(picture, t.tensor3d([0.2126, 0.7152, 0.0722], [1, 1, 3])), 2, true);

/**
 * The brightness of the surface that each pixel is part of: luma, smoothed but for edges, by a guided filter on a
 * smaller picture (He, Sun, "Fast guided filter", 2015).
 */
const surfaceBrightness = (t: Tf, brightness: Tensor3D): Tensor3D => {
  const [height, width] = brightness.shape;
  const scale = Math.min(1, WORKING_SIDE / Math.max(height, width));
  const [rows, columns] = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
  const down = { from: 0, length: height, pixels: rows };
  const across = { from: 0, length: width, pixels: columns };
  const small = resample(t, brightness, { across, down }, 'area');
  const radius = Math.max(1, Math.round(REACH * Math.max(rows, columns)));
  const { slope, offset } = guidedFit(t, small, small, { radius, epsilon: EDGE });
  const back = {
    across: { from: 0, length: columns, pixels: width },
    down: { from: 0, length: rows, pixels: height },
  };
  const enlarged = (x: Tensor3D): Tensor3D => resample(t, x, back, 'bilinear');
  return alongGuide(t, { slope: enlarged(slope), offset: enlarged(offset) }, brightness);
};

/**
 * Lifts or lowers the lights and the shades of a picture. A pixel is scaled by what becomes of the surface that it is
 * part of: texture keeps its contrast, and edges get no halo. Black and white stay.
 *
 * @param picture encoded
 * @param highlights -1..1, at its most for surfaces at two thirds of the way from black to white
 * @param shadows -1..1, at its most at one third
 */
export const lightAndShade = (t: Tf, picture: Tensor3D, highlights: number, shadows: number): Tensor3D => {
  const surface: Tensor3D = t.clipByValue(surfaceBrightness(t, luma(t, picture)), 0, 1);
  const rest = t.sub(1, surface);
  // The change divided by the brightness itself, so that nothing is divided by zero in the blacks.
  const change = t.add(t.mul(surface, highlights * MOST * PEAK), t.mul(rest, shadows * MOST * PEAK));
  return t.mul(picture, t.add(1, t.mul(change, rest)));
};
