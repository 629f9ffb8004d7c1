import * as tf from '@tensorflow/tfjs';
import { maxOf } from '../../image/samples.js';
import type { Samples } from '../../ports/index.js';
import type { Ensemble } from './load.js';
import { type Dials, edited, luma, reduced, trustMap } from './program.js';

export interface Wanted extends Dials {
  readonly output: 'picture' | 'trust';
  readonly grey: 'keep' | 'colour';
}

/** Samples of a depth as a picture [H,W,3] of 0..1. */
const pictureOf = (samples: tf.Tensor3D, depth: Samples['depth']): tf.Tensor3D => {
  const white = maxOf(depth);
  const values = white === 1 ? samples : tf.div<tf.Tensor3D>(samples, white);
  return samples.shape[2] === 1 ? tf.tile(values, [1, 1, 3]) : values;
};

/** Samples of a picture, or of a part whose whole is known to each member, `[H/factor,W/factor,C]`. */
export interface Part {
  readonly samples: tf.Tensor3D;
  readonly wholes?: readonly tf.Tensor3D[];
}

/** The whole way of samples of one depth through an ensemble and back to that depth. */
export const editOf =
  (ensemble: Ensemble, { strength, trust, output, grey }: Wanted, depth: Samples['depth']) =>
  ({ samples, wholes }: Part): tf.Tensor3D => {
    const white = maxOf(depth);
    const picture = pictureOf(samples, depth);
    const known = wholes?.map((whole) => tf.expandDims<tf.Tensor4D>(whole, 0));
    const made =
      output === 'trust'
        ? trustMap(tf, ensemble, picture, known)
        : edited(tf, ensemble, { strength, trust }, picture, known);
    const kept = samples.shape[2] === 1 && grey === 'keep' && output === 'picture' ? luma(tf, made) : made;
    return white === 1 ? kept : tf.mul(kept, white);
  };

/** What a network whose halves are apart sees of samples for the whole. */
export const lookOf =
  ({ network: { halves } }: Ensemble, depth: Samples['depth']) =>
  (samples: tf.Tensor3D): tf.Tensor3D =>
    halves === undefined ? samples : reduced(tf, halves, pictureOf(samples, depth));
