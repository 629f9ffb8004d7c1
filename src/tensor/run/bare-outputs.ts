import type { Graph, NodeId } from '../graph/index.js';
import { removeDeadCode } from '../passes/dead-code.js';

/**
 * Gives outputs in the shape in which they were computed: ONNX Runtime copies what is reshaped into an output, while outside
 * a shape is only a note beside the numbers.
 */
export const bareOutputs = (graph: Graph): Graph => {
  const source = (id: NodeId): NodeId => {
    const node = graph.nodes[id]!;
    return node.op === 'reshape' ? source(node.inputs[0]!) : id;
  };
  return removeDeadCode({ ...graph, outputs: graph.outputs.map((o) => ({ ...o, node: source(o.node) })) });
};
