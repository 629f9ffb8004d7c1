import {
  elementCount,
  type Graph,
  GraphBuilder,
  isOp,
  type Node,
  type NodeId,
  type OpName,
} from '../graph/index.js';
import { inGroups, rowGroups } from './row-groups.js';

/**
 * Keeps memory low under ONNX Runtime's planner, which gives the buffer of a dead value to any later value of exactly the
 * same shape and holds it in between, however long. The program is cut into stages, and large values of different stages
 * get different shapes (leading axes of length one), so that a buffer is handed on within a stage only.
 *
 * What a later stage needs again is computed there once more where that is cheap: patches from the picture that they were
 * copied from, an activation from its own input if that is kept anyway. One pass over memory, instead of a large value held
 * from the forward to the backward half of a training step.
 */
export const cutIntoStages = (graph: Graph, limits: Limits = LIMITS): Graph => {
  const isLarge = (node: Node): boolean => bytes(node) >= limits.large;
  const written = bytesBefore(graph);
  const total = written.at(-1)!;
  if (total === 0 || total < limits.program) return graph;
  const stages = written.map((before) => Math.min(STAGES - 1, Math.floor((STAGES * before) / total)));
  const near = Math.max(limits.near, total / STAGES);
  const lastStage = lastUses(graph, stages);
  const blocked = new Set([...blockedValues(graph), ...outputValues(graph)]);
  const groups = rowGroups(graph, stages, (id) => isLarge(graph.nodes[id]!));
  const build = new GraphBuilder();
  const moved: NodeId[] = [];
  // What was last used as what, where: bands of one convolution share what they are copied from.
  const uses = new Map<NodeId, { readonly copy: NodeId; readonly at: NodeId }>();
  /** A value for the use of a node: as it is, or computed again there. */
  const forUse = (id: NodeId, user: NodeId): NodeId => {
    const node = graph.nodes[id]!;
    const last = uses.get(id) ?? { copy: moved[id]!, at: id };
    const far = stages[last.at]! < stages[user]! && written[user]! - written[last.at]! >= near;
    if (!isLarge(node)) return last.copy;
    if (node.op === 'reshape') return build.reshape(forUse(node.inputs[0]!, user), node.attrs.shape);
    const cheap =
      isRearrangement(graph, node) || (isActivation(node) && lastStage[node.inputs[0]!]! >= stages[user]!);
    const copy =
      far && cheap
        ? staged(
            build,
            node,
            node.inputs.map((i) => forUse(i, user)),
            stages[user]!,
          )
        : last.copy;
    uses.set(id, { copy, at: user });
    return copy;
  };
  graph.nodes.forEach((node, id) => {
    build.enter(node.scope);
    const stage = stages[id]!;
    const inputs = node.inputs.map((i) => forUse(i, id));
    const made = (): NodeId => build.add<OpName>(node.op, inputs, node.attrs);
    if (isOp(node, 'conv') && groups.has(id)) moved.push(inGroups(build, node, inputs, groups.get(id)!));
    else if (groups.has(node.inputs[0]!)) moved.push(build.reshape(made(), node.shape));
    else moved.push(isLarge(node) && !blocked.has(id) ? staged(build, node, inputs, stage) : made());
  });
  return build.graph(
    graph.name,
    graph.outputs.map((o) => ({ ...o, node: moved[o.node]! })),
  );
};

/** From how many bytes on a program is cut, and a value counts as large. */
export interface Limits {
  readonly program: number;
  readonly large: number;
  /** Between two uses of a value, from how many bytes on it may be computed again instead of held. */
  readonly near: number;
}

const STAGES = 6;
const LIMITS: Limits = { program: 64e6, large: 2e6, near: 200e6 };

const bytes = (node: Node): number => 4 * elementCount(node.shape);

