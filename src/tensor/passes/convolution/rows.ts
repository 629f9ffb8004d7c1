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
  readonly #known = new Map<string, RowList>();

  /**
   * Gathers rows by the list that `fill` writes; -1 stands for a row of zeros. A long list that goes through the same steps
   * again after each `period` is not kept: it is added up from where the periods start and the steps.
   */
  gather(
    b: GraphBuilder,
    matrix: NodeId,
    key: string,
    length: number,
    fill: (list: Int32Array) => void,
    period = length,
  ): NodeId {
    const [rows = 0, columns = 1] = b.shape(matrix);
    const name = `${key};${length};${rows}`;
    const list = this.#known.get(name) ?? listOf(written(length, fill), rows, period);
    this.#known.set(name, list);
    if (list.kind === 'all') return matrix;
    const source = list.holes ? b.concat([matrix, b.fill(0, [1, columns])], 0) : matrix;
    const integers = (data: Int32Array, ...shape: number[]): NodeId =>
      b.constant({ dtype: 'int32', shape, data });
    if (list.kind === 'numbers')
      return b.add('gather', [source, integers(list.numbers, length)], { axis: 0 });
    const { starts, steps } = list;
    const sums = b.binary('add', integers(starts, starts.length, 1), integers(steps, 1, steps.length));
    return b.add('gather', [source, b.reshape(sums, [length])], { axis: 0 });
  }
}

/** Which rows are gathered: all in order, by their numbers, or by every sum of a start and a step. */
type RowList =
  | { readonly kind: 'all' }
  | { readonly kind: 'numbers'; readonly numbers: Int32Array; readonly holes: boolean }
  | {
      readonly kind: 'sums';
      readonly starts: Int32Array;
      readonly steps: Int32Array;
      readonly holes: boolean;
    };

const listOf = (written: Int32Array, rows: number, period: number): RowList => {
  const holes = written.includes(-1);
  // A hole is the row after the last.
  const numbers = holes ? written.map((row) => (row === -1 ? rows : row)) : written;
  if (numbers.length === rows && numbers.every((row, i) => row === i)) return { kind: 'all' };
  const sums = numbers.length >= LONG_LIST && period < numbers.length ? periodic(numbers, period) : undefined;
  return sums === undefined ? { kind: 'numbers', numbers, holes } : { kind: 'sums', ...sums, holes };
};

/** From how many row numbers on a list is worth an addition at every run. */
const LONG_LIST = 1 << 18;

/** A list as every sum of a start and a step; undefined where it is none. */
const periodic = (
  list: Int32Array,
  period: number,
): { readonly starts: Int32Array; readonly steps: Int32Array } | undefined => {
  if (list.length % period !== 0) return undefined;
  const starts = Int32Array.from({ length: list.length / period }, (_, i) => list[i * period]!);
  const steps = list.slice(0, period).map((row) => row - list[0]!);
  for (let i = 0, at = 0; i < starts.length; i++)
    for (let j = 0; j < period; j++, at++) if (list[at] !== starts[i]! + steps[j]!) return undefined;
  return { starts, steps };
};

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

/** Splits rows so that what is made of each part stays small; parts of more than `unit` rows are whole units. */
export const partsOf = (rows: number, rowBytes: number, unit = 1): readonly Part[] => {
  const most = Math.max(1, Math.floor(PART_BYTES / rowBytes), Math.ceil(rows / MOST_PARTS));
  const step = most < unit ? most : most - (most % unit);
  return Array.from({ length: Math.ceil(rows / step) }, (_, i) => ({
    first: i * step,
    count: Math.min(step, rows - i * step),
  }));
};
