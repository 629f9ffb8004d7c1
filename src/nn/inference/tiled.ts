import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { type Grid, gridWithin, type Place, reducedPlace, type Tile } from '../../picture/tiling/grid.js';
import { emptyPicture, pasteCore, type Room, type Values, windowOf } from '../../picture/tiling/windows.js';
import type { HostTensor } from '../../ports/index.js';
import type { CallOptions, HostOf, Jitted } from '../../tensor/index.js';
import type * as tf from '../../tensor/tfjs.js';
import type { Part, Round } from './inference-path.js';
import { corrected, sampleOf } from './sample.js';
import { thumbnailOf } from './thumbnail.js';

/** The compiled programs of an ensemble for one depth of samples. */
export interface Programs {
  /** Where windows are cut into: the engine's spare buffers. */
  readonly room: Room;
  readonly edit: Jitted<Part, tf.Tensor3D>;
  readonly globalInput: Jitted<tf.Tensor3D, tf.Tensor3D>;
  /** What each member makes of the whole picture; absent for a network that does not look at it. */
  readonly whole?: {
    readonly factor: number;
    readonly run: (
      seen: HostTensor,
      options: CallOptions,
    ) => TaskEither<Diagnostics, HostOf<readonly tf.Tensor3D[]>>;
  };
  /** The means that members ask for, of pictures; for a network that learns these of the whole one. */
  readonly means?: Jitted<tf.Tensor4D, Means>;
  /** For such a network: a tile that is the whole picture, seen with what lies beyond its edges. */
  readonly round?: (tile: Tile) => Jitted<tf.Tensor3D, Round>;
}

type Means = Round['means'];

/** What each member knows of a whole picture; empty where nobody does. */
export interface Known {
  readonly globalFeatures: readonly Values[];
  readonly means?: HostOf<Means>;
  /** What the network is told of the tables that it was compressed by, `[1, features]`. */
  readonly quantisation?: HostTensor;
  /** How many times smaller the thumbnail was that means were told from. */
  readonly reduced?: number;
}

const own = (tensor: HostTensor): Values => tensor as Values;

/** Runs a tile after a tile, and puts what they make together. While one runs, the window of the next is cut. */
const assembled = async (
  tiles: readonly Tile[],
  run: (tile: Tile) => Promise<E.Either<Diagnostics, HostTensor>>,
  room: (like: Values) => Values,
  placed: (place: Place) => Place,
): Promise<E.Either<Diagnostics, Values>> => {
  let result: Values | undefined;
  let running: ReturnType<typeof run> | undefined;
  for (const [i, tile] of tiles.entries()) {
    const current: ReturnType<typeof run> = running ?? run(tile);
    const next = tiles[i + 1];
    running = next && run(next);
    const made = await current;
    if (E.isLeft(made)) {
      await running;
      return made;
    }
    const part = own(made.right);
    result ??= room(part);
    pasteCore(result, part, placed(tile.core), placed(tile.window));
  }
  // A grid has a tile at least.
  return E.right(result as Values);
};

/** How a picture is looked at as a whole. */
export interface Looking {
  /** How far what is seen of the whole picture looks around. */
  readonly globalRadius: number;
  readonly multiple: number;
  /** The least side of a picture. */
  readonly least: number;
  /** Pixels that may be worked on at once. */
  readonly room: number;
  /** What the network is told of the tables that the picture was compressed by, `[1, features]`. */
  readonly quantisation?: HostTensor | undefined;
}

/** Pixels looked at at once: what the engine takes for that is kept while the rest goes on, and more are not looked at faster. */
const LOOKED = 2.5e6;

