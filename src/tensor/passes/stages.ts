import {
  elementCount,
  type Graph,
  GraphBuilder,
  isOp,
  type Node,
  type NodeId,
  type OpName,
} from '../graph/index.js';

/**
 * Keeps memory low under ONNX Runtime's planner, which gives the buffer of a dead value to any later value of exactly the
 * same shape and holds it in between, however long. The program is cut into stages, and large values of different stages
 * get different shapes (leading axes of length one), so that a buffer is handed on within a stage only.
 *
 * An activation that a later stage needs again is computed there from its own input, if that is kept for the stage anyway:
 * one cheap pass over memory instead of a second large value held from the forward to the backward half of a training step.
 */
export const cutIntoStages = (graph: Graph): Graph => {
  const stages = stagesOf(graph);
  if (stages === undefined) return graph;
  const lastStage = lastUses(graph, stages);
  const build = new GraphBuilder();
  const moved: NodeId[] = [];
  graph.nodes.forEach((node, id) => {
    build.enter(node.scope);
    const stage = stages[id]!;
    const inputs = node.inputs.map((i) => {
      const source = graph.nodes[i]!;
      const again =
        stages[i]! < stage && isCheap(source) && isLarge(source) && lastStage[source.inputs[0]!]! >= stage;
      return again ? staged(build, source, [moved[source.inputs[0]!]!], stage) : moved[i]!;
    });
    moved.push(
      isLarge(node)
        ? staged(build, node, inputs, stage)
        : build.add(node.op as OpName, inputs, node.attrs as never),
    );
  });
  return build.graph(
    graph.name,
    graph.outputs.map((o) => ({ ...o, node: moved[o.node]! })),
  );
};

const STAGES = 6;
/** Programs with smaller values in all fit anywhere. */
const FEWEST_BYTES = 64e6;
const LARGE_BYTES = 2e6;

const bytes = (node: Node): number => 4 * elementCount(node.shape);

const isLarge = (node: Node): boolean => bytes(node) >= LARGE_BYTES;

const isCheap = (node: Node): boolean =>
  (isOp(node, 'unary') && node.attrs.fn === 'relu') || isOp(node, 'leakyRelu');

/** Each node's stage: equal shares of the bytes that the program writes. */
const stagesOf = (graph: Graph): readonly number[] | undefined => {
  const written = (node: Node): number =>
    node.op === 'reshape' || node.inputs.length === 0 ? 0 : bytes(node);
  const total = graph.nodes.reduce((sum, node) => sum + written(node), 0);
  if (total < FEWEST_BYTES) return undefined;
  let sum = 0;
  return graph.nodes.map((node) => {
    const stage = Math.min(STAGES - 1, Math.floor((STAGES * sum) / total));
    sum += written(node);
    return stage;
  });
};

/** The last stage in which each value is used. */
const lastUses = (graph: Graph, stages: readonly number[]): readonly number[] => {
  const last = graph.nodes.map(() => 0);
  graph.nodes.forEach((node, id) => {
    for (const i of node.inputs) last[i] = Math.max(last[i]!, stages[id]!);
  });
  return last;
};

/** The operator with `stage` axes of length one in front of its result, and a free reshape behind it. */
const staged = (b: GraphBuilder, node: Node, inputs: readonly NodeId[], stage: number): NodeId => {
  const ones = Array<number>(stage).fill(1);
  const lifted = (id: NodeId): NodeId => b.reshape(id, [...ones, ...b.shape(id)]);
  const add = (operands: readonly NodeId[], attrs: Node['attrs'] = node.attrs): NodeId =>
    b.reshape(b.add(node.op as OpName, operands, attrs as never), node.shape);
  const whole = (id: NodeId): boolean => b.shape(id).length === node.shape.length && b.node(id).op !== 'fill';
  switch (stage === 0 ? 'input' : node.op) {
    case 'unary':
    case 'leakyRelu':
    case 'clip':
    case 'cast':
      return add(inputs.map(lifted));
    case 'binary':
    case 'compare':
    case 'select':
      return add(inputs.map((id) => (whole(id) ? lifted(id) : id)));
    case 'concat':
      return isOp(node, 'concat') ? add(inputs.map(lifted), { axis: node.attrs.axis + stage }) : add(inputs);
    case 'gather':
      // Rows are gathered by a list; the axes in front of the list are those of the result.
      return isOp(node, 'gather') && node.attrs.axis === 0
        ? add([inputs[0]!, lifted(inputs[1]!)])
        : add(inputs);
    case 'matmul':
      return add(inputs.map(lifted));
    default:
      return b.add(node.op as OpName, inputs, node.attrs as never);
  }
};
