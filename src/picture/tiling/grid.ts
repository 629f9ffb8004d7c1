import type { Size } from '../../ports/index.js';
import type { Edges } from '../edges.js';

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

/** What a grid is made for. Sides of `full` are multiples of `multiple`. */
export interface GridNeeds {
  readonly full: Size;
  /** How far a result looks around its pixels. */
  readonly receptiveRadius: number;
  /** Everything begins at multiples of it. */
  readonly multiple: number;
  readonly edges: Edges;
}

/** A tile along one axis. */
interface Stretch {
  readonly core: readonly [start: number, length: number];
  readonly window: readonly [start: number, length: number];
}

/** The multiple that a length fits into. */
export const upTo = (length: number, multiple: number): number => Math.ceil(length / multiple) * multiple;

const down = (length: number, multiple: number): number => Math.floor(length / multiple) * multiple;

/** The length of windows where so many go along an axis; those at an end without a beyond see one neighbour only. */
const windowOfMany = (
  full: number,
  count: number,
  halo: number,
  multiple: number,
  beyond: boolean,
): number =>
  beyond
    ? upTo(full / count, multiple) + 2 * halo
    : Math.min(full, upTo((full + 2 * (count - 1) * halo) / count, multiple));

/** Tiles along one axis by the length of their windows. The last window begins earlier where it would reach beyond the end. */
const alongOf = (full: number, window: number, halo: number, beyond: boolean): readonly Stretch[] => {
  const step = window - 2 * halo;
  const starts: number[] = [beyond ? -halo : 0];
  while (starts.at(-1)! + window < full + (beyond ? halo : 0)) starts.push(starts.at(-1)! + step);
  const joins = starts.map((start, i) => (i === 0 ? 0 : start + halo));
  return starts.map((start, i): Stretch => {
    const [from, to] = [joins[i]!, joins[i + 1] ?? full];
    return { core: [from, to - from], window: [beyond ? start : Math.min(start, full - window), window] };
  });
};

const crossed = (rows: readonly Stretch[], columns: readonly Stretch[]): Grid['tiles'] =>
  rows.flatMap((row) =>
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
  ) as unknown as Grid['tiles'];

/** Lengths of windows along one axis, for one, two, … of them, while each is for `least` pixels at least. */
const lengths = (
  full: number,
  halo: number,
  least: number,
  multiple: number,
  beyond: boolean,
): readonly (readonly [count: number, window: number])[] => {
  const found: [number, number][] = [];
  for (let count = 1; count === 1 || full / count >= least; count++) {
    const window = windowOfMany(full, count, halo, multiple, beyond);
    const goesOn = count === 1 || window - 2 * halo >= multiple;
    if (goesOn && found.at(-1)?.[1] !== window) found.push([count, window]);
  }
  return found;
};

/**
 * Cuts a picture into the tiles whose windows have no more than `room` pixels and which together see the fewest twice.
 * A tile is for as many pixels on a side as it looks around itself at least, so that a small room does not make the work grow
 * without bound; windows are then larger than the room.
 */
export const gridWithin = ({ full, receptiveRadius, multiple, edges }: GridNeeds, room: number): Grid => {
  const halo = upTo(receptiveRadius, multiple);
  const least = Math.max(halo, 2 * multiple);
  const [around, over] = [edges !== 'none', edges === 'sphere'];
  const choices = lengths(full.width, halo, least, multiple, around).flatMap(([columns, width]) =>
    lengths(full.height, halo, least, multiple, over).map(([rows, height]) => ({
      width,
      height,
      pixels: width * height,
      work: columns * rows * width * height,
    })),
  );
  const fitting = choices.filter(({ pixels }) => pixels <= room);
  const best =
    fitting.length > 0
      ? fitting.reduce((a, b) => (b.work < a.work ? b : a))
      : choices.reduce((a, b) => (b.pixels < a.pixels ? b : a));
  return {
    full,
    edges,
    tiles: crossed(
      alongOf(full.height, best.height, halo, over),
      alongOf(full.width, best.width, halo, around),
    ),
  };
};

/** Cores of one length along an axis without a beyond, for `most` pixels at most. */
const evenly = (full: number, most: number, halo: number, multiple: number): readonly Stretch[] => {
  const count = Math.ceil(full / Math.max(multiple, down(most, multiple)));
  const length = upTo(full / count, multiple);
  const window = Math.min(full, length + 2 * halo);
  return Array.from({ length: Math.ceil(full / length) }, (_, i): Stretch => {
    const start = Math.min(i * length, full - length);
    return { core: [start, length], window: [Math.max(0, Math.min(start - halo, full - window)), window] };
  });
};

/** Cuts a picture without a beyond into tiles that are each for `core` at most, less where that makes them alike. */
export const gridOfCores = (
  { full, receptiveRadius, multiple }: Omit<GridNeeds, 'edges'>,
  core: Size,
): Grid => {
  const halo = upTo(receptiveRadius, multiple);
  const rows = evenly(full.height, core.height, halo, multiple);
  return { full, edges: 'none', tiles: crossed(rows, evenly(full.width, core.width, halo, multiple)) };
};

/** A place of the picture at 1/factor of its size. */
export const reducedPlace = ({ left, top, width, height }: Place, factor: number): Place => ({
  left: left / factor,
  top: top / factor,
  width: width / factor,
  height: height / factor,
});
