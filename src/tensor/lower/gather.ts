import { elementCount, type GraphBuilder, type NodeId } from '../graph/index.js';
import type * as tf from '../tfjs.js';
import { iota } from './constants.js';
import { convert, float, numeric, scalarLike, together } from './dtypes.js';
import type { NoAttrs } from './kernel-attrs.js';
import { type Call, operand, type Rule, type Rules } from './rule.js';
import { axisOf } from './shape.js';

const indicesOf = (b: GraphBuilder, x: NodeId): NodeId => convert(b, x, 'int32');

/** Elements along an axis; with batch axes, each batch has its own indices. */
const gather = ({ b, on, attrs }: Call<tf.GatherV2Attrs>): NodeId => {
  const [x, indices] = [operand(on, 'x'), indicesOf(b, operand(on, 'indices'))];
  const shape = b.shape(x);
  const axis = axisOf(attrs.axis, shape.length);
  const batchDims = attrs.batchDims ?? 0;
  if (batchDims === 0) return b.add('gather', [x, indices], { axis });
  // The batches are laid one after another along the axis, and each batch's indices moved to its stretch.
  const batch = elementCount(shape.slice(0, batchDims));
  const outer = elementCount(shape.slice(batchDims, axis));
  const inner = elementCount(shape.slice(axis + 1));
  const [length, chosen] = [shape[axis]!, b.shape(indices).slice(batchDims)];
  const count = elementCount(chosen);
  const rows = b.transpose(b.reshape(x, [batch, outer, length, inner]), [1, 0, 2, 3]);
  const starts = b.binary('mul', b.reshape(iota(b, batch), [batch, 1]), b.fill(length, [], 'int32'));
  const moved = b.binary('add', b.reshape(indices, [batch, count]), starts);
  const found = b.add('gather', [b.reshape(rows, [outer, batch * length, inner]), moved], { axis: 1 });
  return b.reshape(b.transpose(found, [1, 0, 2, 3]), [
    ...shape.slice(0, axis),
    ...chosen,
    ...shape.slice(axis + 1),
  ]);
};

/** One index a row for operators that take index tuples. */
const asTuples = (b: GraphBuilder, indices: NodeId): NodeId => b.reshape(indices, [...b.shape(indices), 1]);

/** Sums the rows of `values` that have one bucket; indices outside 0 … count-1 are left out. */
const addIntoBuckets = (b: GraphBuilder, indices: NodeId, values: NodeId, count: number): NodeId => {
  const inside = b.add(
    'logical',
    [
      b.compare('greaterEqual', indices, scalarLike(b, indices, 0)),
      b.compare('less', indices, scalarLike(b, indices, count)),
    ],
    { fn: 'and' },
  );
  const bucket = b.select(inside, indices, scalarLike(b, indices, count));
  const rest = b.shape(values).slice(b.shape(indices).length);
  const sums = b.add('scatterNd', [asTuples(b, bucket), values], { shape: [count + 1, ...rest] });
  return b.sliceAxis(sums, 0, 0, count);
};

const segmentSum = ({ b, on, attrs }: Call<tf.UnsortedSegmentSumAttrs>): NodeId => {
  const ids = indicesOf(b, operand(on, 'segmentIds'));
  return addIntoBuckets(b, ids, float(b, operand(on, 'x')), attrs.numSegments);
};

/** What each element adds to its bucket: its weight, or 1 when there are no weights. */
const weightsOf = (b: GraphBuilder, x: NodeId, weights: NodeId): NodeId =>
  elementCount(b.shape(weights)) === 0
    ? b.fill(1, b.shape(x), b.dtype(weights))
    : b.reshape(weights, b.shape(x));

const bincount = ({ b, on, attrs }: Call<tf.BincountAttrs>): NodeId => {
  const x = indicesOf(b, operand(on, 'x'));
  return addIntoBuckets(b, x, weightsOf(b, x, operand(on, 'weights')), attrs.size);
};

