import { type Graph, keep, type NodeId, rewrite } from '../graph/index.js';

/** Leaves out what no output needs. Inputs stay, used or not: they are the program's signature. */
export const removeDeadCode = (graph: Graph): Graph => {
  const needed = new Set<NodeId>(graph.outputs.map((o) => o.node));
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    const node = graph.nodes[id]!;
    if (node.op === 'input') needed.add(id);
    if (needed.has(id)) for (const i of node.inputs) needed.add(i);
  }
  // A dead node is replaced by any node that exists; nobody refers to it.
  return rewrite(graph, (site) => (needed.has(site.id) ? keep(site) : 0));
};
