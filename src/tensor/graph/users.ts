import type { Graph, NodeId } from './ir.js';

/** The nodes that take each node's value, in order and each once, by the node's place in the graph. */
export const usersOf = ({ nodes }: Graph): readonly (readonly NodeId[])[] => {
  const users = nodes.map((): NodeId[] => []);
  nodes.forEach(({ inputs }, id) => {
    for (const input of new Set(inputs)) users[input]!.push(id);
  });
  return users;
};
