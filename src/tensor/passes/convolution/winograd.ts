import type { GraphBuilder, NodeId, Pair } from '../../graph/index.js';
import { type MinimalFiltering, minimalFiltering } from './minimal-filtering.js';
import { bytesOf, type RowLists, type Rows } from './rows.js';

/**
 * Convolutions by minimal filtering, as gathers of tiles and matrix products: the products of all tiles and channels are
 * one batched matrix product. A stride of s is a stride of 1 over blocks of s x s pixels, each of which is one pixel of s²
 * times as many channels; so a filter of 4x4 at a stride of 2 is one of 2x2 there.
 */
export interface Minimal {
  readonly filtering: MinimalFiltering;
  readonly stride: number;
}

/** How a convolution is one of minimal filtering; undefined where it is none. */
export const minimalOf = (
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): Minimal | undefined => {
  const [side = 1] = kernel;
  const [stride = 1] = strides;
  const isSquare = kernel.every((k) => k === side) && strides.every((s) => s === stride);
  const filtering = minimalFiltering(side / stride);
  return isSquare && dilations.every((d) => d === 1) && filtering !== undefined
    ? { filtering, stride }
    : undefined;
};

/** Rows of tiles that are worked on together, so that the transformed tiles stay near the cores' caches. */
interface Band {
  readonly first: number;
  readonly count: number;
}

/** Most bytes of transformed tiles in one band, and most bands of one convolution. */
const BAND_BYTES = 12e6;
const GRADIENT_BAND_BYTES = 24e6;
const MOST_BANDS = 64;

const bandsOf = (rows: number, rowBytes: number, most: number): readonly Band[] => {
  const step = Math.max(1, Math.floor(most / rowBytes), Math.ceil(rows / MOST_BANDS));
  return Array.from({ length: Math.ceil(rows / step) }, (_, i) => ({
    first: i * step,
    count: Math.min(step, rows - i * step),
  }));
};

interface Output {
  readonly height: number;
  readonly width: number;
}

const tilesOf = ({ height, width }: Output, { tile }: MinimalFiltering) => ({
  down: Math.ceil(height / tile),
  across: Math.ceil(width / tile),
});

/** Tiles of the padded picture under their transform: [reach², tiles, channels of a block]. */
const transformedTiles = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  { filtering, stride }: Minimal,
  output: Output,
  band: Band,
): NodeId => {
  const { reach, taps, tile } = filtering;
  const { down, across } = tilesOf(output, filtering);
  const tiles = band.count * across;
  const blocks = reach * reach * tiles;
  const key = `winograd;${taps},${stride};${rows.key};${output.height},${output.width};${band.first},${band.count}`;
  const gathered = lists.gather(b, rows.matrix, key, blocks * stride * stride, (list) => {
    let at = 0;
    for (let p = 0; p < reach; p++)
      for (let q = 0; q < reach; q++)
        for (let row = band.first; row < band.first + band.count; row++)
          for (let j = 0; j < across; j++) {
            const [y, x] = [(row % down) * tile + p, j * tile + q];
            // The last tiles may reach beyond the padded picture; what they read there is cut off again.
            const inside = y < output.height + taps - 1 && x < output.width + taps - 1;
            for (let i = 0; i < stride; i++)
              for (let k = 0; k < stride; k++)
                list[at++] = inside ? rows.locate(Math.floor(row / down), y * stride + i, x * stride + k) : 0;
          }
  });
  const channels = stride * stride * rows.channels;
  const flat = b.reshape(gathered, [reach * reach, tiles * channels]);
  return b.reshape(b.matmul(filtering.ofInputs(b), flat), [reach * reach, tiles, channels]);
};

/** A filter [KH,KW,I,O] as one row a tap of blocks: [taps², blocks' channels · O]. */
const tapsOf = (b: GraphBuilder, filter: NodeId, { filtering: { taps }, stride }: Minimal): NodeId => {
  const [, , inputs = 1, outputs = 1] = b.shape(filter);
  const columns = stride * stride * inputs * outputs;
  if (stride === 1) return b.reshape(filter, [taps * taps, columns]);
  const split = b.reshape(filter, [taps, stride, taps, stride, inputs, outputs]);
  return b.reshape(b.transpose(split, [0, 2, 1, 3, 4, 5]), [taps * taps, columns]);
};

