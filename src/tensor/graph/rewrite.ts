import { GraphBuilder } from './builder.js';
import type { Graph, Node, NodeId, OpName } from './ir.js';

/** What a rewrite sees of a node: itself, its operands in the new graph, and the builder of the new graph. */
export interface Site {
  readonly node: Node;
  /** The node's id in the old graph. */
  readonly id: NodeId;
  readonly inputs: readonly NodeId[];
  readonly build: GraphBuilder;
}

/** Copies a node onto new operands. */
export const keep = ({ node, inputs, build }: Site): NodeId => build.add<OpName>(node.op, inputs, node.attrs);

/**
 * Rebuilds a graph from front to back; `rule` gives a node's replacement in the new graph, or undefined to keep it.
 * Rebuilding also merges common subexpressions, since the builder never adds one twice.
 */
export const rewrite = (graph: Graph, rule: (site: Site) => NodeId | undefined): Graph => {
  const { build, moved } = copy(graph, rule);
  return build.graph(
    graph.name,
    graph.outputs.map((o) => ({ ...o, node: moved[o.node]! })),
  );
};

const copy = (graph: Graph, rule: (site: Site) => NodeId | undefined) => {
  const build = new GraphBuilder();
  const moved: NodeId[] = [];
  graph.nodes.forEach((node, id) => {
    build.enter(node.scope);
    const site = { node, id, inputs: node.inputs.map((i) => moved[i]!), build };
    moved.push(rule(site) ?? keep(site));
  });
  return { build, moved };
};

/** Puts more operators behind a graph's outputs. */
export const rewriteOutputs = (
  graph: Graph,
  f: (build: GraphBuilder, node: NodeId, name: string) => NodeId,
): Graph => {
  const { build, moved } = copy(graph, () => undefined);
  return build.graph(
    graph.name,
    graph.outputs.map(({ name, node }) => ({ name, node: f(build, moved[node]!, name) })),
  );
};
