import * as tf from '../tensor/tfjs.js';

/** Numbers of an affine transform of a colour: three rows of three factors and an offset. */
export const AFFINE = 12;

/** A place between the cells of an axis: the two that it lies between, and how far it is from the first to the second. */
export interface Between {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/**
 * Where a pixel of `pixels` lies between `cells` cells, both with their values at their centres. Beyond the outermost centres
 * is the outermost cell, or, where the axis closes, the one at the other end.
 */
export const betweenCells = (pixel: number, pixels: number, cells: number, closes: boolean): Between => {
  const place = ((pixel + 0.5) * cells) / pixels - 0.5;
  if (closes) {
    const first = Math.floor(place);
    return { first: (first + cells) % cells, second: (first + 1 + cells) % cells, share: place - first };
  }
  const at = Math.min(Math.max(place, 0), cells - 1);
  const first = Math.min(Math.floor(at), Math.max(0, cells - 2));
  return { first, second: Math.min(first + 1, cells - 1), share: at - first };
};

/** The weights of the cells for each pixel of a side, [pixels, cells]. */
const cellWeights = (pixels: number, cells: number): tf.Tensor2D => {
  const weights = new Float32Array(pixels * cells);
  for (let i = 0; i < pixels; i++) {
    const { first, second, share } = betweenCells(i, pixels, cells, false);
    weights[i * cells + first] = (weights[i * cells + first] as number) + 1 - share;
    weights[i * cells + second] = (weights[i * cells + second] as number) + share;
  }
  return tf.tensor2d(weights, [pixels, cells]);
};

/** The weights of the cells of a depth for guides [N,H,W,1] of 0..1: hats around the cells' centres, [N,H,W,depth]. */
const depthWeights = (guide: tf.Tensor4D, depth: number): tf.Tensor4D => {
  const place = tf.clipByValue(tf.sub(tf.mul(guide, depth), 0.5), 0, depth - 1);
  const distance = tf.abs(tf.sub(place, tf.range(0, depth)));
  return tf.relu(tf.sub<tf.Tensor4D>(1, distance));
};

/** What is sliced for each row of pixels: the grid between its rows of cells, [N,H,cells,depth,12], and the depths' weights. */
interface Rows {
  readonly cells: tf.Tensor;
  readonly depths: tf.Tensor4D;
}

/** Transforms [N,H,W,12] of rows of any width: every cell of a row has a weight for every pixel of it. */
const slicedDensely = ({ cells, depths }: Rows): tf.Tensor4D => {
  const [n = 1, height = 1, count = 1, depth = 1] = cells.shape;
  const width = depths.shape[2];
  const columns = tf.reshape(cellWeights(width, count), [width, count, 1]);
  const deep = tf.reshape(depths, [n, height, width, 1, depth]);
  const weights = tf.reshape(tf.mul(deep, columns), [n * height, width, count * depth]);
  const made = tf.matMul(weights, tf.reshape(cells, [n * height, count * depth, AFFINE]));
  return tf.reshape(made, [n, height, width, AFFINE]);
};

/**
 * The same for rows that have an even number of pixels to a cell: all pixels between two neighbouring centres lie between the
 * same two cells, so that only these have weights, and a segment's pixels are one small matrix product.
 */
const slicedBySegments = ({ cells, depths }: Rows): tf.Tensor4D => {
  const [n = 1, height = 1, count = 1, depth = 1] = cells.shape;
  const width = depths.shape[2];
  const pixels = width / count;
  const segments = count + 1;
  const flat = tf.reshape(cells, [n, height, count, depth * AFFINE]);
  const part = (from: number, size: number): tf.Tensor =>
    tf.slice(flat, [0, 0, from, 0], [n, height, size, depth * AFFINE]);
  const [first, last] = [part(0, 1), part(count - 1, 1)];
  const pairs = tf.stack([tf.concat([first, flat], 2), tf.concat([flat, last], 2)], 3);
  const second = Array.from({ length: pixels }, (_, i) => (i + 0.5) / pixels);
  const shares = tf.tensor2d(
    second.map((share) => [1 - share, share].flatMap((each) => Array<number>(depth).fill(each))),
    [pixels, 2 * depth],
  );
  const half = pixels / 2;
  const padded = tf.pad(depths, [
    [0, 0],
    [0, 0],
    [half, half],
    [0, 0],
  ]);
  // Written twice by a product, whose gradient is one too: a sum over an axis of two takes ten times as long.
  const twice = tf.tensor2d(
    Array.from({ length: depth }, (_, i) =>
      Array.from({ length: 2 * depth }, (_, j) => Number(j % depth === i)),
    ),
  );
  const deep = tf.matMul(tf.reshape(padded, [-1, depth]), twice);
  const weights = tf.mul(tf.reshape(deep, [n * height * segments, pixels, 2 * depth]), shares);
  const made = tf.matMul(weights, tf.reshape(pairs, [n * height * segments, 2 * depth, AFFINE]));
  return tf.slice(
    tf.reshape(made, [n, height, segments * pixels, AFFINE]) as tf.Tensor4D,
    [0, 0, half, 0],
    [n, height, width, AFFINE],
  );
};

/**
 * Slices a bilateral grid of affine colour transforms and applies them (Chen, Paris, Durand: "Real-time edge-aware image
 * processing with the bilateral grid", 2007; Gharbi et al.: "Deep Bilateral Learning for Real-Time Image Enhancement", 2017):
 * each pixel's transform lies trilinearly between those of the cells around its place and its guide. The weights of the cells
 * are hat functions, and taking them is a matrix product, so that its gradients are too.
 *
 * @param grid transforms `[N,cells,cells,depth*12]`, for each depth three rows of three factors and an offset
 * @param guide where in depth each pixel lies, `[N,H,W,1]` in 0..1
 * @param pictures `[N,H,W,3]` of values 0..1
 * @returns pictures of values that are not clipped
 */
export const slice = (grid: tf.Tensor4D, guide: tf.Tensor4D, pictures: tf.Tensor4D): tf.Tensor4D => {
  const [n, cells, , numbers] = grid.shape;
  const [, height, width] = pictures.shape;
  const depth = numbers / AFFINE;
  const between = tf.matMul(cellWeights(height, cells), tf.reshape(grid, [n, cells, cells * numbers]));
  const rows: Rows = {
    cells: tf.reshape(between, [n, height, cells, depth, AFFINE]),
    depths: depthWeights(guide, depth),
  };
  const transforms = width % (2 * cells) === 0 ? slicedBySegments(rows) : slicedDensely(rows);
  return transformed(transforms, pictures);
};

/** Pictures [N,H,W,3] by a transform [N,H,W,12] of each pixel: products, and sums of four by a constant matrix. */
const transformed = (transforms: tf.Tensor4D, pictures: tf.Tensor4D): tf.Tensor4D => {
  const channels = tf.tensor2d(
    [0, 1, 2].flatMap((c) => Array.from({ length: AFFINE }, (_, i) => (i % 4 === c ? 1 : 0))),
    [3, AFFINE],
  );
  const ones = tf.tensor1d(Array.from({ length: AFFINE }, (_, i) => (i % 4 === 3 ? 1 : 0)));
  const sums = tf.tensor2d(
    Array.from({ length: AFFINE }, (_, i) => [0, 1, 2].map((c) => (Math.floor(i / 4) === c ? 1 : 0))),
  );
  const values = tf.add(tf.matMul(tf.reshape(pictures, [-1, 3]), channels), ones);
  const products = tf.mul(tf.reshape(transforms, [-1, AFFINE]), values);
  return tf.reshape(tf.matMul(products as tf.Tensor2D, sums), pictures.shape);
};
