import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../../diagnostics/index.js';
import type { Edges } from '../../../picture/edges.js';
import type { Values } from '../../../picture/tiling/windows.js';
import type { HostTensor } from '../../../ports/index.js';
import { type Engine, type HostOf, type Jitted, jit } from '../../../tensor/index.js';
import * as tf from '../../../tensor/tfjs.js';
import type { Gate } from '../../models/index.js';
import type { Sliced as Grid, Parameters } from '../../network.js';
import type { Ensemble, Weights } from '../ensemble.js';
import type { Gated } from '../gating/gate.js';
import type { Wanted } from '../inference-path.js';
import { createKeptPrograms, type KeptPrograms } from '../kept-programs.js';
import { parametersOf } from '../program.js';
import { gated } from './gate.js';
import { channelsOf, type Data, type SliceJob } from './job.js';
import { here, type Threads, type Work } from './threads.js';
import { rowsBehind, type Seen } from './thumbnail-rows.js';

/** An ensemble whose network slices a grid. */
export interface SlicedEnsemble extends Ensemble {
  readonly network: Ensemble['network'] & { readonly sliced: Grid };
}

/** True for an ensemble whose network slices a grid. */
export const isSliced = (ensemble: Ensemble): ensemble is SlicedEnsemble =>
  ensemble.network.sliced !== undefined;

/** A picture edited, and what its gate decided, where there is one. */
export interface Sliced {
  readonly picture: Values;
  readonly gate?: Gated;
}

type Result<A> = Promise<E.Either<Diagnostics, A>>;

/** Pixels of a strip: few enough to stay in a processor's cache, enough not to be counted. */
const STRIP = 400_000;

/** Pictures of fewer pixels are worked on at once, where they are. */
const SMALL = 300_000;

/** What the samples under work, beside the picture and the result, take of a photo of so many channels and a depth. */
export const stripBytes = (threads: number, bytesPerPixel: number): number =>
  2 * threads * 2 * STRIP * bytesPerPixel;

const rowsOf = ({ shape, data }: Values, from: number, to: number): Data => {
  const [, width = 1, channels = 1] = shape;
  return data.slice(from * width * channels, to * width * channels) as Data;
};

const strips = (height: number, width: number): readonly (readonly [from: number, to: number])[] => {
  const rows = Math.max(1, Math.floor(STRIP / width));
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => [
    i * rows,
    Math.min(height, (i + 1) * rows),
  ]);
};

/** The thumbnail that a grid is made of, [side,side,3] of 0..1. */
const thumbnailOf = async (
  threads: Threads,
  picture: Values,
  side: number,
  signal: AbortSignal,
): Result<HostTensor> => {
  const [height = 1, width = 1, channels = 1] = picture.shape;
  const seen: Seen = { width, height, channels: channels === 1 ? 1 : 3, side };
  const data = new Float32Array(side * side * 3);
  const rows = Math.max(1, Math.floor((side * STRIP) / (height * width)));
  const placeOf = (part: number) => [part * rows, Math.min(side, (part + 1) * rows)] as const;
  const work: Work = {
    parts: Math.ceil(side / rows),
    task: (part) => {
      const [from, to] = placeOf(part);
      const { start, end } = rowsBehind(seen, from, to);
      return { kind: 'thumbnail', seen, samples: rowsOf(picture, start, end), from, to };
    },
    take: (part, made) => data.set(made, placeOf(part)[0] * side * 3),
  };
  const done = await threads.perform(work, signal);
  return E.isLeft(done) ? done : E.right({ dtype: 'float32', shape: [side, side, 3], data });
};

const meanOf = (grids: readonly Float32Array[]): Float32Array => {
  const [first] = grids as readonly [Float32Array];
  return first.map((_, i) => grids.reduce((sum, grid) => sum + (grid[i] as number), 0) / grids.length);
};

