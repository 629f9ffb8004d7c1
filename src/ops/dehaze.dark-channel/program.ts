import type { Colour } from '../../operator/params/index.js';
import { alongGuide, guidedFit, type Smoothing } from '../../picture/filters/guided-filter.js';
import { resample } from '../../picture/resampling/resample.js';
import type { PictureShape } from '../../ports/index.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';
import { airlightOf, type Estimate, leastTransmission, recovered, transmissionOf } from './haze.js';

/** The operator's parameters. */
export interface Dehazing extends Estimate, Smoothing {
  readonly airlight: Colour | undefined;
  /** Longest side at which the haze is estimated. */
  readonly detail: number;
}

/** Both ways between a picture's size and the one at which the haze is estimated. */
const sizes = ({ height, width }: PictureShape, longest: number) => {
  const scale = Math.min(1, longest / Math.max(height, width));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const stretch = (from: number, to: number) => ({ from: 0, length: from, pixels: to });
  return {
    smaller: { down: stretch(height, side(height)), across: stretch(width, side(width)) },
    larger: { down: stretch(side(height), height), across: stretch(side(width), width) },
  };
};

const given = (t: Tf, [red, green, blue]: Colour, channels: number): Tensor3D =>
  channels === 1
    ? t.tensor3d([0.2126 * red + 0.7152 * green + 0.0722 * blue], [1, 1, 1])
    : t.tensor3d([red, green, blue], [1, 1, 3]);

/**
 * Takes haze out of a picture by the dark channel prior. The haze is estimated on a smaller picture, since it is smooth
 * but for the edges of things; those come from the full picture, which the estimate is a function of in every window
 * (He, Sun, "Fast guided filter", 2015).
 */
export const dehaze = (t: Tf, params: Dehazing, shape: PictureShape): ((picture: Tensor3D) => Tensor3D) => {
  if (params.strength === 0) return (picture) => picture;
  const { smaller, larger } = sizes(shape, params.detail);
  return (picture) => {
    const small = resample(t, picture, smaller, 'area');
    const airlight =
      params.airlight === undefined
        ? airlightOf(t, small, params.patch)
        : given(t, params.airlight, shape.channels);
    const { slope, offset } = guidedFit(t, small, transmissionOf(t, small, airlight, params), params);
    const enlarged = (x: Tensor3D): Tensor3D => resample(t, x, larger, 'bilinear');
    const refined = alongGuide(t, { slope: enlarged(slope), offset: enlarged(offset) }, picture);
    const least = leastTransmission(t, picture, airlight, params);
    const transmission: Tensor3D = t.minimum(t.maximum(refined, least), 1);
    return recovered(t, picture, airlight, transmission);
  };
};
