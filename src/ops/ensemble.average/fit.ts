import { sideFor } from '../../nn/any-size.js';
import type { Edges } from '../../nn/edges.js';
import type { Network } from '../../nn/network.js';
import type { Size } from '../params/index.js';
import { type Grid, gridOf } from '../tiling/grid.js';
import type { Profile } from './profile.js';

/** What a picture is worked on in: at once, or in tiles. */
export type Fit =
  | { readonly kind: 'whole'; readonly bytes: number }
  | { readonly kind: 'tiled'; readonly grid: Grid; readonly bytes: number };

const ANY = { multiple: 1, least: 1 };

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
  { reach, bytesPerPixel, multiple }: Profile,
  { size, edges, memory, most, more }: FitNeeds,
): Fit => {
  const sides = network.sides ?? ANY;
  const full = { width: sideFor(sides, size.width), height: sideFor(sides, size.height) };
  const pixels = full.width * full.height;
  const whole = bytesPerPixel * pixels;
  const room = Math.min(memory / bytesPerPixel, most);
  if (edges === 'none' && (reach === undefined || pixels <= room)) return { kind: 'whole', bytes: whole };
  const around = (reach ?? BEYOND) + more;
  const halo = Math.ceil(around / multiple) * multiple;
  const beyond = { width: edges === 'none' ? 0 : 2 * halo, height: edges === 'sphere' ? 2 * halo : 0 };
  const fits = reach === undefined || (full.width + beyond.width) * (full.height + beyond.height) <= room;
  // Square tiles: they look at the least beside what they are for.
  const side = Math.max(sides.least, 2 * multiple, Math.floor(Math.sqrt(room)) - 2 * halo);
  const core = fits ? full : { width: Math.min(full.width, side), height: Math.min(full.height, side) };
  const grid = gridOf({ full, core, reach: around, multiple, edges });
  const { width, height } = grid.tiles[0].window;
  return { kind: 'tiled', grid, bytes: bytesPerPixel * width * height };
};
