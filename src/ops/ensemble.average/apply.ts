import * as tf from '@tensorflow/tfjs';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { maxOf, samplesOf } from '../../image/samples.js';
import type { Frame, HostTensor, Item, Samples } from '../../ports/index.js';
import { type BoundaryDTypes, type Engine, type Jitted, jit } from '../../tensor/index.js';
import type { Notes, OpContext } from '../behaviour.js';
import type { LoadedEnsemble } from './load.js';
import { type Dials, edited, luma, trustMap } from './program.js';

export interface Wanted extends Dials {
  readonly output: 'picture' | 'trust';
  readonly grey: 'keep' | 'colour';
}

/** The whole way of a picture's samples, of one depth, through the ensemble and back to that depth. */
const wayOf = (
  ensemble: LoadedEnsemble,
  { strength, trust, output, grey }: Wanted,
  depth: Samples['depth'],
): ((samples: tf.Tensor3D) => tf.Tensor3D) => {
  const white = maxOf(depth);
  return (samples) => {
    const isGrey = samples.shape[2] === 1;
    const values = white === 1 ? samples : tf.div<tf.Tensor3D>(samples, white);
    const picture = isGrey ? tf.tile(values, [1, 1, 3]) : values;
    const made =
      output === 'trust'
        ? trustMap(tf, ensemble, picture)
        : edited(tf, ensemble, { strength, trust }, picture);
    const kept = isGrey && grey === 'keep' && output === 'picture' ? luma(tf, made) : made;
    return white === 1 ? kept : tf.mul(kept, white);
  };
};

/** What the receipt of a photo says of the model. */
const factsOf = ({ snapshots, generator }: LoadedEnsemble): Notes => ({
  generator: generator.kind,
  snapshots: snapshots.map(({ file, sha256, step }) => ({ file, sha256, step })),
});

/**
 * An ensemble made ready on the run's engine: from a frame to a frame of the same size and depth, by one compiled graph
 * from samples to samples, made once for each size. Transparency and metadata are kept.
 */
export const ensembleOn = (
  wanted: Wanted,
  { openEngine, note }: OpContext,
  ensemble: LoadedEnsemble,
): ((item: Item<Frame>, signal: AbortSignal) => TE.TaskEither<Diagnostics, Frame>) => {
  const facts = factsOf(ensemble);
  const programs = new Map<Samples['depth'], Jitted<tf.Tensor3D, tf.Tensor3D>>();
  const programOn = (engine: Engine, depth: Samples['depth']): Jitted<tf.Tensor3D, tf.Tensor3D> => {
    const known = programs.get(depth);
    if (known !== undefined) return known;
    const as: BoundaryDTypes = depth === 'float32' ? {} : { output: depth };
    const made = jit(wayOf(ensemble, wanted, depth), { name: 'ensemble.average', engine, as });
    programs.set(depth, made);
    return made;
  };
  return ({ key, value: photo }, signal) => {
    // Nothing to do, and rounding would change what a float holds.
    if (wanted.strength === 0 && wanted.output === 'picture')
      return pipe(
        TE.fromIO(note(key, facts)),
        TE.map(() => photo),
      );
    const { width, height, channels, samples } = photo;
    return pipe(
      openEngine,
      TE.chain((engine) => {
        const shape = [height, width, channels];
        const pixels = { dtype: samples.depth, shape, data: samples.data } as HostTensor;
        return programOn(engine, samples.depth)(pixels, { signal });
      }),
      TE.map(
        ({ shape, data }): Frame => ({
          ...photo,
          channels: shape[2] === 1 ? 1 : 3,
          samples: samplesOf(data as Uint8Array | Uint16Array | Float32Array),
        }),
      ),
      TE.chainFirstIOK(() => note(key, facts)),
    );
  };
};
