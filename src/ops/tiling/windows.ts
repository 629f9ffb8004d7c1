import { sources } from '../../image/window.js';
import { type Edges, onCircle, overPole } from '../../nn/edges.js';
import type { HostTensor } from '../../ports/index.js';
import type { Size } from '../params/index.js';
import type { Place } from './grid.js';

/** Values of a picture [height, width, channels], as they are held. */
export type Values = Extract<HostTensor, { readonly dtype: 'uint8' | 'uint16' | 'float32' }>;

const withRoom = <T extends Values>(like: T, shape: readonly number[]): T => {
  const Data = like.data.constructor as new (length: number) => T['data'];
  return { ...like, shape, data: new Data(shape.reduce((a, b) => a * b, 1)) };
};

/** An empty picture of a size, of the kind of another. */
export const emptyPicture = <T extends Values>(like: T, { width, height }: Size): T =>
  withRoom(like, [height, width, like.shape[2] ?? 1]);

/** The columns of the picture that stand at those of a window; what fills a turn up begins it again. */
const columnsOf = (window: Place, width: number, full: number, edges: Edges): Int32Array =>
  edges === 'none'
    ? sources(window.left, window.width, width, 'reflect')
    : Int32Array.from({ length: window.width }, (_, i) => onCircle(window.left + i, full) % width);

/**
 * The part of a picture that a window sees. Without a beyond the picture is mirrored up to its full size, border left out;
 * else it goes on as its edges say.
 */
export const windowOf = <T extends Values>(picture: T, full: Size, window: Place, edges: Edges): T => {
  const [height = 1, width = 1, channels = 1] = picture.shape;
  const out = withRoom(picture, [window.height, window.width, channels]);
  const columns = columnsOf(window, width, full.width, edges);
  const turn = Math.floor(width / 2);
  const rows = edges === 'sphere' ? undefined : sources(window.top, window.height, height, 'reflect');
  // Inside the picture a row is one run; elsewhere it is copied pixel by pixel.
  const inside = window.left >= 0 && window.left + window.width <= width;
  for (let y = 0; y < window.height; y++) {
    const { row, turned } =
      rows === undefined ? overPole(window.top + y, height) : { row: rows[y] as number, turned: false };
    const to = y * window.width * channels;
    if (inside && !turned) {
      const from = (row * width + window.left) * channels;
      out.data.set(picture.data.subarray(from, from + window.width * channels), to);
      continue;
    }
    for (let x = 0; x < window.width; x++) {
      const column = columns[x] as number;
      const from = (row * width + (turned ? (column + turn) % width : column)) * channels;
      for (let c = 0; c < channels; c++) out.data[to + x * channels + c] = picture.data[from + c] as number;
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
      result.data.subarray(from, from + columns * channels) as never,
      ((core.top + y) * width + core.left) * channels,
    );
  }
};
