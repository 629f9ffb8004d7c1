import * as tf from '../tfjs.js';
import { type Gradient, gradient, mask } from './gradient.js';

const product = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

const scatter = (indices: tf.Tensor, updates: tf.Tensor, shape: readonly number[]): tf.Tensor =>
  tf.scatterND(indices, updates, [...shape]);

/** Adds each row to the place that it was read from. tfjs sums once for every place there is. */
const gather = gradient<tf.GatherV2Attrs>(
  'GatherV2',
  { inputs: ['x', 'indices'] },
  ({ dy, saved, attrs }) => {
    const [x, indices] = saved as [tf.Tensor, tf.Tensor];
    return {
      x: () => {
        const { shape } = x;
        const axis = attrs.axis < 0 ? attrs.axis + x.rank : attrs.axis;
        const batchDims = attrs.batchDims ?? 0;
        const [batch, outer] = [product(shape.slice(0, batchDims)), product(shape.slice(batchDims, axis))];
        const [length, inner] = [shape[axis]!, product(shape.slice(axis + 1))];
        const count = indices.size / batch;
        // One row of places for each batch, the batches one after another.
        const starts = tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(length, 'int32'));
        const places = tf.add(
          tf.reshape(tf.cast(indices, 'int32'), [batch, count]),
          tf.reshape(starts, [batch, 1]),
        );
        const rows = tf.transpose(tf.reshape(dy, [batch, outer, count, inner]), [0, 2, 1, 3]);
        const sums = scatter(
          tf.reshape(places, [batch * count, 1]),
          tf.reshape(rows, [batch * count, outer * inner]),
          [batch * length, outer * inner],
        );
        return tf.reshape(tf.transpose(tf.reshape(sums, [batch, length, outer, inner]), [0, 2, 1, 3]), shape);
      },
      indices: () => tf.zeros(indices.shape),
    };
  },
);

/** dy with zeros where something was written over it. */
const untouched = (dy: tf.Tensor, indices: tf.Tensor): tf.Tensor => {
  const written = scatter(indices, tf.onesLike(tf.gatherND(dy, indices)), dy.shape);
  return tf.where(tf.greater(written, 0), tf.zerosLike(dy), dy);
};

const gatherNd = gradient('GatherNd', { inputs: ['params', 'indices'] }, ({ dy, saved }) => {
  const [params, indices] = saved as [tf.Tensor, tf.Tensor];
  return { params: () => scatter(indices, dy, params.shape), indices: () => tf.zeros(indices.shape) };
});

const scatterNd = gradient('ScatterNd', { inputs: ['indices'] }, ({ dy, saved: [indices] }) => ({
  indices: () => tf.zeros(indices!.shape),
  updates: () => tf.gatherND(dy, indices!),
}));

const tensorScatterUpdate = gradient(
  'TensorScatterUpdate',
  { inputs: ['indices', 'updates'] },
  ({ dy, saved }) => {
    const [indices, updates] = saved as [tf.Tensor, tf.Tensor];
    const read = (): tf.Tensor => tf.gatherND(dy, indices);
    return {
      tensor: () => untouched(dy, indices),
      indices: () => tf.zeros(indices.shape),
      updates: () => (updates.rank === 0 ? tf.sum(read()) : read()),
    };
  },
);

const sparseToDense = gradient(
  'SparseToDense',
  { inputs: ['sparseIndices', 'sparseValues'] },
  ({ dy, saved }) => {
    const [sparseIndices, values] = saved as [tf.Tensor, tf.Tensor];
    const indices = sparseIndices.rank < 2 ? tf.reshape(sparseIndices, [-1, 1]) : sparseIndices;
    const read = (): tf.Tensor => tf.gatherND(dy, indices);
    return {
      sparseIndices: () => tf.zeros(sparseIndices.shape),
      sparseValues: () => (values.rank === 0 ? tf.sum(read()) : tf.reshape(read(), values.shape)),
      defaultValue: () => tf.sum(untouched(dy, indices)),
    };
  },
);

/** Rows of segments that do not exist were left out, and get nothing. */
const unsortedSegmentSum = gradient<tf.UnsortedSegmentSumAttrs>(
  'UnsortedSegmentSum',
  { inputs: ['segmentIds'] },
  ({ dy, saved: [ids], attrs: { numSegments } }) => ({
    x: () => {
      const exists = tf.logicalAnd(tf.greaterEqual(ids!, 0), tf.less(ids!, numSegments));
      const safe = tf.clipByValue(ids!, 0, numSegments - 1);
      const counted = tf.reshape(tf.cast(exists, 'float32'), [ids!.size, ...dy.shape.slice(1).map(() => 1)]);
      return tf.mul(tf.gather(dy, tf.cast(safe, 'int32')), counted);
    },
    segmentIds: () => tf.zeros(ids!.shape),
  }),
);

/** Each value goes back to the place that it was found at. */
const topK: Gradient = {
  kernelName: 'TopK',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dys, saved) => {
    const [dy] = dys as tf.Tensor[];
    const [x, indices] = saved as [tf.Tensor, tf.Tensor];
    const hits = (): tf.Tensor =>
      mask(tf.equal(tf.expandDims(indices, -1), tf.range(0, x.shape.at(-1)!, 1, 'int32')));
    return { x: () => tf.sum(tf.mul(hits(), tf.expandDims(dy!, -1)), -2) };
  },
};

export const gatherGradients: readonly Gradient[] = [
  gather,
  gatherNd,
  scatterNd,
  tensorScatterUpdate,
  sparseToDense,
  unsortedSegmentSum,
  topK,
];
