import type { Edges } from '../../nn/edges.js';
import type { Size } from '../params/index.js';

/** A rectangle of a picture, in pixels; where the picture has a beyond, it may reach there. */
export interface Place extends Size {
  readonly left: number;
  readonly top: number;
}

/** A tile: the part of the result that it is for, and the part of the picture that is looked at for it. */
export interface Tile {
  readonly core: Place;
  readonly window: Place;
}

/** A picture cut into tiles whose windows are all of one size, so that one compiled graph does for all. */
export interface Grid {
  /** The picture, filled up to what the network takes. */
  readonly full: Size;
  readonly edges: Edges;
  readonly tiles: readonly [Tile, ...Tile[]];
}

/** What a grid is made for. */
export interface GridNeeds {
  readonly full: Size;
  /** The most that the core of a tile may be; it becomes less where that makes tiles more even. */
  readonly core: Size;
  /** How far a result looks around its pixels. */
  readonly reach: number;
  /** Everything begins at multiples of it. */
  readonly multiple: number;
  readonly edges: Edges;
  /** By how much all tiles are moved, a multiple itself; for grids that check another one. */
  readonly shift?: Size;
}

interface Stretch {
  readonly core: readonly [start: number, length: number];
  readonly window: readonly [start: number, length: number];
}

const up = (length: number, multiple: number): number => Math.ceil(length / multiple) * multiple;

/** Tiles along one axis. The last one begins earlier where it would reach beyond the end. */
const along = (
  full: number,
  most: number,
  halo: number,
  multiple: number,
  beyond: boolean,
  shift: number,
): readonly Stretch[] => {
  const count = Math.ceil(full / Math.max(multiple, Math.floor(most / multiple) * multiple));
  const length = up(full / count, multiple);
  const window = beyond ? length + 2 * halo : Math.min(full, length + 2 * halo);
  return Array.from({ length: Math.ceil(full / length) }, (_, i): Stretch => {
    const start = Math.min(i * length, full - length) + shift;
    const from = start - halo;
    return {
      core: [start, length],
      window: [beyond ? from : Math.max(0, Math.min(from, full - window)), window],
    };
  });
};

/** Cuts a picture into tiles that overlap by what results look around their pixels. Sides of `full` are multiples. */
export const gridOf = ({ full, core, reach, multiple, edges, shift }: GridNeeds): Grid => {
  const halo = up(reach, multiple);
  const rows = along(full.height, core.height, halo, multiple, edges === 'sphere', shift?.height ?? 0);
  const columns = along(full.width, core.width, halo, multiple, edges !== 'none', shift?.width ?? 0);
  const tiles = rows.flatMap((row) =>
    columns.map(
      (column): Tile => ({
        core: { left: column.core[0], top: row.core[0], width: column.core[1], height: row.core[1] },
        window: {
          left: column.window[0],
          top: row.window[0],
          width: column.window[1],
          height: row.window[1],
        },
      }),
    ),
  );
  return { full, edges, tiles: tiles as [Tile, ...Tile[]] };
};

/** A place of the picture at 1/factor of its size. */
export const reducedPlace = ({ left, top, width, height }: Place, factor: number): Place => ({
  left: left / factor,
  top: top / factor,
  width: width / factor,
  height: height / factor,
});
