import type { Either } from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../diagnostics/index.js';

/** What names an item and places it in its stream; kept while operators change the value. */
export interface ItemKey {
  /** Path relative to the source's folder, with forward slashes; unique within a run. */
  readonly path: string;
  /** Position in the source, from 0. */
  readonly index: number;
  /** Passes through the data so far: 0 for the first, counted by sources that repeat. */
  readonly epoch: number;
  /** Keys of the items that were collected into this one, so that a failure of a batch names them all. */
  readonly members?: readonly ItemKey[];
  /** Of a tile: what it is cut out of, and where it belongs. */
  readonly tile?: TileKey;
}

/** The place of a tile in its picture, in pixels of the picture. */
export interface TileKey {
  /** The picture's own key. */
  readonly of: ItemKey;
  /** Position among the tiles of the picture, from 0, and how many there are. */
  readonly index: number;
  readonly count: number;
  /** Size of the picture. */
  readonly width: number;
  readonly height: number;
  /** Where the tile stands, and its size. */
  readonly window: readonly [left: number, top: number, width: number, height: number];
  /** Where it meets its neighbours; the picture's edge where it has none. */
  readonly joins: readonly [left: number, top: number, right: number, bottom: number];
  /** Width of the band around a join in which neighbours are blended. */
  readonly feather: number;
}

/** One thing on its way through a pipeline. */
export interface Item<A> {
  readonly key: ItemKey;
  readonly value: A;
}

/** An item that an operator could not handle: it is set aside, and the others go on. */
export interface ItemFailure {
  readonly key: ItemKey;
  /** Path of the operator in the pipeline, as in `steps[2]/decode`. */
  readonly operator: string;
  readonly diagnostics: Diagnostics;
}

/** What travels on every wire: an item, or the record of its failure. */
export type Outcome<A> = Either<ItemFailure, Item<A>>;
