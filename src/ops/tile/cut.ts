import { cutOut } from '../../image/samples/window.js';
import { gridOfCores } from '../../picture/tiling/grid.js';
import type { Frame, Item, ItemKey } from '../../ports/index.js';

/** How a picture is cut. */
export interface TileParams {
  readonly size: number;
  readonly overlap: number;
  readonly multiple: number;
}

/** The path of a tile: the picture's, with the tile's number before its extension. */
const numbered = (path: string, index: number, count: number): string => {
  const number = String(index + 1).padStart(String(count).length, '0');
  return /\.[^./]*$/.test(path) ? path.replace(/(\.[^./]*)$/, `-tile-${number}$1`) : `${path}-tile-${number}`;
};

/** Cuts a picture into tiles of one size, row by row. Their keys say where they belong. */
export const tilesOf = (
  { size, overlap, multiple }: TileParams,
  { key, value: photo }: Item<Frame>,
): readonly Item<Frame>[] => {
  const { width, height } = photo;
  const up = (side: number): number => Math.ceil(side / multiple) * multiple;
  const full = { width: up(width), height: up(height) };
  const { tiles } = gridOfCores({ full, receptiveRadius: overlap, multiple }, { width: size, height: size });
  const starts = (side: 'left' | 'top'): readonly number[] =>
    [...new Set(tiles.map(({ core }) => core[side]))].sort((a, b) => a - b);
  const [columns, rows] = [starts('left'), starts('top')];
  const next = (all: readonly number[], start: number, end: number): number =>
    all[all.indexOf(start) + 1] ?? end;
  return tiles.map(({ core, window }, index): Item<Frame> => {
    const place: ItemKey = {
      ...key,
      path: numbered(key.path, index, tiles.length),
      tile: {
        of: key,
        index,
        count: tiles.length,
        width,
        height,
        window: [window.left, window.top, window.width, window.height],
        joins: [core.left, core.top, next(columns, core.left, full.width), next(rows, core.top, full.height)],
        feather: overlap,
      },
    };
    return { key: place, value: cutOut(photo, window, 'reflect') };
  });
};