/** The other way round: taps of blocks as a filter [KH,KW,I,O]. */
const filterOf = (
  b: GraphBuilder,
  taken: NodeId,
  { filtering: { taps }, stride }: Minimal,
  [inputs, outputs]: Pair,
): NodeId => {
  const side = taps * stride;
  if (stride === 1) return b.reshape(taken, [side, side, inputs, outputs]);
  const split = b.reshape(taken, [taps, taps, stride, stride, inputs, outputs]);
  return b.reshape(b.transpose(split, [0, 2, 1, 3, 4, 5]), [side, side, inputs, outputs]);
};

/** Places of the pixels of a picture in what its tiles give: blocks of `stride` x `stride` pixels, the first cut by `before`. */
interface Layout {
  /** The picture. */
  readonly size: Output;
  /** In blocks, of the picture and what is cut from it. */
  readonly blocks: Output;
  readonly stride: number;
  /** Pixels above and left of the picture that belong to its first blocks. */
  readonly before: Pair;
}

/** Products of tiles with a filter under its transform, [reach², I, O] or the other way round, as the picture's rows. */
const convolved = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  reading: Minimal,
  transformed: NodeId,
  isTurned: boolean,
  layout: Layout,
): NodeId => {
  const { filtering } = reading;
  const { reach, tile } = filtering;
  const [, inputs = 1, outputs = 1] = b.shape(transformed);
  const channels = isTurned ? inputs : outputs;
  const { blocks, stride } = layout;
  const { down, across } = tilesOf(blocks, filtering);
  const rowBytes = bytesOf(reach * reach, across, Math.max(inputs, outputs));
  const parts = bandsOf(rows.batch * down, rowBytes, BAND_BYTES).map((band) => {
    const tiles = band.count * across;
    const taken = transformedTiles(b, lists, rows, reading, blocks, band);
    const products = b.matmul(taken, transformed, false, isTurned);
    const sums = b.matmul(filtering.toOutputs(b), b.reshape(products, [reach * reach, tiles * channels]));
    const pixels = b.reshape(sums, [tile * tile * tiles * stride * stride, channels / (stride * stride)]);
    return untile(b, lists, pixels, tile, layout, { down, across }, band);
  });
  return b.concat(parts, 0);
};

/** Puts the pixels of a band's tiles, which come by their place in the tile, into the order of the picture. */
const untile = (
  b: GraphBuilder,
  lists: RowLists,
  pixels: NodeId,
  tile: number,
  { size: { height, width }, stride, before: [top, left] }: Layout,
  { down, across }: { readonly down: number; readonly across: number },
  band: Band,
): NodeId => {
  const tiles = band.count * across;
  const order: number[] = [];
  for (let row = 0; row < band.count; row++) {
    const first = ((band.first + row) % down) * tile * stride;
    for (let i = 0; i < tile * stride; i++) {
      const y = first + i - top;
      if (y < 0 || y >= height) continue;
      for (let x = 0; x < width; x++) {
        const column = Math.floor((x + left) / stride);
        const place = Math.floor(i / stride) * tile + (column % tile);
        const block = place * tiles + row * across + Math.floor(column / tile);
        order.push((block * stride + (i % stride)) * stride + ((x + left) % stride));
      }
    }
  }
  const key = `untile;${tile},${stride};${height},${width};${top},${left};${down};${band.first % down},${band.count}`;
  return lists.gather(b, pixels, key, order.length, (list) => list.set(order));
};

/**
 * A convolution by a filter [KH,KW,I,O]. `rows` locate the padded picture, of which all of the last window is there. Gives
 * rows of [N·height·width, O].
 */
export const winogradConvolution = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  filter: NodeId,
  output: Output,
  minimal: Minimal,
): NodeId => {
  const [, , inputs = 1, outputs = 1] = b.shape(filter);
  const { filtering, stride } = minimal;
  const transformed = b.reshape(b.matmul(filtering.ofFilter(b), tapsOf(b, filter, minimal)), [
    filtering.reach ** 2,
    stride * stride * inputs,
    outputs,
  ]);
  const layout = { size: output, blocks: output, stride: 1, before: [0, 0] } as const;
  return convolved(b, lists, rows, minimal, transformed, false, layout);
};