/** Patches and tiles: rows copied from a smaller value, or from one with a row of zeros behind it. */
const isRearrangement = (graph: Graph, node: Node): boolean => {
  const source = sourceOf(graph, node);
  if (source === undefined) return false;
  if (node.op === 'concat') return node.inputs.some((i) => graph.nodes[i]!.op === 'fill');
  return node.op === 'gather' && (bytes(node) > 1.5 * bytes(source) || isRearrangement(graph, source));
};

/** The first operand, seen through reshapes. */
const sourceOf = (graph: Graph, node: Node): Node | undefined => {
  const [first] = node.inputs;
  if (first === undefined) return undefined;
  const source = graph.nodes[first]!;
  return source.op === 'reshape' ? sourceOf(graph, source) : source;
};

const isActivation = (node: Node): boolean =>
  (isOp(node, 'unary') && node.attrs.fn === 'relu') || isOp(node, 'leakyRelu');

/** How much is written before each node, and at the end in all: stages are equal shares of it. */
const bytesBefore = (graph: Graph): readonly number[] => {
  let sum = 0;
  const before = graph.nodes.map((node) => {
    const own = node.op === 'reshape' || node.inputs.length === 0 ? 0 : bytes(node);
    sum += own;
    return sum - own;
  });
  return [...before, sum];
};

/**
 * Values on either side of ONNX Runtime's own convolutions and of transpositions. It keeps the former in a blocked layout
 * and fuses activations into the convolution, which a reshape in between would undo; it moves the latter through reshapes,
 * to where more axes make them five times as slow.
 */
const blockedValues = (graph: Graph): ReadonlySet<NodeId> => {
  const blocked = new Set<NodeId>();
  const blocks = (node: Node): boolean => node.op === 'conv' || node.op === 'transpose';
  graph.nodes.forEach((node, id) => {
    if (blocks(node)) for (const i of node.inputs) blocked.add(i);
    if (node.inputs.some((i) => blocks(graph.nodes[i]!))) blocked.add(id);
  });
  return blocked;
};

/** Outputs and what they are reshaped from: a reshape behind them would be one more copy of each. */
const outputValues = (graph: Graph): ReadonlySet<NodeId> => {
  const source = (id: NodeId): NodeId => {
    const node = graph.nodes[id]!;
    return node.op === 'reshape' ? source(node.inputs[0]!) : id;
  };
  return new Set(graph.outputs.map(({ node }) => source(node)));
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
  // ONNX Runtime visits the operand that was added last first: the newest, so that what is far older waits until then.
  const lift = (wanted: (id: NodeId) => boolean): readonly NodeId[] => {
    const chosen = inputs.filter(wanted).toSorted((a, c) => a - c);
    const lifted = new Map(chosen.map((id) => [id, b.reshape(id, [...ones, ...b.shape(id)])]));
    return inputs.map((id) => lifted.get(id) ?? id);
  };
  const add = (operands: readonly NodeId[], attrs: Node['attrs'] = node.attrs): NodeId =>
    b.reshape(b.add<OpName>(node.op, operands, attrs), node.shape);
  const whole = (id: NodeId): boolean => b.shape(id).length === node.shape.length && b.node(id).op !== 'fill';
  const all = (): boolean => true;
  if (stage > 0 && isOp(node, 'concat')) return add(lift(all), { axis: node.attrs.axis + stage });
  // What is gathered by a list has the axes of the list among its own.
  if (stage > 0 && isOp(node, 'gather')) return add(lift((id) => id === inputs[1]));
  if (stage > 0 && SAME_SHAPE.has(node.op)) return add(lift(all));
  if (stage > 0 && BROADCAST.has(node.op)) return add(lift(whole));
  return b.add<OpName>(node.op, inputs, node.attrs);
};

const SAME_SHAPE: ReadonlySet<OpName> = new Set<OpName>([
  'unary',
  'leakyRelu',
  'clip',
  'cast',
  'quantize',
  'matmul',
]);
const BROADCAST: ReadonlySet<OpName> = new Set<OpName>(['binary', 'compare', 'select']);
