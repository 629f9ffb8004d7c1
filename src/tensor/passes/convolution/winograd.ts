import type { GraphBuilder, NodeId } from '../../graph/index.js';
import { bytesOf, type RowLists, type Rows } from './rows.js';

/**
 * Winograd's minimal filtering F(4x4, 3x3) after Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks"
 * (arXiv 1509.09308): a tile of 6x6 inputs gives 4x4 outputs by 36 products instead of 144. The transforms of a tile are
 * one small matrix product each, the 36 products of all tiles and channels one batched matrix product.
 */
const inputTransform = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const filterTransform = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
const outputTransform = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

type Matrix = readonly (readonly number[])[];

/** The Kronecker product of a matrix with itself: the transform of rows and columns at once. */
const squared = (m: Matrix): Matrix => m.flatMap((r) => m.map((s) => r.flatMap((a) => s.map((c) => a * c))));

const transposed = (m: Matrix): Matrix => m[0]!.map((_, j) => m.map((row) => row[j]!));

const data = (m: Matrix): Float32Array => Float32Array.from(m.flat());

const constantOf = (m: Matrix) => {
  const value = { dtype: 'float32', shape: [m.length, m[0]!.length], data: data(m) } as const;
  return (b: GraphBuilder): NodeId => b.constant(value);
};

const B = constantOf(squared(inputTransform)); // [36,36]
const G = constantOf(squared(filterTransform)); // [36,9]
const G_FLIPPED = constantOf(squared(filterTransform).map((row) => row.toReversed()));
const G_TRANSPOSED = constantOf(transposed(squared(filterTransform))); // [9,36]
const A = constantOf(squared(outputTransform)); // [16,36]
const A_TRANSPOSED = constantOf(transposed(squared(outputTransform))); // [36,16]

const TILE = 4;
const REACH = 6;

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

const tilesOf = ({ height, width }: Output) => ({
  down: Math.ceil(height / TILE),
  across: Math.ceil(width / TILE),
});

/** Tiles of the padded picture under their transform: [36, tiles, channels]. */
const transformedTiles = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  output: Output,
  band: Band,
): NodeId => {
  const { down, across } = tilesOf(output);
  const tiles = band.count * across;
  const key = `winograd;${rows.key};${output.height},${output.width};${band.first},${band.count}`;
  const gathered = lists.gather(b, rows.matrix, key, REACH * REACH * tiles, (list) => {
    let at = 0;
    for (let p = 0; p < REACH; p++)
      for (let q = 0; q < REACH; q++)
        for (let row = band.first; row < band.first + band.count; row++)
          for (let j = 0; j < across; j++) {
            const [y, x] = [(row % down) * TILE + p, j * TILE + q];
            // The last tiles may reach beyond the padded picture; what they read there is cut off again.
            const inside = y < output.height + 2 && x < output.width + 2;
            list[at++] = inside ? rows.locate(Math.floor(row / down), y, x) : 0;
          }
  });
  const flat = b.reshape(gathered, [REACH * REACH, tiles * rows.channels]);
  return b.reshape(b.matmul(B(b), flat), [REACH * REACH, tiles, rows.channels]);
};

/** Which filter a convolution applies: as it is, or flipped and with its channels exchanged (the input's gradient). */
export type FilterUse = 'forward' | 'input-gradient';

/**
 * A 3x3 convolution of stride 1. `filter` is [3,3,I,O]; `rows` locate the padded picture, which is two pixels larger than
 * the output. Gives rows of [N·height·width, channels].
 */
export const winogradConvolution = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  filter: NodeId,
  output: Output,
  use: FilterUse,
): NodeId => {
  const [, , inputs = 1, outputs = 1] = b.shape(filter);
  const flipped = use === 'input-gradient';
  const channels = flipped ? inputs : outputs;
  const taps = b.reshape(filter, [9, inputs * outputs]);
  const transformed = b.reshape(b.matmul(flipped ? G_FLIPPED(b) : G(b), taps), [36, inputs, outputs]);
  const { down, across } = tilesOf(output);
  const { batch } = rows;
  const bands = bandsOf(batch * down, bytesOf(36, across, Math.max(inputs, outputs)), BAND_BYTES);
  const parts = bands.map((band) => {
    const tiles = band.count * across;
    const products = b.matmul(transformedTiles(b, lists, rows, output, band), transformed, false, flipped);
    const sums = b.matmul(A(b), b.reshape(products, [36, tiles * channels]));
    return untile(b, lists, b.reshape(sums, [16 * tiles, channels]), output, down, across, band);
  });
  return b.concat(parts, 0);
};

/** Puts the pixels of a band's tiles, which come by their place in the tile, into the order of the picture. */
const untile = (
  b: GraphBuilder,
  lists: RowLists,
  pixels: NodeId,
  output: Output,
  down: number,
  across: number,
  band: Band,
): NodeId => {
  const tiles = band.count * across;
  const { height, width } = output;
  const order: number[] = [];
  for (let row = 0; row < band.count; row++) {
    const top = ((band.first + row) % down) * TILE;
    for (let y = 0; y < TILE && top + y < height; y++)
      for (let x = 0; x < width; x++)
        order.push((y * TILE + (x % TILE)) * tiles + row * across + Math.floor(x / TILE));
  }
  const key = `untile;${height},${width};${down};${band.first % down},${band.count}`;
  return lists.gather(b, pixels, key, order.length, (list) => list.set(order));
};

/**
 * The gradient of that convolution by its filter, [3,3,I,O]: both pictures' tiles under their transforms, multiplied
 * and summed over all tiles, and back. `gradients` is [N·height·width, O].
 */
export const winogradFilterGradient = (
  b: GraphBuilder,
  lists: RowLists,
  rows: Rows,
  gradients: NodeId,
  output: Output,
): NodeId => {
  const [, outputs = 1] = b.shape(gradients);
  const inputs = rows.channels;
  const { down, across } = tilesOf(output);
  const { height, width } = output;
  const bands = bandsOf(
    rows.batch * down,
    bytesOf(36, across, Math.max(inputs, outputs)),
    GRADIENT_BAND_BYTES,
  );
  const parts = bands.map((band) => {
    const tiles = band.count * across;
    const key = `gradient tiles;${rows.batch},${height},${width};${band.first},${band.count}`;
    const gathered = lists.gather(b, gradients, key, 16 * tiles, (list) => {
      let at = 0;
      for (let p = 0; p < TILE; p++)
        for (let q = 0; q < TILE; q++)
          for (let row = band.first; row < band.first + band.count; row++)
            for (let j = 0; j < across; j++) {
              const [y, x] = [(row % down) * TILE + p, j * TILE + q];
              list[at++] = y < height && x < width ? (Math.floor(row / down) * height + y) * width + x : -1;
            }
    });
    const spread = b.matmul(A_TRANSPOSED(b), b.reshape(gathered, [16, tiles * outputs]));
    const tilesOfInput = transformedTiles(b, lists, rows, output, band);
    return b.matmul(tilesOfInput, b.reshape(spread, [36, tiles, outputs]), true);
  });
  const sum = parts.reduce((a, c) => b.binary('add', a, c));
  return b.reshape(b.matmul(G_TRANSPOSED(b), b.reshape(sum, [36, inputs * outputs])), [
    3,
    3,
    inputs,
    outputs,
  ]);
};
