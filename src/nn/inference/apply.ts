import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { panoramaOf } from '../../image/metadata/panorama.js';
import { samplesOf } from '../../image/samples/samples.js';
import type { Notes } from '../../operator/behaviour.js';
import type { Values } from '../../picture/tiling/windows.js';
import type { Frame, HostTensor, Item } from '../../ports/index.js';
import { QUANTISATION_FEATURES, quantisationFeatures } from '../quantisation.js';
import { editSliced } from './edit-sliced.js';
import { editWholeOrTiled } from './edit-tiled.js';
import type { LoadedEnsemble } from './ensemble.js';
import { leftForTiles } from './fit.js';
import { asNeeded, leftAsItIs, seenBy } from './gating/change-gate.js';
import { keepLight } from './gating/keep-light.js';
import { createKeptPrograms, type KeptPrograms } from './kept-programs.js';
import {
  type EditedPicture,
  type InferenceContext,
  type PictureJob,
  type Prepared,
  prepare,
  type Result,
  type Wanted,
} from './prepared.js';
import { isSliced } from './sliced/edit.js';
import { here, type Threads } from './sliced/threads.js';

export type { Wanted } from './prepared.js';

/** What the receipt of a photo says of the model. */
const factsOf = ({ snapshots, generator }: LoadedEnsemble): Notes => ({
  generator: generator.kind,
  snapshots: snapshots.map(({ file, sha256, step }) => ({ file, sha256, step })),
});

const quantisationOf = ({ metadata: { quantisation } }: Frame): HostTensor => ({
  dtype: 'float32',
  shape: [1, QUANTISATION_FEATURES],
  data: quantisationFeatures(quantisation),
});

/**
 * An ensemble made ready for a run: from a frame to a frame of the same size and depth. What fits into memory goes through
 * one compiled graph from samples to samples, made once for each size; larger pictures go in tiles, which give the same up
 * to rounding, and so do panoramas, whose tiles go round. Transparency and metadata are kept.
 */
export const ensembleOn = (
  wanted: Wanted,
  context: InferenceContext,
  ensemble: LoadedEnsemble,
  threads: Threads = here,
  kept: KeptPrograms = createKeptPrograms(),
): ((item: Item<Frame>, signal: AbortSignal) => TE.TaskEither<Diagnostics, Frame>) => {
  const prepared = prepare({ wanted, context, ensemble, threads, kept });
  // Nothing to do, and rounding would change what a float holds.
  const isIdentity = wanted.strength === 0 && wanted.output === 'picture';
  return (item, signal) =>
    isIdentity
      ? TE.fromIO(() => {
          context.note(item.key, factsOf(ensemble))();
          return item.value;
        })
      : () => editPhoto(prepared, item, signal);
};

/** A photo, eye by eye where it is stereo. */
const editPhoto = async (
  prepared: Prepared,
  { key, value: photo }: Item<Frame>,
  signal: AbortSignal,
): Result<Frame> => {
  const { wanted, context, ensemble } = prepared;
  const engine = await context.openEngine();
  if (E.isLeft(engine)) return engine;
  const { width, height, channels, samples } = photo;
  const { edges, eyes } = wanted.wrap === 'auto' ? panoramaOf(photo) : { edges: wanted.wrap, eyes: 1 };
  const rows = height / eyes;
  const memory = leftForTiles(context.memory, samples.data.byteLength);
  const tables = ensemble.network.readsTables && { quantisation: quantisationOf(photo) };
  const made: EditedPicture[] = [];
  for (let eye = 0; eye < eyes; eye++) {
    const size = rows * width * channels;
    const data = samples.data.subarray(eye * size, (eye + 1) * size);
    const picture = { dtype: samples.depth, shape: [rows, width, channels], data } as Values;
    const job: PictureJob = { key, engine: engine.right, picture, edges, memory, signal, ...tables };
    const edited = await editPicture(prepared, job);
    if (E.isLeft(edited)) return edited;
    made.push(edited.right);
  }
  context.note(key, { ...factsOf(ensemble), ...made[0]?.notes })();
  const joined = joinedRows(made.map(({ picture }) => picture));
  return E.right({ ...photo, channels: joined.shape[2] === 1 ? 1 : 3, samples: samplesOf(joined.data) });
};

/** One picture, or one eye's, by the inference path that the network allows. */
const editPicture = async (prepared: Prepared, job: PictureJob): Result<EditedPicture> => {
  const { ensemble, wanted } = prepared;
  if (isSliced(ensemble)) return editSliced(prepared, ensemble, job);
  const gate = wanted.gate === 'auto' ? ensemble.gate : undefined;
  const seen = gate && seenBy(gate, job.picture, job.quantisation?.data[0] === 1);
  const asItIs = seen && leftAsItIs(seen, wanted, job.picture);
  if (asItIs !== undefined) return E.right(asItIs);
  const profile = prepared.profile();
  if (E.isLeft(profile)) return profile;
  const made = await editWholeOrTiled({ prepared, profile: profile.right, job });
  if (wanted.output === 'trust' || E.isLeft(made)) return made;
  const { keeps } = ensemble;
  const picture = keeps ? keepLight(keeps, job.picture, made.right.picture) : made.right.picture;
  const edited: EditedPicture = { ...made.right, picture };
  return E.right(gate && seen ? asNeeded(gate, wanted, job.picture, seen)(edited) : edited);
};

/** Pictures of one width, one above the other. */
const joinedRows = (pictures: readonly Values[]): Values => {
  const [first, ...others] = pictures as readonly [Values, ...Values[]];
  if (others.length === 0) return first;
  const [height = 1, width = 1, channels = 1] = first.shape;
  const Data = first.data.constructor as new (length: number) => Values['data'];
  const data = new Data(pictures.length * first.data.length);
  for (const [i, { data: part }] of pictures.entries()) data.set(part, i * first.data.length);
  return { ...first, shape: [pictures.length * height, width, channels], data } as Values;
};
