import { maxOf } from '../../image/samples/samples.js';
import { type Place, reducedPlace } from '../../picture/tiling/grid.js';
import type { Samples } from '../../ports/index.js';
import * as tf from '../../tensor/tfjs.js';
import type { WholeMean } from '../network.js';
import type { Ensemble } from './ensemble.js';
import {
  type Dials,
  edited,
  type Given,
  luma,
  meansOver,
  reduced,
  type Turned,
  trustMap,
} from './program.js';

export interface Wanted extends Dials {
  readonly output: 'picture' | 'trust';
  readonly grey: 'keep' | 'colour';
}

/** Samples [H,W,C] or [N,H,W,C] as floats of three channels. */
const coloured = <T extends tf.Tensor>(samples: T): T =>
  samples.shape.at(-1) === 1
    ? tf.tile(
        samples,
        samples.shape.map((_, i) => (i === samples.rank - 1 ? 3 : 1)),
      )
    : samples;

/** Samples of a depth as pictures [H,W,3] or [N,H,W,3] of 0..1. */
const pictureOf = <T extends tf.Tensor>(samples: T, depth: Samples['depth']): T => {
  const white = maxOf(depth);
  return coloured(white === 1 ? samples : tf.div<T>(samples, white));
};

/** Samples of a picture, or of a part of one of which each member knows the whole. */
export interface Part {
  readonly samples: tf.Tensor3D;
  /** What each member makes of the whole, for this part, `[H/factor,W/factor,C]`. */
  readonly globalFeatures?: readonly tf.Tensor3D[];
  /** The means of the whole, in the order in which each member asks for them, `[1,1,1,C]`. */
  readonly means?: readonly (readonly tf.Tensor4D[])[];
  /** What a network that reads tables is told of those that the picture was compressed by, `[1, features]`. */
  readonly quantisation?: tf.Tensor2D;
}

/** Gives what was noted in the order in which it was asked for. */
const inTurn = (noted: readonly tf.Tensor4D[]): WholeMean => {
  let next = 0;
  return () => noted[next++]!;
};

/** The whole way of samples of one depth through an ensemble and back to that depth. */
export const editOf =
  (ensemble: Ensemble, { strength, trust, output, grey }: Wanted, depth: Samples['depth']) =>
  (
    { samples, globalFeatures, means, quantisation }: Part,
    asked?: readonly WholeMean[],
    turned?: Turned,
  ): tf.Tensor3D => {
    const white = maxOf(depth);
    const picture = pictureOf(samples, depth);
    const known: Given = {
      ...(globalFeatures && {
        globalFeatures: globalFeatures.map((whole) => tf.expandDims<tf.Tensor4D>(whole, 0)),
      }),
      ...(means && { means: means.map(inTurn) }),
      ...(asked && { means: asked }),
      ...(quantisation && { quantisation }),
    };
    const made =
      output === 'trust'
        ? trustMap(tf, ensemble, picture, known)
        : edited(tf, ensemble, { strength, trust }, picture, known, turned);
    const kept = samples.shape[2] === 1 && grey === 'keep' && output === 'picture' ? luma(tf, made) : made;
    return white === 1 ? kept : tf.mul(kept, white);
  };

/** What a network whose halves are apart sees of samples for the whole. */
export const globalInputOf =
  ({ network: { branches } }: Ensemble, depth: Samples['depth']) =>
  (samples: tf.Tensor3D): tf.Tensor3D =>
    branches === undefined ? samples : reduced(tf, branches, coloured(samples), maxOf(depth));

/** The means that each member asks for, taken over samples of pictures [N,H,W,C]. */
export const meansOf =
  ({ network: { byGlobalStatistics }, members }: Ensemble, depth: Samples['depth']) =>
  (pictures: tf.Tensor4D): readonly (readonly tf.Tensor4D[])[] =>
    byGlobalStatistics === undefined
      ? members.map(() => [])
      : meansOver(tf, byGlobalStatistics, members, pictureOf(pictures, depth));

/** A whole picture edited, and the means that each member asked for on the way. */
export interface Round {
  readonly picture: tf.Tensor3D;
  readonly means: readonly (readonly tf.Tensor4D[])[];
}

/**
 * The way of a window that holds a whole picture and what lies beyond its edges, `inner` being where the picture is in it:
 * means are those of the picture.
 */
export const roundOf =
  (ensemble: Ensemble, wanted: Wanted, depth: Samples['depth'], inner: Place) =>
  (samples: tf.Tensor3D): Round => {
    const means = ensemble.members.map((): tf.Tensor4D[] => []);
    const asked = means.map(
      (noted): WholeMean =>
        (values) => {
          const { left, top, width, height } = reducedPlace(inner, samples.shape[0] / values.shape[1]);
          const [n, , , channels] = values.shape;
          const own = tf.slice(values, [0, top, left, 0], [n, height, width, channels]);
          const mean = tf.mean<tf.Tensor4D>(own, [1, 2], true);
          noted.push(mean);
          return mean;
        },
    );
    return { picture: editOf(ensemble, wanted, depth)({ samples }, asked), means };
  };
