import { fromLight, toLight } from '../../picture/colour/transfer.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';
import type { Point } from './curve.js';
import { lightAndShade } from './light-and-shade.js';
import { multiplyColours, scaleChroma } from './saturation.js';
import { applyTone, contrastCurve, gammaCurve, pointCurve } from './tone.js';
import { NEUTRAL_TEMPERATURE, whiteBalance } from './white-balance.js';

/** What to adjust; see the operator's parameters. */
export interface Adjustments {
  readonly exposure: number;
  readonly temperature: number;
  readonly tint: number;
  readonly saturation: number;
  readonly vibrance: number;
  readonly highlights: number;
  readonly shadows: number;
  readonly contrast: number;
  readonly gamma: number;
  /** Pairs of what comes in and what it becomes. */
  readonly curve: readonly (readonly number[])[] | undefined;
}

type Stage = (picture: Tensor3D) => Tensor3D;

/** What is done to linear light: nothing, or some of it. */
const lightStages = (t: Tf, wanted: Adjustments, isGrey: boolean): readonly Stage[] => {
  const { exposure, temperature, tint, saturation, vibrance } = wanted;
  const isBalanced = isGrey || (temperature === NEUTRAL_TEMPERATURE && tint === 0);
  const gain = 2 ** exposure;
  return [
    ...(isBalanced ? [] : [(light: Tensor3D) => multiplyColours(t, light, whiteBalance(temperature, tint))]),
    ...(exposure === 0 ? [] : [(light: Tensor3D): Tensor3D => t.mul(light, gain)]),
    ...(isGrey || (saturation === 0 && vibrance === 0)
      ? []
      : [(light: Tensor3D) => scaleChroma(t, light, saturation / 100, vibrance / 100)]),
  ];
};

/** What is done to encoded values. */
const toneStages = (t: Tf, wanted: Adjustments): readonly Stage[] => {
  const { highlights, shadows, contrast, gamma, curve } = wanted;
  const curves = [
    ...(gamma === 1 ? [] : [gammaCurve(t, gamma)]),
    ...(contrast === 0 ? [] : [contrastCurve(t, contrast / 100)]),
    ...(curve === undefined
      ? []
      : [
          pointCurve(
            t,
            curve.map(([x = 0, y = 0]): Point => [x, y]),
          ),
        ]),
  ];
  return [
    ...(highlights === 0 && shadows === 0
      ? []
      : [(picture: Tensor3D) => lightAndShade(t, picture, highlights / 100, shadows / 100)]),
    (picture: Tensor3D) => applyTone(t, picture, curves),
  ];
};

const inOrder = (stages: readonly Stage[], picture: Tensor3D): Tensor3D =>
  stages.reduce((value, stage) => stage(value), picture);

/** The adjustments of a picture as one program. What is neutral is left out, so that it changes not a single bit. */
export const adjustments = (t: Tf, wanted: Adjustments, isGrey: boolean): Stage => {
  const light = lightStages(t, wanted, isGrey);
  return (picture) =>
    inOrder(
      toneStages(t, wanted),
      light.length === 0 ? picture : fromLight(t, inOrder(light, toLight(t, picture))),
    );
};
