import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, warning } from '../../diagnostics/index.js';
import { maxOf } from '../../image/samples/samples.js';
import { onCircle } from '../../picture/edges.js';
import { type Grid, type Place, upTo } from '../../picture/tiling/grid.js';
import { type Values, windowOf } from '../../picture/tiling/windows.js';
import type { PictureJob, Prepared } from './prepared.js';
import { editedWindow, type Known, type Programs } from './tiled.js';

/** What was found where tiles and the sides of a panorama meet. */
export interface SeamCheck {
  /** Places looked at. */
  readonly windows: number;
  /** The largest difference between a result and the same computed on a shifted grid, of values 0..1. */
  readonly difference: number;
  /** The largest difference that passes. */
  readonly bound: number;
  readonly passed: boolean;
}

/** The largest difference at a seam that passes: one level of 8 bits, which rounding alone can make. */
const BOUND = 1 / 255 + 1e-6;

export const seamCheckOf = (windows: number, difference: number): SeamCheck => ({
  windows,
  difference,
  bound: BOUND,
  passed: difference <= BOUND,
});

/** Says how far a result differs where tiles, or the sides of a panorama, meet. */
export const warnOfSeams = (
  { prepared, job: { key } }: { readonly prepared: Prepared; readonly job: Pick<PictureJob, 'key'> },
  difference: number,
  meet: 'tiles' | 'sides',
): void => {
  const levels = (255 * difference).toFixed(1);
  const elsewhere = meet === 'tiles' ? 'inside of a tile' : 'when they are in the middle';
  prepared.context.warn(
    key,
    warning(
      'tiles/seams',
      `Where ${meet} meet, the result differs by ${levels} levels of 255 from what it is ${elsewhere}.`,
    ),
  )();
};

/** Seams along one axis: where a core begins, unless that is the edge of a picture that has no beyond. */
const seams = (starts: readonly number[], round: boolean): readonly number[] =>
  [...new Set(starts)].filter((start) => start > 0 || round);

const most = <A>(values: readonly A[], count: number): readonly A[] =>
  values.length <= count
    ? values
    : Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)]!);

/** So many seams are looked at along each axis, each at so many places. */
const SEAMS = 8;
const PLACES = 4;

/** Pixels on a side that a window compares, where tiles are larger than that. */
const COMPARED = 128;

/**
 * Windows over seams, with the seam in their middle: not larger than what is compared and what is looked at for it, so that
 * many places can be looked at. Over a pole a network sees the picture upside down, and what it makes of it there is no
 * second result for the same place; so windows keep to the picture's rows, as far as they are not higher than it.
 */
export const windowsOver = (
  { full, edges, tiles }: Grid,
  halo: number,
  multiple: number,
): readonly Place[] => {
  const [{ window }] = tiles;
  const least = upTo(2 * halo + COMPARED, multiple);
  const [width, height] = [Math.min(window.width, least), Math.min(window.height, least)];
  const middle = (at: number, length: number): number => at - Math.floor(length / 2 / multiple) * multiple;
  const inside = (from: number, length: number, whole: number): number =>
    length > whole
      ? middle(Math.floor(whole / 2 / multiple) * multiple, length)
      : Math.max(0, Math.min(from, whole - length));
  const round = edges !== 'none';
  const columns = seams(
    tiles.map(({ core }) => core.left),
    round,
  );
  const rows = seams(
    tiles.map(({ core }) => core.top),
    false,
  );
  const along = (length: number): readonly number[] =>
    Array.from(
      { length: PLACES },
      (_, i) => Math.floor(((2 * i + 1) * length) / (2 * PLACES) / multiple) * multiple,
    );
  const place = (x: number, y: number): Place => ({
    left: round ? middle(x, width) : inside(middle(x, width), width, full.width),
    top: inside(middle(y, height), height, full.height),
    width,
    height,
  });
  return [
    ...most(columns, SEAMS).flatMap((x) => along(full.height).map((y) => place(x, y))),
    ...most(rows, SEAMS).flatMap((y) => along(full.width).map((x) => place(x, y))),
  ];
};

/** Where along an axis a window shows what it would show in the whole picture: as far from its ends as is looked around. */
const inner = (
  from: number,
  length: number,
  whole: number,
  beyond: boolean,
  halo: number,
): readonly [from: number, to: number] => [
  // At the edge of a picture that has no beyond a window ends as the picture does.
  !beyond && from <= 0 ? 0 : halo,
  !beyond && from + length >= whole ? length : length - halo,
];

/**
 * The largest difference of the inner part of a window, as far as it lies in the picture and not in what fills it up, in the
 * values of its samples.
 */
const differenceIn = (
  again: Values,
  before: Values,
  { full, edges }: Pick<Grid, 'full' | 'edges'>,
  window: Place,
  halo: number,
  [rows, columns]: readonly [number, number],
): number => {
  const [, width = 1, channels = 1] = again.shape;
  const [top, bottom] = inner(window.top, window.height, full.height, edges === 'sphere', halo);
  const [left, far] = inner(window.left, window.width, full.width, edges !== 'none', halo);
  const right = edges === 'none' ? Math.min(far, columns - window.left) : far;
  let largest = 0;
  for (let y = Math.max(top, -window.top); y < Math.min(bottom, rows - window.top); y++)
    for (let i = (y * width + left) * channels; i < (y * width + right) * channels; i++)
      largest = Math.max(largest, Math.abs((again.data[i] as number) - (before.data[i] as number)));
  return largest;
};

/** A result whose seams are to be checked. */
export interface Seamed {
  readonly programs: Programs;
  readonly picture: Values;
  readonly grid: Grid;
  readonly known: Known;
  readonly result: Values;
  /** How far around its pixels a result depends on them. */
  readonly halo: number;
  readonly multiple: number;
  readonly signal: AbortSignal;
}

/**
 * Computes windows over the seams of a result again, on a grid that is shifted so that the seams are in the middle, and
 * compares. Where sides meet, the result is read across them.
 */
export const checkSeams = async ({
  programs,
  picture,
  grid,
  known,
  result,
  halo,
  multiple,
  signal,
}: Seamed): Promise<E.Either<Diagnostics, SeamCheck>> => {
  const white = maxOf(result.dtype);
  const windows = windowsOver(grid, halo, multiple);
  const [rows = 0, columns = 0] = result.shape;
  let difference = 0;
  for (const window of windows) {
    const again = await editedWindow(programs, picture, grid, known, window, signal);
    if (E.isLeft(again)) return again;
    const at = grid.edges === 'none' ? window : { ...window, left: onCircle(window.left, grid.full.width) };
    const before = windowOf(result, grid.full, at, grid.edges);
    difference = Math.max(
      difference,
      differenceIn(again.right as Values, before, grid, window, halo, [rows, columns]) / white,
    );
  }
  return E.right(seamCheckOf(windows.length, difference));
};
