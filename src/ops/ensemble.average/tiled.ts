import type * as tf from '@tensorflow/tfjs';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';
import type { CallOptions, HostOf, Jitted } from '../../tensor/index.js';
import { type Grid, gridWithin, type Place, reducedPlace, type Tile } from '../tiling/grid.js';
import { emptyPicture, pasteCore, type Room, type Values, windowOf } from '../tiling/windows.js';
import type { Part } from './way.js';

/** The compiled programs of an ensemble for one depth of samples. */
export interface Programs {
  /** Where windows are cut into: the engine's spare buffers. */
  readonly room: Room;
  readonly edit: Jitted<Part, tf.Tensor3D>;
  readonly look: Jitted<tf.Tensor3D, tf.Tensor3D>;
  /** What each member makes of the whole picture; absent for a network that does not look at it. */
  readonly whole?: {
    readonly factor: number;
    readonly run: (
      seen: HostTensor,
      options: CallOptions,
    ) => TaskEither<Diagnostics, HostOf<readonly tf.Tensor3D[]>>;
  };
}

/** The whole of a picture as each member sees it; empty where nobody does. */
export type Known = readonly Values[];

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

/** What an ensemble sees of the whole picture, put together from tiles, and what its members make of it. */
export const knownOf = async (
  { look, whole, room: spare }: Programs,
  picture: Values,
  { full, edges }: Grid,
  lookReach: number,
  multiple: number,
  room: number,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, Known>> => {
  if (whole === undefined) return E.right([]);
  const { factor, run } = whole;
  const looks = gridWithin({ full, reach: lookReach, multiple, edges }, room);
  const seen = await assembled(
    looks.tiles,
    ({ window }) => look(windowOf(picture, full, window, edges, spare), { signal, donate: 'recycle' })(),
    (like) => emptyPicture(like, { width: full.width / factor, height: full.height / factor }),
    (place) => reducedPlace(place, factor),
  );
  if (E.isLeft(seen)) return seen;
  const made = await run(seen.right, { signal })();
  return E.isLeft(made) ? made : E.right(made.right.map(own));
};

/** One tile's window, edited. */
export const editedWindow = (
  { edit, whole, room }: Programs,
  picture: Values,
  { full, edges }: Pick<Grid, 'full' | 'edges'>,
  known: Known,
  window: Place,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, HostTensor>> => {
  const samples = windowOf(picture, full, window, edges, room);
  const options = { signal, donate: 'recycle' } as const;
  if (whole === undefined) return edit({ samples }, options)();
  const { factor } = whole;
  const small = { width: full.width / factor, height: full.height / factor };
  const wholes = known.map((each) => windowOf(each, small, reducedPlace(window, factor), edges));
  return edit({ samples, wholes }, options)();
};

/** A picture edited tile by tile. */
export const editedInTiles = (
  programs: Programs,
  picture: Values,
  grid: Grid,
  known: Known,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, Values>> => {
  const [height = 1, width = 1] = picture.shape;
  return assembled(
    grid.tiles,
    ({ window }) => editedWindow(programs, picture, grid, known, window, signal),
    (like) => emptyPicture(like, { width, height }),
    (place) => place,
  );
};
