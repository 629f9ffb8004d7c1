import fc from 'fast-check';
import type { Sample } from '../agree.js';
import { bools, distinctFloats, floats, ints, shape, size } from '../tensors.js';
import { type Cases, either, oneKernel } from './programs.js';

/** Index tuples [count, depth] into a shape, all different where asked for. */
const tuples = (dims: readonly number[], depth: number, count: number) =>
  fc
    .array(fc.tuple(...dims.slice(0, depth).map((d) => fc.nat(d - 1))), {
      minLength: count,
      maxLength: count,
    })
    .map((rows) => ({
      dtype: 'int32' as const,
      shape: [count, depth],
      data: Int32Array.from(rows.flat()),
    }));

const distinctTuples = (dims: readonly number[], depth: number, count: number) =>
  fc
    .uniqueArray(fc.tuple(...dims.slice(0, depth).map((d) => fc.nat(d - 1))), {
      minLength: 1,
      maxLength: count,
      selector: (row) => row.join(),
    })
    .map((rows) => ({
      dtype: 'int32' as const,
      shape: [rows.length, depth],
      data: Int32Array.from(rows.flat()),
    }));

const gathers = shape(1).chain((dims) =>
  fc.nat(dims.length - 1).chain((axis) =>
    fc.tuple(fc.nat(axis), shape(0, 2, 3)).chain(([batchDims, chosen]) => {
      const indices = ints([...dims.slice(0, batchDims), ...chosen], 0, dims[axis]! - 1);
      const attrs = { axis, batchDims };
      return fc.oneof(
        oneKernel('GatherV2', { x: floats(dims), indices }, attrs, ['x']),
        oneKernel('GatherV2', { x: ints(dims), indices }, attrs),
        oneKernel('GatherV2', { x: bools(dims), indices }, attrs),
      );
    }),
  ),
);

const scattered = (
  then: (dims: readonly number[], depth: number, count: number) => fc.Arbitrary<Sample>,
): fc.Arbitrary<Sample> =>
  shape(1, 4).chain((dims) =>
    fc
      .tuple(fc.integer({ min: 1, max: dims.length }), size(4))
      .chain(([depth, count]) => then(dims, depth, count)),
  );

const counted = fc.tuple(size(4), size(9), size(6));

export const gatherCases = {
  Bincount: either(
    counted.chain(([, count, buckets]) =>
      fc.oneof(
        oneKernel('Bincount', { x: ints([count], 0, 8), weights: floats([count]) }, { size: buckets }),
        oneKernel('Bincount', { x: ints([count], 0, 8), weights: ints([0]) }, { size: buckets }),
      ),
    ),
  ),
  DenseBincount: either(
    fc
      .tuple(counted, fc.boolean())
      .chain(([[rows, count, buckets], binaryOutput]) =>
        fc.oneof(
          oneKernel(
            'DenseBincount',
            { x: ints([rows, count], 0, 8), weights: floats([rows, count]) },
            { size: buckets, binaryOutput },
          ),
          oneKernel(
            'DenseBincount',
            { x: ints([rows, count], 0, 8), weights: floats([0]) },
            { size: buckets, binaryOutput },
          ),
          oneKernel('DenseBincount', { x: ints([count], 0, 8), weights: ints([count]) }, { size: buckets }),
        ),
      ),
  ),
  GatherNd: either(
    scattered((dims, depth, count) =>
      fc.oneof(
        oneKernel('GatherNd', { params: floats(dims), indices: tuples(dims, depth, count) }, {}, ['params']),
        oneKernel('GatherNd', { params: ints(dims), indices: tuples(dims, depth, count) }),
      ),
    ),
  ),
  GatherV2: either(gathers),
  ScatterNd: either(
    scattered((dims, depth, count) => {
      const updates = [count, ...dims.slice(depth)];
      return fc.oneof(
        oneKernel(
          'ScatterNd',
          { indices: tuples(dims, depth, count), updates: floats(updates) },
          { shape: dims },
          ['updates'],
        ),
        oneKernel(
          'ScatterNd',
          { indices: tuples(dims, depth, count), updates: ints(updates) },
          { shape: dims },
        ),
      );
    }),
  ),
  SearchSorted: either(
    fc
      .tuple(size(3), size(6), size(6), fc.constantFrom('left', 'right'))
      .chain(([batch, length, count, side]) => {
        const sorted = ints([batch, length], 0, 4).map((t) => ({
          ...t,
          dtype: 'int32' as const,
          data: Int32Array.from({ length: batch }, (_, row) => row).reduce(
            (all, row) => {
              all.set(Int32Array.from(t.data.slice(row * length, (row + 1) * length)).sort(), row * length);
              return all;
            },
            new Int32Array(batch * length),
          ),
        }));
        return oneKernel(
          'SearchSorted',
          { sortedSequence: sorted, values: ints([batch, count], -1, 5) },
          { side },
        );
      }),
  ),
  SparseToDense: either(
    scattered((dims, _, count) =>
      distinctTuples(dims, dims.length, count).chain((sparseIndices) =>
        fc.oneof(
          oneKernel(
            'SparseToDense',
            {
              sparseIndices: fc.constant(sparseIndices),
              sparseValues: floats([sparseIndices.shape[0]!]),
              defaultValue: floats([]),
            },
            { outputShape: dims },
            ['sparseValues', 'defaultValue'],
          ),
          oneKernel(
            'SparseToDense',
            { sparseIndices: fc.constant(sparseIndices), sparseValues: ints([]), defaultValue: ints([]) },
            { outputShape: dims },
          ),
        ),
      ),
    ),
  ),
  TensorScatterUpdate: either(
    scattered((dims, depth, count) =>
      distinctTuples(dims, depth, count).chain((indices) =>
        oneKernel(
          'TensorScatterUpdate',
          {
            tensor: floats(dims),
            indices: fc.constant(indices),
            updates: floats([indices.shape[0]!, ...dims.slice(depth)]),
          },
          {},
          ['tensor', 'updates'],
        ),
      ),
    ),
  ),
  TopK: either(
    shape(1, 3, 7).chain((dims) =>
      fc
        .integer({ min: 1, max: dims.at(-1)! })
        .chain((k) =>
          fc.oneof(
            oneKernel('TopK', { x: distinctFloats(dims) }, { k, sorted: true }, ['x']),
            oneKernel('TopK', { x: ints(dims, 0, 3) }, { k, sorted: true }),
          ),
        ),
    ),
  ),
  UnsortedSegmentSum: either(
    fc
      .tuple(shape(1, 3), size(5))
      .chain(([dims, numSegments]) =>
        oneKernel(
          'UnsortedSegmentSum',
          { x: floats(dims), segmentIds: ints([dims[0]!], -1, numSegments) },
          { numSegments },
          ['x'],
        ),
      ),
  ),
} satisfies Partial<Cases>;
