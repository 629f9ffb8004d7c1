import { sources } from '../../image/samples/window.js';
import type { Size } from '../../ports/index.js';
import { arrays, type HostTensor } from '../../ports/index.js';
import { type Edges, onCircle, overPole } from '../edges.js';
import type { Place } from './grid.js';

/** Values of a picture [height, width, channels], as they are held. */
export type Values = Extract<HostTensor, { readonly dtype: 'uint8' | 'uint16' | 'float32' }>;

/** Where room for so many bytes comes from. */
export type Room = (bytes: number) => ArrayBuffer;

const fresh: Room = (bytes) => new ArrayBuffer(bytes);

const withRoom = <T extends Values>(like: T, shape: readonly number[], room: Room): T => {
  const Data = arrays[like.dtype] as unknown as new (buffer: ArrayBuffer) => T['data'];
  const length = shape.reduce((a, b) => a * b, 1);
  return { ...like, shape, data: new Data(room(length * arrays[like.dtype].BYTES_PER_ELEMENT)) };
};

/** An empty picture of a size, of the kind of another. */
export const emptyPicture = <T extends Values>(like: T, { width, height }: Size): T =>
  withRoom(like, [height, width, like.shape[2] ?? 1], fresh);

/** The columns of the picture that stand at those of a window; what fills a turn up begins it again. */
const columnsOf = (window: Place, width: number, full: number, edges: Edges): Int32Array =>
  edges === 'none'
    ? sources(window.left, window.width, width, 'reflect')
    : Int32Array.from({ length: window.width }, (_, i) => onCircle(window.left + i, full) % width);

/** Columns that stand side by side in the picture as well as in a window: copied at once. */
interface Run {
  readonly to: number;
  readonly from: number;
  readonly count: number;
}

const runsOf = (columns: Int32Array): readonly Run[] =>
  columns.reduce<Run[]>((runs, column, to) => {
    const last = runs.at(-1);
    if (last !== undefined && column === last.from + last.count)
      runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ to, from: column, count: 1 });
    return runs;
  }, []);

/**
 * The part of a picture that a window sees. Without a beyond the picture is mirrored up to its full size, border left out;
 * else it goes on as its edges say.
 */
export const windowOf = <T extends Values>(
  picture: T,
  full: Size,
  window: Place,
  edges: Edges,
  room: Room = fresh,
): T => {
  const [height = 1, width = 1, channels = 1] = picture.shape;
  const out = withRoom(picture, [window.height, window.width, channels], room);
  const columns = columnsOf(window, width, full.width, edges);
  const runs = runsOf(columns);
  const turn = Math.floor(width / 2);
  const turned = edges === 'sphere' ? runsOf(columns.map((column) => (column + turn) % width)) : [];
  const rows = edges === 'sphere' ? undefined : sources(window.top, window.height, height, 'reflect');
  for (let y = 0; y < window.height; y++) {
    const place =
      rows === undefined ? overPole(window.top + y, height) : { row: rows[y] as number, turned: false };
    const [from, to] = [place.row * width, y * window.width];
    for (const run of place.turned ? turned : runs) {
      const start = (from + run.from) * channels;
      out.data.set(picture.data.subarray(start, start + run.count * channels), (to + run.to) * channels);
    }
  }
  return out;
};

/** Puts the core of a tile, cut out of the result for its window, into a picture; what lies beyond it is left out. */
export const pasteCore = (into: Values, result: Values, core: Place, window: Place): void => {
  const [height = 1, width = 1, channels = 1] = into.shape;
  const columns = Math.min(core.width, width - core.left);
  for (let y = 0; y < Math.min(core.height, height - core.top); y++) {
    const from = ((core.top - window.top + y) * window.width + core.left - window.left) * channels;
    into.data.set(
      result.data.subarray(from, from + columns * channels),
      ((core.top + y) * width + core.left) * channels,
    );
  }
};
