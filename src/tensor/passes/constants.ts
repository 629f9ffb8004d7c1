import type { DType, HostTensor } from '../../ports/index.js';
import {
  elementCount,
  type Graph,
  type GraphBuilder,
  isOp,
  type NodeId,
  rewrite,
  type Site,
} from '../graph/index.js';
import { evaluate } from './evaluate.js';

// Larger constants are folded by ONNX Runtime when the session is made; here it would only cost time and memory.
const MOST_ELEMENTS = 1 << 16;

/** Computes what depends on constants only; results that are uniform are kept as one number. */
export const foldConstants = (graph: Graph): Graph => rewrite(graph, (site) => foldNode(site));

const foldNode = (site: Site): NodeId | undefined =>
  site.inputs.length === 0 ? undefined : (foldUniform(site) ?? foldKnown(site));

/** Operators whose result is uniform when all their operands are. */
const foldUniform = ({ node, inputs, build: b }: Site): NodeId | undefined => {
  const operands = inputs.map((i) => b.node(i));
  if (!operands.every((o) => o.op === 'fill')) return undefined;
  const fill = (value: number): NodeId => b.fill(value, node.shape, node.dtype);
  const [value] = operands.map((o) => (o.op === 'fill' ? o.attrs.value : 0));
  if (MOVES.has(node.op)) return fill(value!);
  if (isOp(node, 'concat'))
    return operands.every((o) => o.op === 'fill' && o.attrs.value === value) ? fill(value!) : undefined;
  if (isOp(node, 'pad'))
    return node.attrs.mode !== 'constant' || node.attrs.value === value ? fill(value!) : undefined;
  if (isOp(node, 'reduce')) {
    const count = elementCount(node.attrs.axes.map((a) => operands[0]!.shape[a]!));
    if (node.attrs.fn === 'prod') return undefined;
    return fill(node.attrs.fn === 'sum' ? value! * count : value!);
  }
  const scalars = operands.map(
    (o): HostTensor => scalar(o.op === 'fill' ? o.attrs.value : 0, o.dtype as DType),
  );
  const result = evaluate({ ...node, shape: [] }, scalars);
  return result === undefined || !ELEMENTWISE.has(node.op) ? undefined : fill(result.data[0]!);
};

const MOVES: ReadonlySet<string> = new Set(['transpose', 'reshape', 'expand', 'slice', 'gather']);
const ELEMENTWISE: ReadonlySet<string> = new Set(['unary', 'binary', 'compare', 'cast']);

const scalar = (value: number, dtype: DType): HostTensor => {
  if (dtype === 'float32') return { dtype, shape: [], data: Float32Array.of(value) };
  if (dtype === 'int32') return { dtype, shape: [], data: Int32Array.of(value) };
  return { dtype: 'bool', shape: [], data: Uint8Array.of(value) };
};

const foldKnown = ({ node, inputs, build: b }: Site): NodeId | undefined => {
  if (elementCount(node.shape) > MOST_ELEMENTS) return undefined;
  const operands = inputs.map((i) => known(b, i));
  if (!operands.some((o) => o?.kind === 'constant') || operands.includes(undefined)) return undefined;
  const result = evaluate(
    node,
    operands.map((o) => o!.value),
  );
  return result === undefined ? undefined : b.constant(result);
};

const known = (
  b: GraphBuilder,
  id: NodeId,
): { readonly kind: 'constant' | 'fill'; readonly value: HostTensor } | undefined => {
  const node = b.node(id);
  if (node.op === 'constant') return { kind: 'constant', value: node.attrs.value };
  if (node.op !== 'fill' || !['float32', 'int32', 'bool'].includes(node.dtype)) return undefined;
  // One element with the rank of the whole: reading broadcasts it.
  return {
    kind: 'fill',
    value: { ...scalar(node.attrs.value, node.dtype as DType), shape: node.shape.map(() => 1) },
  };
};
