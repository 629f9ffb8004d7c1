import {
  elementCount,
  type GraphBuilder,
  type NodeId,
  type Padding,
  type PadMode,
  type Pair,
} from '../../graph/index.js';

/**
 * A picture as a matrix of pixels: one row a pixel, one column a channel, batch and rows of the picture one after
 * another. In this form every rearrangement of pixels (padding, strides, tiles, patches) is one Gather of whole rows by a
 * list known at compile time, and all arithmetic is matrix products: the two things that ONNX Runtime does fastest.
 */
export interface Rows {
  /** [batch·height·width, channels] */
  readonly matrix: NodeId;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Row of the matrix that holds a place of the padded picture, counted from its padded corner; -1 for a zero. */
  readonly locate: (batch: number, y: number, x: number) => number;
  /** Tells one `locate` from another. */
  readonly key: string;
}

/** [N,C,H,W] as channels-last, without a transposition where it came from one. */
export const channelsLast = (b: GraphBuilder, x: NodeId): NodeId => {
  const node = b.node(x);
  const back = node.op === 'transpose' && node.attrs.perm.join() === '0,3,1,2';
  return back ? node.inputs[0]! : b.transpose(x, [0, 2, 3, 1]);
};

/** Rows as [N,C,H,W]. */
export const channelsFirst = (
  b: GraphBuilder,
  matrix: NodeId,
  [n, h, w, c]: readonly [number, number, number, number],
): NodeId => b.transpose(b.reshape(matrix, [n, h, w, c]), [0, 3, 1, 2]);

/** Where an index beyond an axis of so many elements is read from; -1 for a zero. */
export type Fold = (i: number, size: number) => number;

/** Each mode of padding. */
const folds: Readonly<Record<PadMode, Fold>> = {
  constant: (i, size) => (i < 0 || i >= size ? -1 : i),
  reflect: (i, size) => (i < 0 ? -i : i >= size ? 2 * size - 2 - i : i),
  symmetric: (i, size) => (i < 0 ? -1 - i : i >= size ? 2 * size - 1 - i : i),
  edge: (i, size) => Math.min(Math.max(i, 0), size - 1),
  wrap: (i, size) => ((i % size) + size) % size,
};

/** A picture channels-last without the padding that stands in front of it. */
interface Unpadded {
  /** [N, height, width, C] */
  readonly source: NodeId;
  /** Rows above and columns left of the source. */
  readonly before: Pair;
  readonly fold: Fold;
  /** Tells one padding from another. */
  readonly key: string;
}

/** Looks through a padding of height and width. */
export const unpadded = (b: GraphBuilder, x: NodeId): Unpadded => {
  const picture = channelsLast(b, x);
  const pad = b.node(picture);
  const spatial =
    pad.op === 'pad' &&
    [pad.attrs.before, pad.attrs.after].every((p) => p[0] === 0 && p[3] === 0) &&
    (pad.attrs.mode !== 'constant' || pad.attrs.value === 0);
  if (!spatial) return { source: picture, before: [0, 0], fold: folds.constant, key: '' };
  const { mode, before, after } = pad.attrs;
  const [, top = 0, left = 0] = before;
  return {
    source: pad.inputs[0]!,
    before: [top, left],
    fold: folds[mode],
    key: `;${mode}${before},${after}`,
  };
};

/**
 * The rows of a convolution's input. A padding in front of the convolution becomes part of the list of rows, and so
 * costs nothing.
 */
export const rowsOf = (b: GraphBuilder, x: NodeId, [top, left, bottom, right]: Padding): Rows => {
  const [batch = 1, channels = 1, height = 1, width = 1] = b.shape(x);
  const { source, before, fold, key } = unpadded(b, x);
  const [, h = 1, w = 1] = b.shape(source);
  return {
    matrix: b.reshape(source, [batch * h * w, channels]),
    batch,
    height,
    width,
    channels,
    locate: (n, y, c) => {
      if (y < top || c < left || y - top >= height || c - left >= width) return -1;
      const [i, j] = [fold(y - top - before[0], h), fold(c - left - before[1], w)];
      return i < 0 || j < 0 ? -1 : (n * h + i) * w + j;
    },
    key: `${batch},${h},${w};${top},${left},${bottom},${right}${key}`,
  };
};

/** Lists of row numbers, each made once: convolutions of one geometry share theirs. */
export class RowLists {
  readonly #known = new Map<string, Int32Array>();

  /** Gathers rows by the list that `fill` writes; -1 stands for a row of zeros. */
  gather(
    b: GraphBuilder,
    matrix: NodeId,
    key: string,
    length: number,
    fill: (list: Int32Array) => void,
  ): NodeId {
    const [rows = 0, columns = 1] = b.shape(matrix);
    const name = `${key};${length};${rows}`;
    const list = this.#known.get(name) ?? written(length, fill);
    this.#known.set(name, list);
    if (list.length === rows && list.every((row, i) => row === i)) return matrix;
    const holes = list.includes(-1) || list.includes(rows);
    // The list is shared, so a hole is renumbered in it once: it is the row after the last.
    if (holes) for (let i = 0; i < list.length; i++) if (list[i] === -1) list[i] = rows;
    const source = holes ? b.concat([matrix, b.fill(0, [1, columns])], 0) : matrix;
    return b.add('gather', [source, b.constant({ dtype: 'int32', shape: [length], data: list })], {
      axis: 0,
    });
  }
}

const written = (length: number, fill: (list: Int32Array) => void): Int32Array => {
  const list = new Int32Array(length);
  fill(list);
  return list;
};

/** Bytes of a matrix of float32. */
export const bytesOf = (...shape: readonly number[]): number => 4 * elementCount(shape);

/** A run of rows that is worked on at once. */
export interface Part {
  readonly first: number;
  readonly count: number;
}

/** Most bytes that are laid out at once (they should stay near the cores), and most parts of one convolution. */
const PART_BYTES = 24e6;
const MOST_PARTS = 64;

/** Splits rows so that what is made of each part stays small. */
export const partsOf = (rows: number, rowBytes: number): readonly Part[] => {
  const step = Math.max(1, Math.floor(PART_BYTES / rowBytes), Math.ceil(rows / MOST_PARTS));
  return Array.from({ length: Math.ceil(rows / step) }, (_, i) => ({
    first: i * step,
    count: Math.min(step, rows - i * step),
  }));
};
