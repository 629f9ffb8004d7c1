import { maxOf } from '../../../image/samples/samples.js';
import type { Edges } from '../../../picture/edges.js';
import type { Samples } from '../../../ports/index.js';
import { AFFINE, betweenCells } from '../../bilateral-grid.js';

/** Samples of some rows, by channel. */
export type Data = Samples['data'];

/** Grids of colour transforms and what they are sliced for. Plain data, so that it can be sent to a thread. */
export interface SliceJob {
  /** Tells jobs apart: what was made ready for one serves all of its strips. */
  readonly serial: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly depth: Samples['depth'];
  readonly edges: Edges;
  /** Cells along a side, and in depth. */
  readonly cells: number;
  readonly layers: number;
  /** Transforms by row, column, layer and number: one grid, or one for each member whose results are to be told apart. */
  readonly grids: readonly Float32Array[];
  /** What a sample of each channel adds to the guide, at evenly spaced knots from black to white. */
  readonly curves: readonly Float32Array[];
  readonly strength: number;
  /** How much is given up of the change where members disagree. */
  readonly trust: number;
  readonly gives: 'colours' | 'luma' | 'trust';
}

/** Channels of what a job gives. */
export const channelsOf = ({ gives }: SliceJob): 1 | 3 => (gives === 'colours' ? 3 : 1);

/** Floats of one cell and layer: the transform as four columns of four, and what each changes by to the next cell. */
export const PLACE = 32;

/** A job in the form that pixels are worked on with. */
export interface Prepared {
  /**
   * For each member the rows of cells, one more above and one below: what lies beyond the edges. Each cell and layer is
   * `PLACE` floats: columns for red, green, blue and the offset, of which the fourth float is 0, then their changes.
   */
  readonly members: readonly Float32Array[];
  /** Floats of one row of cells. */
  readonly rowLength: number;
  /** For each pixel of a row its first cell, in floats from the start of the row, and how far it is to the second. */
  readonly places: Int32Array;
  readonly shares: Float32Array;
}

/** The row of a grid that stands at place `row`, -1 to cells, and how many cells it is turned by. */
const rowAt = (
  { cells, edges }: SliceJob,
  row: number,
): { readonly row: number; readonly turned: number } => ({
  row: Math.min(Math.max(row, 0), cells - 1),
  turned: edges === 'sphere' && (row < 0 || row >= cells) ? Math.floor(cells / 2) : 0,
});

/** Numbers of a transform by column: of column j, rows 0 to 2 are at 4 r + j. */
const writeRow = (
  job: SliceJob,
  grid: Float32Array,
  at: number,
  into: Float32Array,
  start: number,
  finish: (number: number, value: number) => number,
): void => {
  const { cells, layers, edges } = job;
  const { row, turned } = rowAt(job, at);
  const numbers = layers * AFFINE;
  const cell = (c: number): number => (row * cells + ((c + turned) % cells)) * numbers;
  for (let c = 0; c < cells; c++) {
    const here = cell(c);
    const next = cell(c + 1 < cells ? c + 1 : edges === 'none' ? c : 0);
    for (let k = 0; k < layers; k++) {
      for (let i = 0; i < AFFINE; i++) {
        const target = start + (c * layers + k) * PLACE + 4 * (i % 4) + Math.floor(i / 4);
        const value = finish(i, grid[here + k * AFFINE + i] as number);
        into[target] = value;
        into[target + 16] = finish(i, grid[next + k * AFFINE + i] as number) - value;
      }
    }
  }
};

/** Makes a job ready. One grid takes the strength in, and, for whole numbers, half a level that makes cutting off rounding. */
export const prepared = (job: SliceJob): Prepared => {
  const { width, cells, layers, grids, strength, depth, edges } = job;
  const white = maxOf(depth);
  const rowLength = cells * layers * PLACE;
  const single = grids.length === 1;
  const finish = (i: number, value: number): number => {
    const own = single ? strength * value + (i % 5 === 0 ? 1 - strength : 0) : value;
    if (i % 4 < 3) return own;
    return own * white + (single && white > 1 ? 0.5 : 0);
  };
  const members = grids.map((grid) => {
    const rows = new Float32Array((cells + 2) * rowLength);
    for (let at = -1; at <= cells; at++) writeRow(job, grid, at, rows, (at + 1) * rowLength, finish);
    return rows;
  });
  const places = new Int32Array(width);
  const shares = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const { first, share } = betweenCells(x, width, cells, edges !== 'none');
    places[x] = first * layers * PLACE;
    shares[x] = share;
  }
  return { members, rowLength, places, shares };
};

/** Between which prepared rows of cells a row of pixels lies, in floats, and how far it is to the second. */
export const rowsFor = ({ height, cells }: SliceJob, { rowLength }: Prepared, y: number) => {
  const place = ((y + 0.5) * cells) / height - 0.5;
  const first = Math.floor(place);
  return { first: (first + 1) * rowLength, second: (first + 2) * rowLength, share: place - first };
};

/** A curve's value between its knots, for a value of 0..1; beyond, that at the end. */
export const onCurve = (curve: Float32Array, value: number): number => {
  const last = curve.length - 1;
  const place = value > 0 ? (value < 1 ? value * last : last) : 0;
  const knot = Math.min(Math.floor(place), last - 1);
  const first = curve[knot] as number;
  return first + (place - knot) * ((curve[knot + 1] as number) - first);
};

/** A sample's share in its pixel's layer, of all channels alike: half a layer lies before the centre of the first. */
export const layersOn = ({ curves, layers }: SliceJob, channel: number, value: number): number =>
  layers * onCurve(curves[channel]!, value) - (channel === 0 ? 0.5 : 0);