/** What each channel's samples add to the guide, the mean over the members, at the knots of its curve. */
const curvesOf = ({ curve, segments }: Grid, members: readonly Weights[]): readonly Float32Array[] =>
  [0, 1, 2].map((channel) =>
    Float32Array.from({ length: segments + 1 }, (_, knot) => {
      const values = members.map((weights) => curve(weights, channel, knot / segments));
      return values.reduce((a, b) => a + b, 0) / values.length;
    }),
  );

let serial = 0;

/**
 * An ensemble of a network that slices a grid, made ready for a run: grids are predicted from a thumbnail on the engine, and
 * averaged, unless members are to be told apart; then strips of the picture are sliced on threads. Of any size and depth; the
 * result has the depth of the picture. A gate leaves a picture that needs nothing as it is, bit for bit.
 *
 * @param programs those that predict grids, which may belong to several edits of one model
 */
export const slicedOn = (
  engine: Engine,
  { network: { sliced }, members }: SlicedEnsemble,
  { strength, trust, output, grey }: Wanted,
  gate: Gate | undefined,
  threads: Threads,
  programs: KeptPrograms['grids'] = createKeptPrograms().grids,
): ((picture: Values, edges: Edges, signal: AbortSignal) => Result<Sliced>) => {
  const curves = curvesOf(sliced, members);
  const apart = members.length > 1 && (trust > 0 || output === 'trust');

  const gridsOf = (edges: Edges): Jitted<tf.Tensor3D, readonly tf.Tensor3D[]> => {
    const known =
      programs.get(edges) ??
      jit(
        (thumbnail: tf.Tensor3D) =>
          members.map((weights) => {
            const p: Parameters = parametersOf(tf, weights);
            return tf.squeeze<tf.Tensor3D>(sliced.grid(p, tf.expandDims(thumbnail, 0), edges), [0]);
          }),
        { name: 'ensemble.average', engine },
      );
    programs.set(edges, known);
    return known;
  };

  return async (picture, edges, signal) => {
    const [height = 1, width = 1, channels = 1] = picture.shape;
    const lanes = height * width < SMALL ? here : threads;
    const thumbnail = await thumbnailOf(lanes, picture, sliced.side, signal);
    if (E.isLeft(thumbnail)) return thumbnail;
    const found = await gridsOf(edges)(thumbnail.right, { signal })();
    if (E.isLeft(found)) return found;
    const grids = (found.right as HostOf<readonly tf.Tensor3D[]>).map(({ data }) => data as Float32Array);
    const job: SliceJob = {
      serial: serial++,
      width,
      height,
      channels: channels === 1 ? 1 : 3,
      depth: picture.dtype,
      edges,
      cells: sliced.cells,
      layers: sliced.depth,
      grids: apart ? grids : [meanOf(grids)],
      curves,
      strength,
      trust,
      gives: output === 'trust' ? 'trust' : channels === 1 && grey === 'keep' ? 'luma' : 'colours',
    };
    const decided = gate && output === 'picture' ? gated(job, thumbnail.right, gate) : undefined;
    if (decided?.share === 0 && (channels === 3 || grey === 'keep'))
      return E.right({ picture, gate: decided });
    const faded: SliceJob = decided === undefined ? job : { ...job, strength: strength * decided.share };
    const given = channelsOf(job);
    const Made = picture.data.constructor as new (length: number) => Data;
    const data = new Made(height * width * given);
    const places = strips(height, width);
    const work: Work = {
      parts: places.length,
      task: (part) => {
        const [from, to] = places[part]!;
        return { kind: 'slice', job: faded, samples: rowsOf(picture, from, to), from, to };
      },
      take: (part, made) => data.set(made, places[part]![0] * width * given),
    };
    const done = await lanes.perform(work, signal);
    if (E.isLeft(done)) return done;
    const made = { dtype: picture.dtype, shape: [height, width, given], data } as Values;
    return E.right({ picture: made, ...(decided && { gate: decided }) });
  };
};
