import { type Graph, type GraphBuilder, isOp, type NodeId, rewrite, type Site } from '../graph/index.js';

/**
 * Slopes of activations, which have one value above zero and another below, written as a product and a clamp: ONNX Runtime
 * narrows booleans to numbers and selects on one core, in three to five operators. Only where gradients are computed: a value
 * that is no number gives one here, and numbers below 1e-38 count for less than they are.
 */
export const clampSlopes = (graph: Graph): Graph =>
  rewrite(graph, (site) => (site.node.scope.startsWith('backward') ? slope(site) : undefined));

/** What carries every normal number beyond 1. */
const STEEP = 3e38;

const slope = ({ node, inputs: [x, y, z], build: b }: Site): NodeId | undefined => {
  // Rectified units: 1 where x > 0, else 0.
  if (isOp(node, 'cast') && node.attrs.to === 'float32') {
    const above = isAboveZero(b, x!);
    return above === undefined ? undefined : clamped(b, steep(b, above), 0, 1);
  }
  // Leaky ones: that by 1 - α, and α.
  if (isOp(node, 'binary') && node.attrs.fn === 'add') {
    const [scaled, low] = [b.node(x!), uniform(b, y!)];
    if (low === undefined || low < 0 || scaled.op !== 'binary' || scaled.attrs.fn !== 'mul') return undefined;
    const [mask, height] = [b.node(scaled.inputs[0]!), uniform(b, scaled.inputs[1]!)];
    if (height === undefined || height <= 0 || mask.op !== 'clip' || mask.attrs.min !== 0) return undefined;
    const isSlope = mask.attrs.max === 1 && isSteep(b, mask.inputs[0]!);
    return isSlope ? clamped(b, mask.inputs[0]!, low, low + height) : undefined;
  }
  // Absolute values: x where it is no number, else 1 where x > 0, else -1.
  if (isOp(node, 'select')) {
    const [nan, step] = [b.node(x!), b.node(z!)];
    if (nan.op !== 'unary' || nan.attrs.fn !== 'isNaN' || nan.inputs[0] !== y || step.op !== 'select')
      return undefined;
    const [high, low] = [uniform(b, step.inputs[1]!), uniform(b, step.inputs[2]!)];
    if (isAboveZero(b, step.inputs[0]!) !== y || high !== 1 || low === undefined || low < -1 || low > 1)
      return undefined;
    return clamped(b, b.binary('sub', steep(b, y!), b.fill(1)), low, high);
  }
  return undefined;
};

const steep = (b: GraphBuilder, x: NodeId): NodeId => b.binary('mul', x, b.fill(STEEP));

const isSteep = (b: GraphBuilder, id: NodeId): boolean => {
  const node = b.node(id);
  return (
    node.op === 'binary' && node.attrs.fn === 'mul' && uniform(b, node.inputs[1]!) === Math.fround(STEEP)
  );
};

const clamped = (b: GraphBuilder, x: NodeId, min: number, max: number): NodeId =>
  b.add('clip', [x], { min, max });

const uniform = (b: GraphBuilder, id: NodeId): number | undefined => {
  const node = b.node(id);
  return node.op === 'fill' && node.dtype === 'float32' ? node.attrs.value : undefined;
};

/** What is compared, where a node is `x > 0` of numbers. */
const isAboveZero = (b: GraphBuilder, id: NodeId): NodeId | undefined => {
  const node = b.node(id);
  if (node.op !== 'compare' || node.attrs.fn !== 'greater') return undefined;
  const [x, zero] = node.inputs as readonly [NodeId, NodeId];
  return uniform(b, zero) === 0 && b.node(x).dtype === 'float32' ? x : undefined;
};