/** Where the gradient of a convolution by its input lies. */
export interface InputGradient {
  /** Height and width of the input. */
  readonly size: Pair;
  /** Zeros that were put above and left of it. */
  readonly before: Pair;
}

/** Blocks along an axis that hold so many pixels behind `before` zeros, and gradients that the first of them lacks in front. */
const blocksAlong = (size: number, before: number, { filtering: { taps }, stride }: Minimal) => {
  const first = Math.floor(before / stride);
  return {
    count: Math.floor((size - 1 + before) / stride) - first + 1,
    lacking: taps - 1 - first,
    cut: before - first * stride,
  };
};

/**
 * The gradient of that convolution by its input: a convolution of the outputs' gradients, which `gradientRows` locates behind
 * borders of so many zeros, by the turned filter. Gives rows of [N·height·width, I].
 */
export const winogradInputGradient = (
  b: GraphBuilder,
  lists: RowLists,
  gradientRows: (before: Pair, padded: Pair) => Rows,
  filter: NodeId,
  { size: [height, width], before }: InputGradient,
  minimal: Minimal,
): NodeId => {
  const [, , inputs = 1, outputs = 1] = b.shape(filter);
  const { filtering, stride } = minimal;
  const { reach, taps, ofTurnedFilter } = filtering;
  const [rowsOfBlocks, columns] = [
    blocksAlong(height, before[0], minimal),
    blocksAlong(width, before[1], minimal),
  ];
  const rows = gradientRows(
    [rowsOfBlocks.lacking, columns.lacking],
    [rowsOfBlocks.count + taps - 1, columns.count + taps - 1],
  );
  const transformed = b.reshape(b.matmul(ofTurnedFilter(b), tapsOf(b, filter, minimal)), [
    reach * reach,
    stride * stride * inputs,
    outputs,
  ]);
  return convolved(b, lists, rows, { filtering, stride: 1 }, transformed, true, {
    size: { height, width },
    blocks: { height: rowsOfBlocks.count, width: columns.count },
    stride,
    before: [rowsOfBlocks.cut, columns.cut],
  });
};

/**
 * The gradient of that convolution by its filter, [KH,KW,I,O]: both pictures' tiles under their transforms, multiplied
 * and summed over all tiles, and back. `gradients` is [N·height·width, O].
 */
export const winogradFilterGradient = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  gradients: NodeId,
  output: Output,
  minimal: Minimal,
): NodeId => {
  const [, outputs = 1] = b.shape(gradients);
  const { filtering, stride } = minimal;
  const { reach, tile } = filtering;
  const inputs = stride * stride * rows.channels;
  const { down, across } = tilesOf(output, filtering);
  const { height, width } = output;
  const rowBytes = bytesOf(reach * reach, across, Math.max(inputs, outputs));
  const parts = bandsOf(rows.batch * down, rowBytes, GRADIENT_BAND_BYTES).map((band) => {
    const tiles = band.count * across;
    const key = `gradient tiles;${tile};${rows.batch},${height},${width};${band.first},${band.count}`;
    const gathered = lists.gather(b, gradients, key, tile * tile * tiles, (list) => {
      let at = 0;
      for (let p = 0; p < tile; p++)
        for (let q = 0; q < tile; q++)
          for (let row = band.first; row < band.first + band.count; row++)
            for (let j = 0; j < across; j++) {
              const [y, x] = [(row % down) * tile + p, j * tile + q];
              list[at++] = y < height && x < width ? (Math.floor(row / down) * height + y) * width + x : -1;
            }
    });
    const flat = b.reshape(gathered, [tile * tile, tiles * outputs]);
    const spread = b.reshape(b.matmul(filtering.ofGradients(b), flat), [reach * reach, tiles, outputs]);
    return b.matmul(transformedTiles(b, lists, rows, minimal, output, band), spread, true);
  });
  const sum = parts.reduce((a, c) => b.binary('add', a, c));
  const flat = b.reshape(sum, [reach * reach, inputs * outputs]);
  return filterOf(b, b.matmul(filtering.toFilterGradient(b), flat), minimal, [rows.channels, outputs]);
};
