import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { constantBytes, liveBytes } from '../../tensor/graph/live-bytes.js';
import { receptiveField } from '../../tensor/graph/receptive-field.js';
import { optimise } from '../../tensor/passes/index.js';
import * as tf from '../../tensor/tfjs.js';
import { record } from '../../tensor/trace/record.js';
import type { WholeMean } from '../network.js';
import type { Ensemble } from './ensemble.js';
import { editOf, globalInputOf, type Wanted } from './inference-path.js';

/** What is known of an ensemble before it runs: found in its graph, not given. */
export interface Profile {
  /** How far a result looks around its pixels, where it does not look at the whole picture. */
  readonly receptiveRadius: number | undefined;
  /** How far what is seen of the whole picture looks around, in pixels of the picture. */
  readonly globalRadius: number;
  /** What a pixel takes while the ensemble runs, with what the engine lays out for itself. */
  readonly bytesPerPixel: number;
  /** What weights take, whatever the size of the picture. */
  readonly bytes: number;
  /** What sides of pictures, and places of tiles, are multiples of. */
  readonly multiple: number;
}

/** How many times the values of a compiled graph an engine takes; measured (bench/notes/large-pictures.md). */
const BESIDE = 2.1;

/** The side of the picture that memory is told by: large enough for what is done to large pictures only. */
const SIDE = 512;

/** Where a mean is taken changes nothing about how far the rest looks. */
const meanless: WholeMean = ({ shape }) => tf.zeros([1, 1, 1, shape[3]]);

const largest = (receptiveRadius: { readonly [side: string]: number }): number =>
  Math.max(...Object.values(receptiveRadius));

/** Profiles that were found, as long as their ensembles are there. */
const known = new WeakMap<Ensemble, Map<string, E.Either<Diagnostics, Profile>>>();

/** What a graph's form depends on: of numbers, only those that leave steps out. */
const formOf = ({ strength, trust, output, grey }: Wanted): string => {
  const kind = (value: number): string => (value === 0 || value === 1 ? String(value) : 'between');
  return `${kind(strength)} ${kind(trust)} ${output} ${grey}`;
};

/** What is known of an ensemble, found once for each form that its graph can have. */
export const profileOf = (ensemble: Ensemble, wanted: Wanted): E.Either<Diagnostics, Profile> => {
  const profiles = known.get(ensemble) ?? new Map<string, E.Either<Diagnostics, Profile>>();
  known.set(ensemble, profiles);
  const form = formOf(wanted);
  const profile = profiles.get(form) ?? foundProfile(ensemble, wanted);
  profiles.set(form, profile);
  return profile;
};

/** Records an ensemble's graph for a small picture, and looks at it. */
const foundProfile = (ensemble: Ensemble, wanted: Wanted): E.Either<Diagnostics, Profile> => {
  const { network, members } = ensemble;
  const { multiple, least } = network.sides ?? { multiple: 1, least: 1 };
  const side = Math.ceil(Math.max(SIDE, least) / multiple) * multiple;
  const input = { name: 'input', axes: [0, 1] } as const;
  const specs = { shape: [side, side, 3], dtype: 'float32' } as const;
  // A part given with its whole, which here is taken for what is seen of it: as far, or farther.
  const local = (samples: tf.Tensor3D): tf.Tensor3D => {
    const { branches } = network;
    const seen = tf.slice(globalInputOf(ensemble, 'float32')(samples), 0, [-1, -1, 1]);
    const part = {
      samples,
      ...(branches && { globalFeatures: members.map(() => tf.tile(seen, [1, 1, branches.channels])) }),
    };
    return editOf(
      ensemble,
      wanted,
      'float32',
    )(part, network.byGlobalStatistics && members.map(() => meanless));
  };
  return pipe(
    E.Do,
    E.bind('local', () => record('ensemble.average', local, specs)),
    E.bind('globalInput', () => record('ensemble.average', globalInputOf(ensemble, 'float32'), specs)),
    E.bind('compiled', ({ local: { graph } }) => optimise(graph, 'cpu')),
    E.map(({ local: { graph }, globalInput, compiled }) => {
      const field = receptiveField(graph, input);
      const seen = receptiveField(globalInput.graph, input);
      return {
        receptiveRadius: field.kind === 'local' ? largest({ ...field.reach }) : undefined,
        globalRadius: seen.kind === 'local' ? largest({ ...seen.reach }) : 0,
        bytesPerPixel: (BESIDE * liveBytes(compiled)) / (side * side),
        bytes: constantBytes(compiled),
        multiple,
      };
    }),
  );
};
