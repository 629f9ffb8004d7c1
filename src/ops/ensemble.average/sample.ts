import type { Size } from '../params/index.js';
import type { Place } from '../tiling/grid.js';
import { stacked, type Values, windowOf } from '../tiling/windows.js';
import type { Looking } from './tiled.js';

/** Sides of the parts that means are taken over: the larger, the less their own borders count. */
const SIDE = 256;

/** The most of a picture's pixels that are looked at for means: what a first look may cost beside the work itself. */
const SHARE = 0.25;

/** Parts of a picture for its means to be taken over. */
export interface Sample {
  /** [N, height, width, channels]. */
  readonly parts: Values;
  /** The share of the picture's pixels that they are. */
  readonly share: number;
}

/** Places of one size, spread evenly over a picture. */
export const sampledPlaces = (
  full: Size,
  { multiple, room }: Pick<Looking, 'multiple' | 'room'>,
): readonly Place[] => {
  const most = Math.max(multiple, Math.floor(SIDE / multiple) * multiple);
  const [width, height] = [Math.min(full.width, most), Math.min(full.height, most)];
  const pixels = Math.min(room, SHARE * full.width * full.height);
  const count = Math.max(1, pixels / (width * height));
  // As many along each axis as its length asks for.
  const columns = Math.max(
    1,
    Math.min(Math.floor(full.width / width), Math.round(Math.sqrt((count * full.width) / full.height))),
  );
  const rows = Math.max(1, Math.min(Math.floor(full.height / height), Math.floor(count / columns)));
  const middle = (i: number, n: number, whole: number, part: number): number =>
    Math.round(((i + 0.5) * whole) / n - part / 2);
  return Array.from({ length: columns * rows }, (_, i) => ({
    left: middle(i % columns, columns, full.width, width),
    top: middle(Math.floor(i / columns), rows, full.height, height),
    width,
    height,
  }));
};

/**
 * Parts of a picture at its full resolution, spread evenly, for the means that a network asks for to be taken over all of them
 * together. A thumbnail has what is coarse only, and the norms of early layers are about what is fine.
 */
export const sampleOf = (
  picture: Values,
  full: Size,
  looking: Pick<Looking, 'multiple' | 'room'>,
): Sample => {
  const places = sampledPlaces(full, looking);
  const [{ width, height }] = places as readonly [Place];
  return {
    parts: stacked(places.map((place) => windowOf(picture, full, place, 'none'))),
    share: (places.length * width * height) / (full.width * full.height),
  };
};
