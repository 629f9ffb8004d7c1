import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, warning } from '../../diagnostics/index.js';
import { type Panorama, panoramaOf } from '../../image/metadata/panorama.js';
import { samplesOf } from '../../image/samples/samples.js';
import type { Notes, OpContext } from '../../operator/behaviour.js';
import type { Values } from '../../picture/tiling/windows.js';
import type { Frame, Item, ItemKey, Samples } from '../../ports/index.js';
import type { Engine } from '../../tensor/index.js';
import type { LoadedEnsemble } from './ensemble.js';
import { type Fit, fitOf, leftForTiles } from './fit.js';
import type { Wanted as Edit } from './inference-path.js';
import { createKeptPrograms, type KeptPrograms } from './kept-programs.js';
import { type Profile, profileOf } from './profile.js';
import { programsOn } from './programs.js';
import { checkSeams } from './seam-check.js';
import { isSliced, type Sliced, slicedOn } from './sliced/edit.js';
import { differenceAtJoin } from './sliced/seam-check.js';
import { here, type Threads } from './sliced/threads.js';
import { editedInTiles, type Programs } from './tiled.js';

/** What is asked of an ensemble. */
export interface Wanted extends Edit {
  readonly wrap: 'auto' | Panorama['edges'];
  readonly certify: boolean;
  /** Whether a photo that needs nothing is left as it is. Default: off. */
  readonly gate?: 'auto' | 'off';
}

/** What the receipt of a photo says of the model. */
const factsOf = ({ snapshots, generator }: LoadedEnsemble): Notes => ({
  generator: generator.kind,
  snapshots: snapshots.map(({ file, sha256, step }) => ({ file, sha256, step })),
});

/** The largest difference at a join that passes: one level of 8 bits, which rounding alone can make. */
const BOUND = 1 / 255 + 1e-6;

/** Times that the overlap grows before a certificate that fails is only told. */
const GROWTH = 3;

type Result<A> = Promise<E.Either<Diagnostics, A>>;

interface Edited {
  readonly picture: Values;
  readonly notes: Notes;
}

/** True for an engine that could not get the memory that it needed. */
const outOfMemory = (errors: Diagnostics): boolean =>
  errors.some(
    ({ code, message }) =>
      (code === 'tensor/run-failed' || code === 'tensor/compile-failed') &&
      /bad_alloc|alloc|out of memory|memory/i.test(message),
  );

/**
 * An ensemble made ready for a run: from a frame to a frame of the same size and depth. What fits into memory goes through
 * one compiled graph from samples to samples, made once for each size; larger pictures go in tiles, which give the same up
 * to rounding, and so do panoramas, whose tiles go round. Transparency and metadata are kept.
 */
