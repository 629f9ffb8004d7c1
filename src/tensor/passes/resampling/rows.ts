import type { GraphBuilder, NodeId } from '../../graph/index.js';
import { type AxisMap, type Tap, tapsOf } from './axis.js';

/** Output rows that one product makes, where their number can be divided so. */
const FEW_ROWS = 8;
const MANY_ROWS = 32;
const ROWS = 16;

/** What a run of output rows reads: `count` inputs from `first` on. */
interface Block {
  readonly first: number;
  readonly rows: readonly (readonly Tap[])[];
}

/**
 * Applies a map along the axis of rows of [N, rows, columns]: stretches of rows times a small band matrix. At the borders
 * the matrix holds what is read there instead, so nothing is padded. Works at the speed of reading and writing memory.
 */
export const alongRows = (b: GraphBuilder, x: NodeId, map: AxisMap): NodeId => {
  const [batch = 1, , columns = 1] = b.shape(x);
  const height = rowsAtOnce(map.output);
  const blocks = Array.from({ length: Math.ceil(map.output / height) }, (_, i) =>
    blockOf(map, i * height, height),
  );
  const reach = Math.max(...blocks.map(({ first, rows }) => lastOf(rows) + 1 - first));
  // The last blocks are moved back into the picture.
  const firsts = blocks.map(({ first }) => Math.min(first, map.input - reach));
  const list = Int32Array.from(firsts.flatMap((first) => Array.from({ length: reach }, (_, k) => first + k)));
  const matrices = blocks.map(({ rows }, i) => bandMatrix(rows, firsts[i]!, reach));
  const same = matrices.every((m) => m.every((w, i) => w === matrices[0]![i]));
  const weights = b.constant({
    dtype: 'float32',
    shape: same ? [height, reach] : [blocks.length, height, reach],
    data: same ? matrices[0]! : Float32Array.from(matrices.flatMap((m) => [...m])),
  });
  const index = b.constant({ dtype: 'int32', shape: [blocks.length, reach], data: list });
  const products = b.matmul(weights, b.add('gather', [x, index], { axis: 1 }));
  return b.sliceAxis(b.reshape(products, [batch, blocks.length * height, columns]), 1, 0, map.output);
};

/** The divisor that is nearest to what suits, or what suits. */
const rowsAtOnce = (rows: number): number => {
  if (rows <= MANY_ROWS) return rows;
  const divisors = Array.from({ length: MANY_ROWS + 1 - FEW_ROWS }, (_, i) => FEW_ROWS + i).filter(
    (n) => rows % n === 0,
  );
  return divisors.reduce(
    (best, n) => (Math.abs(n - ROWS) < Math.abs(best - ROWS) ? n : best),
    divisors[0] ?? ROWS,
  );
};

/** A run of output rows with their taps folded into the picture; rows behind the last output read nothing. */
const blockOf = (map: AxisMap, from: number, height: number): Block => {
  const rows = Array.from({ length: height }, (_, i) =>
    from + i < map.output
      ? tapsOf(map, from + i)
          .map(({ at, weight }) => ({ at: at >= 0 && at < map.input ? at : map.fold(at, map.input), weight }))
          .filter(({ at }) => at >= 0)
      : [],
  );
  const ats = rows.flatMap((taps) => taps.map(({ at }) => at));
  return { first: ats.length === 0 ? 0 : Math.min(...ats), rows };
};

const lastOf = (rows: Block['rows']): number =>
  Math.max(0, ...rows.flatMap((taps) => taps.map(({ at }) => at)));

const bandMatrix = (rows: Block['rows'], first: number, reach: number): Float32Array => {
  const matrix = new Float32Array(rows.length * reach);
  rows.forEach((taps, row) => {
    for (const { at, weight } of taps) matrix[row * reach + at - first]! += weight;
  });
  return matrix;
};
