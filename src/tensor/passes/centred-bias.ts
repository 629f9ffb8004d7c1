import { type Graph, type GraphBuilder, isOp, type NodeId, rewrite, type Site } from '../graph/index.js';

/**
 * Drops a bias that centring takes away again: (x + b) − mean(x + b) is x − mean(x) when b is the same along the averaged
 * axes. A convolution's bias before an instance norm is of this kind, and costs two passes over the picture.
 */
export const dropCentredBias = (graph: Graph): Graph => rewrite(graph, (site) => dropped(site));

const dropped = ({ node, inputs, build: b }: Site): NodeId | undefined => {
  if (!isOp(node, 'binary') || node.attrs.fn !== 'sub') return undefined;
  const [value, mean] = inputs as readonly [NodeId, NodeId];
  const sum = b.node(value);
  const average = averageOf(b, mean);
  if (sum.op !== 'binary' || sum.attrs.fn !== 'add' || average?.of !== value) return undefined;
  const bare = sum.inputs.find((x, i) => {
    const bias = sum.inputs[1 - i]!;
    return b.shape(x).join() === sum.shape.join() && isLevel(b, bias, average.axes, sum.shape.length);
  });
  if (bare === undefined) return undefined;
  const shape = b.shape(mean);
  return b.binary('sub', bare, b.reshape(b.reduce('mean', bare, average.axes, false), shape));
};

/** What a mean, perhaps reshaped, is the mean of. */
const averageOf = (
  b: GraphBuilder,
  id: NodeId,
): { readonly of: NodeId; readonly axes: readonly number[] } | undefined => {
  const node = b.node(id);
  if (node.op === 'reshape') return averageOf(b, node.inputs[0]!);
  return node.op === 'reduce' && node.attrs.fn === 'mean'
    ? { of: node.inputs[0]!, axes: node.attrs.axes }
    : undefined;
};

/** Is a value, broadcast to `rank` axes, the same along all of these? */
const isLevel = (b: GraphBuilder, id: NodeId, axes: readonly number[], rank: number): boolean => {
  const shape = b.shape(id);
  return axes.every((axis) => (shape[axis - (rank - shape.length)] ?? 1) === 1);
};