const denseBincount = ({ b, on, attrs }: Call<tf.DenseBincountAttrs>): NodeId => {
  const [x, weights] = [indicesOf(b, operand(on, 'x')), operand(on, 'weights')];
  const { size, binaryOutput = false } = attrs;
  const shape = b.shape(x);
  // tfjs counts presence only by rows.
  const values = weightsOf(b, x, weights);
  if (shape.length < 2) return addIntoBuckets(b, x, values, size);
  const [rows = 1, columns = 1] = shape;
  // Each row counts into buckets of its own; what is too large goes into one behind all of them.
  const beyond = b.compare('greaterEqual', x, scalarLike(b, x, size));
  const starts = b.binary('mul', b.reshape(iota(b, rows), [rows, 1]), scalarLike(b, x, size));
  const bucket = b.select(beyond, scalarLike(b, x, rows * size), b.binary('add', x, starts));
  const flat = [rows * columns];
  const sums = b.reshape(addIntoBuckets(b, b.reshape(bucket, flat), b.reshape(values, flat), rows * size), [
    rows,
    size,
  ]);
  if (!binaryOutput) return sums;
  const counts = addIntoBuckets(b, b.reshape(bucket, flat), b.fill(1, flat, 'int32'), rows * size);
  return b.cast(b.cast(b.reshape(counts, [rows, size]), 'bool'), b.dtype(weights));
};

/** Writes updates over a tensor; where an index comes twice, an engine may take either. */
const overwrite = (b: GraphBuilder, tensor: NodeId, indices: NodeId, updates: NodeId): NodeId => {
  const depth = b.shape(indices).at(-1) ?? 1;
  const rows = b.shape(indices).slice(0, -1);
  const full = b.expand(updates, [...rows, ...b.shape(tensor).slice(depth)]);
  return b.add('scatterUpdate', [tensor, indices, full], {});
};

const scatter: Rule<tf.ScatterNdAttrs> = ({ b, on, attrs }) => {
  const updates = operand(on, 'updates');
  const sums = b.add('scatterNd', [indicesOf(b, operand(on, 'indices')), numeric(b, updates)], {
    shape: attrs.shape,
  });
  return b.cast(sums, b.dtype(updates));
};

const sparseToDense: Rule<tf.SparseToDenseAttrs> = ({ b, on, attrs }) => {
  const [values, other] = together(b, operand(on, 'sparseValues'), operand(on, 'defaultValue')) as [
    NodeId,
    NodeId,
  ];
  const indices = indicesOf(b, operand(on, 'sparseIndices'));
  const tuples =
    b.shape(indices).length < 2 ? b.reshape(indices, [elementCount(b.shape(indices)), 1]) : indices;
  return overwrite(b, b.expand(other, attrs.outputShape), tuples, values);
};

/** How many elements of each sorted row come before a value: a comparison with all of them, summed. */
const searchSorted: Rule<tf.SearchSortedAttrs> = ({ b, on, attrs }) => {
  const [sorted, values] = together(b, operand(on, 'sortedSequence'), operand(on, 'values')) as [
    NodeId,
    NodeId,
  ];
  const [batch = 1, length = 0] = b.shape(sorted);
  const row = b.reshape(sorted, [batch, 1, length]);
  const column = b.reshape(values, [batch, b.shape(values)[1] ?? 0, 1]);
  const before = b.compare(attrs.side === 'left' ? 'less' : 'lessEqual', row, column);
  return b.reduce('sum', b.cast(before, 'int32'), [2], false);
};

const topK: Rule<tf.TopKAttrs> = ({ b, on, attrs }) => {
  const x = operand(on, 'x');
  const numbers = numeric(b, x);
  const values = b.add('topK', [numbers], { k: attrs.k, result: 'values' });
  return [b.cast(values, b.dtype(x)), b.add('topK', [numbers], { k: attrs.k, result: 'indices' })];
};

/** Reading and writing at indices, counting into buckets, finding and ordering. */
export const gatherRules = {
  Bincount: bincount,
  DenseBincount: denseBincount,
  GatherNd: ({ b, on }: Call<NoAttrs>) =>
    b.add('gatherNd', [operand(on, 'params'), indicesOf(b, operand(on, 'indices'))], {}),
  GatherV2: gather,
  ScatterNd: scatter,
  SearchSorted: searchSorted,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: ({ b, on }: Call<NoAttrs>) =>
    overwrite(b, operand(on, 'tensor'), indicesOf(b, operand(on, 'indices')), operand(on, 'updates')),
  TopK: topK,
  UnsortedSegmentSum: segmentSum,
} satisfies Partial<Rules>;