export const ensembleOn = (
  wanted: Wanted,
  context: Pick<OpContext, 'openEngine' | 'memory' | 'note' | 'warn' | 'certify' | 'isDialled'>,
  ensemble: LoadedEnsemble,
  threads: Threads = here,
  kept: KeptPrograms = createKeptPrograms(),
): ((item: Item<Frame>, signal: AbortSignal) => TE.TaskEither<Diagnostics, Frame>) => {
  const { openEngine, note, warn } = context;
  const facts = factsOf(ensemble);
  const certify = wanted.certify || context.certify;
  const programs = new Map<string, Programs>();
  let profile: E.Either<Diagnostics, Profile> | undefined;
  let slices: ReturnType<typeof slicedOn> | undefined;
  // The most pixels at once that the engine was found to have memory for.
  let most = Number.POSITIVE_INFINITY;

  const programsFor = (engine: Engine, depth: Samples['depth'], edges: Panorama['edges']): Programs => {
    const key = `${depth} ${edges}`;
    const own = context.isDialled === true ? kept : undefined;
    const known = programs.get(key) ?? programsOn(engine, ensemble, wanted, depth, edges, own);
    programs.set(key, known);
    return known;
  };

  const warnOfJoin = (key: ItemKey, difference: number, meet = 'tiles'): void =>
    warn(
      key,
      warning(
        'tiles/certificate',
        `Where ${meet} meet, the result differs by ${(255 * difference).toFixed(1)} levels of 255 from what it is ${meet === 'tiles' ? 'inside of a tile' : 'when they are in the middle'}.`,
      ),
    )();

  const inTiles = async (
    ready: Programs,
    picture: Values,
    { grid, room, bytes }: Extract<Fit, { kind: 'tiled' }>,
    { receptiveRadius = 0, globalRadius, multiple }: Profile,
    key: ItemKey,
    more: number,
    signal: AbortSignal,
  ): Result<Edited> => {
    const made = await editedInTiles(
      ready,
      picture,
      grid,
      { globalRadius, multiple, least: ensemble.network.sides?.least ?? 1, room },
      signal,
    );
    if (E.isLeft(made)) return made;
    const { picture: result, known } = made.right;
    if (known.reduced !== undefined)
      warn(
        key,
        warning(
          'tiles/means',
          `\`${ensemble.generator.kind}\` looks at the whole picture; in tiles, what it learns of it is told from a thumbnail of 1/${known.reduced} of its size and from parts of it.`,
        ),
      )();
    const [{ core }] = grid.tiles;
    const tiles: Notes = {
      count: grid.tiles.length,
      width: core.width,
      height: core.height,
      overlap: receptiveRadius + more,
      edges: grid.edges,
      bytes: Math.round(bytes),
      ...(known.reduced !== undefined && { meansFrom: `1/${known.reduced}` }),
    };
    if (!certify) return E.right({ picture: result, notes: { tiles } });
    const halo = Math.ceil((receptiveRadius + more) / multiple) * multiple;
    const found = await checkSeams(ready, picture, grid, known, result, halo, multiple, signal);
    if (E.isLeft(found)) return found;
    const { windows, difference } = found.right;
    const seamCheck: Notes = { windows, difference, bound: BOUND, passed: difference <= BOUND };
    return E.right({ picture: result, notes: { tiles, seamCheck } });
  };

  /** One picture; of stereo, one eye's. */
  const editOne = async (
    key: ItemKey,
    engine: Engine,
    found: Profile,
    picture: Values,
    edges: Panorama['edges'],
    memory: number,
    signal: AbortSignal,
    more = 0,
    before = Number.POSITIVE_INFINITY,
  ): Result<Edited> => {
    const [height = 1, width = 1] = picture.shape;
    const fit = fitOf(ensemble.network, found, { size: { width, height }, edges, memory, most, more });
    const ready = programsFor(engine, picture.dtype, edges);
    if (fit.bytes > memory) {
      const name = `\`${ensemble.generator.kind}\``;
      const takes = `takes about ${inMegabytes(fit.bytes)} where ${inMegabytes(memory)} are allowed`;
      warn(
        key,
        warning(
          'tiles/whole-picture',
          fit.kind === 'whole'
            ? `${name} looks at the whole picture, which ${takes}.`
            : `A tile of ${name} ${takes}: it looks ${found.receptiveRadius} pixels around itself.`,
        ),
      )();
    }
    const result: E.Either<Diagnostics, Edited> =
      fit.kind === 'tiled'
        ? await inTiles(ready, picture, fit, found, key, more, signal)
        : E.map((whole): Edited => ({ picture: whole as Values, notes: {} }))(
            await ready.edit({ samples: picture }, { signal })(),
          );
    if (E.isLeft(result)) {
      const { width: w, height: h } = fit.kind === 'tiled' ? fit.grid.tiles[0].window : { width, height };
      const smaller = (w * h) / 2;
      if (!outOfMemory(result.left) || found.receptiveRadius === undefined || smaller < LEAST_PIXELS)
        return result;
      most = Math.min(most, smaller);
      warn(
        key,
        warning(
          'tiles/out-of-memory',
          `The engine had no memory for ${w}x${h} pixels at once; tiles of half as many are tried.`,
        ),
      )();
      return editOne(key, engine, found, picture, edges, memory, signal, more, before);
    }
    const { seamCheck } = result.right.notes as {
      readonly seamCheck?: { readonly passed: boolean; readonly difference: number };
    };
    if (seamCheck === undefined || seamCheck.passed) return result;
    // What a larger overlap does not mend is no matter of overlap.
    const mends = seamCheck.difference < before / 2;
    if (mends && more / found.multiple < GROWTH * 8 && found.receptiveRadius !== undefined)
      return editOne(
        key,
        engine,
        found,
        picture,
        edges,
        memory,
        signal,
        more + 8 * found.multiple,
        seamCheck.difference,
      );
    warnOfJoin(key, seamCheck.difference);
    return result;
  };

  /** By slicing a grid; of a panorama it can be told whether its sides meet. */
  const editSliced = async (
    slice: ReturnType<typeof slicedOn>,
    key: ItemKey,
    picture: Values,
    edges: Panorama['edges'],
    signal: AbortSignal,
  ): Result<Edited> => {
    const made = await slice(picture, edges, signal);
    if (E.isLeft(made)) return made;
    const { picture: result, gate } = made.right;
    const gated: Notes = gate === undefined ? {} : { gate: { ...gate } };
    if (!certify || edges === 'none') return E.right({ picture: result, notes: gated });
    const again = async (turned: Values): Result<Values> =>
      E.map(({ picture: other }: Sliced) => other)(await slice(turned, edges, signal));
    const found = await differenceAtJoin(again, picture, result);
    if (E.isLeft(found)) return found;
    const seamCheck = { windows: 1, difference: found.right, bound: BOUND, passed: found.right <= BOUND };
    if (!seamCheck.passed) warnOfJoin(key, found.right, 'sides');
    return E.right({ picture: result, notes: { ...gated, seamCheck } });
  };

  /** One picture, or one eye's, by whichever way the network allows. */
  const editAnyhow = async (
    key: ItemKey,
    engine: Engine,
    picture: Values,
    edges: Panorama['edges'],
    memory: number,
    signal: AbortSignal,
  ): Result<Edited> => {
    if (isSliced(ensemble)) {
      const gate = wanted.gate === 'auto' ? ensemble.gate : undefined;
      slices ??= slicedOn(engine, ensemble, wanted, gate, threads, kept.grids);
      return editSliced(slices, key, picture, edges, signal);
    }
    profile ??= profileOf(ensemble, wanted);
    return E.isLeft(profile) ? profile : editOne(key, engine, profile.right, picture, edges, memory, signal);
  };

  const editAll = async (key: ItemKey, photo: Frame, signal: AbortSignal): Result<Frame> => {
    const engine = await openEngine();
    if (E.isLeft(engine)) return engine;
    const { width, height, channels, samples } = photo;
    const { edges, eyes } = wanted.wrap === 'auto' ? panoramaOf(photo) : { edges: wanted.wrap, eyes: 1 };
    const rows = height / eyes;
    const memory = leftForTiles(context.memory, samples.data.byteLength);
    const made: Edited[] = [];
    for (let eye = 0; eye < eyes; eye++) {
      const size = rows * width * channels;
      const data = samples.data.subarray(eye * size, (eye + 1) * size);
      const picture = { dtype: samples.depth, shape: [rows, width, channels], data } as Values;
      const edited = await editAnyhow(key, engine.right, picture, edges, memory, signal);
      if (E.isLeft(edited)) return edited;
      made.push(edited.right);
    }
    note(key, { ...facts, ...made[0]?.notes })();
    const joined = joinedRows(made.map(({ picture }) => picture));
    return E.right({
      ...photo,
      channels: joined.shape[2] === 1 ? 1 : 3,
      samples: samplesOf(joined.data),
    });
  };

  return ({ key, value: photo }, signal) => {
    // Nothing to do, and rounding would change what a float holds.
    if (wanted.strength === 0 && wanted.output === 'picture')
      return TE.fromIO(() => {
        note(key, facts)();
        return photo;
      });
    return () => editAll(key, photo, signal);
  };
};

/** Below this many pixels tiles are not made smaller: something else takes the memory. */
const LEAST_PIXELS = 128 * 128;

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

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
