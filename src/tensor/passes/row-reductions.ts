import { type Graph, type GraphBuilder, isOp, type NodeId, rewrite, type Site } from '../graph/index.js';

/**
 * Writes sums and means over the rows of a channels-last value as products with a row of ones. ONNX Runtime reduces
 * leading axes on one core, or strided; as a matrix product it takes the time of reading the value once.
 */
export const reduceByProducts = (graph: Graph): Graph => rewrite(graph, (site) => reduceNode(site));

/** Below this the plain reduction is as fast. */
const FEWEST_ROWS = 64;
const FEWEST_CHANNELS = 4;
/** Partial sums a group, so that both cores have work and no sum grows long. */
const MOST_GROUPS = 64;

const reduceNode = ({ node, inputs, build: b }: Site): NodeId | undefined => {
  if (!isOp(node, 'reduce') || node.dtype !== 'float32') return undefined;
  const { fn, axes } = node.attrs;
  if (fn !== 'sum' && fn !== 'mean') return undefined;
  const x = inputs[0]!;
  const shape = b.shape(x);
  // The reduced axes must be one run, with something kept behind it.
  const [first = 0, last = 0] = [axes[0], axes.at(-1)];
  const product = (from: number, to: number): number => shape.slice(from, to).reduce((n, d) => n * d, 1);
  const run = axes.every((axis, i) => axis === first + i);
  const [batch, rows, channels] = [
    product(0, first),
    product(first, last + 1),
    product(last + 1, shape.length),
  ];
  if (!run || rows < FEWEST_ROWS || channels < FEWEST_CHANNELS) return undefined;
  const scale = fn === 'mean' ? 1 / rows : 1;
  return b.reshape(sumRows(b, x, batch, rows, channels, scale), node.shape);
};

/** [batch, rows, channels] summed over its rows and scaled. */
const sumRows = (
  b: GraphBuilder,
  x: NodeId,
  batch: number,
  rows: number,
  channels: number,
  scale: number,
): NodeId => {
  const groups = groupsOf(rows);
  const partial = onesProduct(b, x, batch * groups, rows / groups, channels, groups === 1 ? scale : 1);
  return groups === 1 ? partial : onesProduct(b, partial, batch, groups, channels, scale);
};

const onesProduct = (
  b: GraphBuilder,
  x: NodeId,
  batch: number,
  rows: number,
  channels: number,
  scale: number,
): NodeId => {
  const ones = b.fill(scale, [1, rows]);
  const matrix = b.reshape(x, [batch, rows, channels]);
  return b.matmul(ones, matrix);
};

/** The largest divisor that gives groups of a few hundred rows. */
const groupsOf = (rows: number): number => {
  const most = Math.min(MOST_GROUPS, Math.floor(rows / 256));
  for (let groups = most; groups > 1; groups--) if (rows % groups === 0) return groups;
  return 1;
};
