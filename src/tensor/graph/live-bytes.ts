import { elementCount, type Graph, type Node } from './ir.js';

const widths: Readonly<Record<Node['dtype'], number>> = {
  float32: 4,
  int32: 4,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

const isConstant = ({ op }: Node): boolean => op === 'constant' || op === 'fill';

const bytesOf = (node: Node): number => elementCount(node.shape) * widths[node.dtype];

/** The bytes of a graph's constants, which an engine holds as long as the program is open. */
export const constantBytes = ({ nodes }: Graph): number =>
  nodes.reduce((sum, node) => (node.op === 'constant' ? sum + bytesOf(node) : sum), 0);

/**
 * The most bytes that a graph's values take at once when it is run node by node, each value held until its last use;
 * constants left out. An engine adds what it lays out for itself.
 */
export const liveBytes = (graph: Graph): number => {
  const bytes = graph.nodes.map((node) => (isConstant(node) ? 0 : bytesOf(node)));
  const lastUse = new Map<number, number>();
  graph.nodes.forEach((node, id) => {
    for (const input of node.inputs) lastUse.set(input, id);
  });
  for (const { node } of graph.outputs) lastUse.set(node, graph.nodes.length);
  const ending = new Map<number, number>();
  for (const [id, at] of lastUse) ending.set(at, (ending.get(at) ?? 0) + bytes[id]!);
  return graph.nodes.reduce<{ live: number; most: number }>(
    ({ live, most }, _, id) => {
      const held = live + bytes[id]!;
      return { live: held - (ending.get(id) ?? 0), most: Math.max(most, held) };
    },
    { live: 0, most: 0 },
  ).most;
};
