import type { Edges } from '../../picture/edges.js';
import { type Grid, gridWithin } from '../../picture/tiling/grid.js';
import type { Size } from '../../ports/index.js';
import { sideFor } from '../any-size.js';
import type { Network } from '../network.js';
import type { Profile } from './profile.js';

/** What a picture is worked on in: at once, or in tiles. */
export type Fit =
  | { readonly kind: 'whole'; readonly bytes: number }
  | {
      readonly kind: 'tiled';
      readonly grid: Grid;
      /** Pixels that a window may have. */
      readonly room: number;
      readonly bytes: number;
    };

const ANY = { multiple: 1, least: 1 };

/** The most pixels worked on at once, whatever memory there is: more were not measured. */
const ROOMIEST = 25e6;

/**
 * The same for a tile of a network by means, whose values have many channels: ResNet-9 takes 36 s for 2400x2400 in tiles of
 * 0.7 megapixels, and 73 s in such of 2.9.
 */
const ROOMIEST_BY_MEANS = 1.05e6;

/** How far a network that looks at the whole picture is shown the other side of a panorama. */
const BEYOND = 64;

/** What is to be fitted. */
export interface FitNeeds {
  readonly size: Size;
  readonly edges: Edges;
  /** Bytes that may be taken. */
  readonly memory: number;
  /** The most pixels of a tile with what it looks at, where more were too many for the engine. */
  readonly most: number;
  /** Pixels of overlap beyond what the graph looks at. */
  readonly more: number;
}

/**
 * Decides how a picture is worked on: whole where that fits into memory and it has no beyond; else in tiles that do. A
 * network that looks at everything is never cut.
 */
export const fitOf = (
  network: Network,
  { receptiveRadius, bytesPerPixel, bytes, multiple }: Profile,
  { size, edges, memory, most, more }: FitNeeds,
): Fit => {
  const sides = network.sides ?? ANY;
  const full = { width: sideFor(sides, size.width), height: sideFor(sides, size.height) };
  const pixels = full.width * full.height;
  const taken = (count: number): number => bytes + bytesPerPixel * count;
  const allowed =
    receptiveRadius === undefined
      ? Number.POSITIVE_INFINITY
      : Math.min((memory - bytes) / bytesPerPixel, most);
  // What learns means of the whole picture gives another result in tiles, so it is not cut before it must be.
  const byGlobalStatistics = network.byGlobalStatistics !== undefined;
  const once = byGlobalStatistics ? allowed : Math.min(allowed, ROOMIEST);
  if (edges === 'none' && pixels <= once) return { kind: 'whole', bytes: taken(pixels) };
  const needs = { full, receptiveRadius: (receptiveRadius ?? BEYOND) + more, multiple, edges };
  const uncut = gridWithin(needs, once);
  const room = byGlobalStatistics && uncut.tiles.length > 1 ? Math.min(once, ROOMIEST_BY_MEANS) : once;
  const grid = room === once ? uncut : gridWithin(needs, room);
  const { width, height } = grid.tiles[0].window;
  return { kind: 'tiled', grid, room, bytes: taken(width * height) };
};