/** What the members make of what is seen of the whole picture, put together from tiles. */
const globalFeaturesOf = async (
  { globalInput, room: spare }: Programs,
  { factor, run }: NonNullable<Programs['whole']>,
  picture: Values,
  { full, edges }: Grid,
  { globalRadius, multiple, room }: Looking,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, Known>> => {
  const looks = gridWithin({ full, receptiveRadius: globalRadius, multiple, edges }, Math.min(room, LOOKED));
  const seen = await assembled(
    looks.tiles,
    ({ window }) =>
      globalInput(windowOf(picture, full, window, edges, spare), { signal, donate: 'recycle' })(),
    (like) => emptyPicture(like, { width: full.width / factor, height: full.height / factor }),
    (place) => reducedPlace(place, factor),
  );
  if (E.isLeft(seen)) return seen;
  const made = await run(seen.right, { signal })();
  return E.map(
    (globalFeatures: HostOf<readonly tf.Tensor3D[]>): Known => ({ globalFeatures: globalFeatures.map(own) }),
  )(made);
};

/** The means of a picture that is too large to be taken at once: those of its thumbnail, corrected by parts of it. */
const meansOfWhole = async (
  means: NonNullable<Programs['means']>,
  picture: Values,
  looking: Looking,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, Known>> => {
  const thumbnail = thumbnailOf(picture, looking);
  const { fine, coarse } = sampleOf(picture, thumbnail, looking.multiple);
  const found: HostOf<Means>[] = [];
  for (const pictures of [fine, coarse, thumbnail.picture]) {
    const made = await means(pictures, { signal, donate: true })();
    if (E.isLeft(made)) return made;
    found.push(made.right);
  }
  const [ofFine, ofCoarse, ofThumbnail] = found as [HostOf<Means>, HostOf<Means>, HostOf<Means>];
  return E.right({
    globalFeatures: [],
    means: ofThumbnail.map((each, member) =>
      each.map((mean, i) => corrected(mean, ofFine[member]![i]!, ofCoarse[member]![i]!)),
    ),
    reduced: thumbnail.factor,
  });
};

/** What an ensemble knows of a whole picture before it works on tiles. */
const knownOf = async (
  programs: Programs,
  picture: Values,
  grid: Grid,
  looking: Looking,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, Known>> => {
  const { whole, means } = programs;
  if (whole !== undefined) return globalFeaturesOf(programs, whole, picture, grid, looking, signal);
  const { quantisation } = looking;
  if (means === undefined) return E.right({ globalFeatures: [], ...(quantisation && { quantisation }) });
  return meansOfWhole(means, picture, looking, signal);
};

/** One tile's window, edited. */
export const editedWindow = (
  { edit, whole, room }: Programs,
  picture: Values,
  { full, edges }: Pick<Grid, 'full' | 'edges'>,
  { globalFeatures, means, quantisation }: Known,
  window: Place,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, HostTensor>> => {
  const samples = windowOf(picture, full, window, edges, room);
  const options = { signal, donate: 'recycle' } as const;
  if (whole === undefined) {
    // Means and tables are for all tiles, so each gets a copy.
    const copied = (tensor: HostTensor): HostTensor =>
      ({ ...tensor, data: tensor.data.slice() }) as HostTensor;
    const given = means?.map((each) => each.map(copied));
    return edit(
      {
        samples,
        ...(given && { means: given }),
        ...(quantisation && { quantisation: copied(quantisation) }),
      },
      { signal, donate: true },
    )();
  }
  const { factor } = whole;
  const small = { width: full.width / factor, height: full.height / factor };
  const parts = globalFeatures.map((each) => windowOf(each, small, reducedPlace(window, factor), edges));
  return edit({ samples, globalFeatures: parts }, options)();
};

/** A picture edited, and what is known of it as a whole. */
export interface EditedWhole {
  readonly picture: Values;
  readonly known: Known;
}

/** A picture that is one tile of a network by means, which are found on the way. */
const editedRound = async (
  round: NonNullable<Programs['round']>,
  room: Room,
  picture: Values,
  { full, edges, tiles: [tile] }: Grid,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, EditedWhole>> => {
  const samples = windowOf(picture, full, tile.window, edges, room);
  const made = await round(tile)(samples, { signal, donate: 'recycle' })();
  if (E.isLeft(made)) return made;
  const [height = 1, width = 1] = picture.shape;
  const part = own(made.right.picture);
  const result = emptyPicture(part, { width, height });
  pasteCore(result, part, tile.core, tile.window);
  return E.right({ picture: result, known: { globalFeatures: [], means: made.right.means } });
};

/** A picture edited tile by tile. */
export const editedInTiles = async (
  programs: Programs,
  picture: Values,
  grid: Grid,
  looking: Looking,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, EditedWhole>> => {
  const { round, room } = programs;
  if (round !== undefined && grid.tiles.length === 1) return editedRound(round, room, picture, grid, signal);
  const known = await knownOf(programs, picture, grid, looking, signal);
  if (E.isLeft(known)) return known;
  const [height = 1, width = 1] = picture.shape;
  const made = await assembled(
    grid.tiles,
    ({ window }) => editedWindow(programs, picture, grid, known.right, window, signal),
    (like) => emptyPicture(like, { width, height }),
    (place) => place,
  );
  return E.map((result: Values): EditedWhole => ({ picture: result, known: known.right }))(made);
};
