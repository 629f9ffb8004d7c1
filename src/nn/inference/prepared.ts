import type * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Panorama } from '../../image/metadata/panorama.js';
import type { Notes, OpContext } from '../../operator/behaviour.js';
import type { Values } from '../../picture/tiling/windows.js';
import type { HostTensor, ItemKey, Samples } from '../../ports/index.js';
import type { Engine } from '../../tensor/index.js';
import type { LoadedEnsemble } from './ensemble.js';
import type { Wanted as Edit } from './inference-path.js';
import type { KeptPrograms } from './kept-programs.js';
import { type Profile, profileOf } from './profile.js';
import { programsOn } from './programs.js';
import { type SlicedEnsemble, slicedOn } from './sliced/edit.js';
import type { Threads } from './sliced/threads.js';
import type { Programs } from './tiled.js';

/** What is asked of an ensemble. */
export interface Wanted extends Edit {
  readonly wrap: 'auto' | Panorama['edges'];
  readonly certify: boolean;
  /** Whether a photo that needs nothing is left as it is. Default: off. */
  readonly gate?: 'auto' | 'off';
}

/** What an ensemble needs of the run that it is part of. */
export type InferenceContext = Pick<
  OpContext,
  'openEngine' | 'memory' | 'note' | 'warn' | 'certify' | 'isDialled'
>;

/** An ensemble made ready for a run, with what is compiled and measured once for all photos. */
export interface Prepared {
  readonly ensemble: LoadedEnsemble;
  readonly wanted: Wanted;
  readonly context: InferenceContext;
  /** Programs for samples of a depth and pictures with such edges. */
  readonly programsFor: (engine: Engine, depth: Samples['depth'], edges: Panorama['edges']) => Programs;
  readonly profile: () => E.Either<Diagnostics, Profile>;
  /** The edit by slicing grids. */
  readonly slicesFor: (engine: Engine, ensemble: SlicedEnsemble) => ReturnType<typeof slicedOn>;
  /** The most pixels at once that the engine was found to have memory for. */
  readonly mostPixels: () => number;
  readonly limitPixels: (most: number) => void;
}

/** One picture to edit; of stereo, one eye's. */
export interface PictureJob {
  readonly key: ItemKey;
  readonly engine: Engine;
  readonly picture: Values;
  /** What a network that reads quantisation tables is told of them, `[1, features]`. */
  readonly quantisation?: HostTensor;
  readonly edges: Panorama['edges'];
  /** Bytes that may be taken. */
  readonly memory: number;
  readonly signal: AbortSignal;
}

/** An edited picture. */
export interface EditedPicture {
  readonly picture: Values;
  readonly notes: Notes;
}

export type Result<A> = Promise<E.Either<Diagnostics, A>>;

/** What an edit is prepared of. */
interface Parts {
  readonly wanted: Wanted;
  readonly context: InferenceContext;
  readonly ensemble: LoadedEnsemble;
  readonly threads: Threads;
  /** Programs of the model, which other edits with it use as well. */
  readonly kept: KeptPrograms;
}

/** Prepares an ensemble for a run. Nothing is compiled before the first picture. */
export const prepare = ({ wanted, context, ensemble, threads, kept }: Parts): Prepared => {
  const programs = new Map<string, Programs>();
  let profile: E.Either<Diagnostics, Profile> | undefined;
  let slices: ReturnType<typeof slicedOn> | undefined;
  let mostPixels = Number.POSITIVE_INFINITY;
  return {
    ensemble,
    wanted: { ...wanted, certify: wanted.certify || context.certify },
    context,
    programsFor: (engine, depth, edges) => {
      const key = `${depth} ${edges}`;
      const own = context.isDialled === true ? kept : undefined;
      const known = programs.get(key) ?? programsOn(engine, ensemble, wanted, depth, edges, own);
      programs.set(key, known);
      return known;
    },
    profile: () => {
      profile ??= profileOf(ensemble, wanted);
      return profile;
    },
    slicesFor: (engine, sliced) => {
      const gate = wanted.gate === 'auto' ? ensemble.gate : undefined;
      slices ??= slicedOn(engine, sliced, wanted, gate, threads, kept.grids);
      return slices;
    },
    mostPixels: () => mostPixels,
    limitPixels: (most) => {
      mostPixels = Math.min(mostPixels, most);
    },
  };
};
