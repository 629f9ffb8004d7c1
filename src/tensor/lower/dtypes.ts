import type { GraphBuilder, IrDType, NodeId } from '../graph/index.js';
import { UnsupportedError } from './rule.js';

/** A scalar of the dtype of `like`, to be broadcast. */
export const scalarLike = (b: GraphBuilder, like: NodeId, value: number): NodeId =>
  b.fill(value, [], b.dtype(like));

/** Booleans as the integers 0 and 1: ONNX computes with and compares numbers only. */
export const numeric = (b: GraphBuilder, x: NodeId): NodeId =>
  b.dtype(x) === 'bool' ? b.cast(x, 'int32') : x;

export const float = (b: GraphBuilder, x: NodeId): NodeId => b.cast(x, 'float32');

/** What is neither NaN nor infinite. */
export const finite = (b: GraphBuilder, x: NodeId): NodeId =>
  b.compare('equal', b.binary('sub', x, x), scalarLike(b, x, 0));

/**
 * tfjs's conversion: floats are cut towards zero, with NaN and the infinities becoming 0; what is not 0 is true. Floats
 * beyond the range of int32 give an engine's own value, as in C.
 */
export const convert = (b: GraphBuilder, x: NodeId, to: IrDType): NodeId =>
  b.dtype(x) === 'float32' && to === 'int32'
    ? b.cast(b.select(finite(b, x), x, scalarLike(b, x, 0)), 'int32')
    : b.cast(x, to);

const ORDER: readonly IrDType[] = ['bool', 'int32', 'float32'];

/** Several values in the widest of their dtypes: bool, then int32, then float32. */
export const together = (b: GraphBuilder, ...values: readonly NodeId[]): readonly NodeId[] => {
  const widest = ORDER[Math.max(...values.map((v) => ORDER.indexOf(b.dtype(v))))] ?? 'float32';
  return values.map((v) => b.cast(v, widest));
};

/** tfjs's dtype as the graph's. Throws UnsupportedError for strings and complex numbers. */
export const dtypeOf = (dtype: string): 'float32' | 'int32' | 'bool' => {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new UnsupportedError(`dtype ${dtype} is not compiled; use float32, int32 or bool`);
};
