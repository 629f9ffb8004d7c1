import type { Graph, Node, NodeOf, OpName } from '../graph/index.js';
import { type Dialect, Emitter } from './emitter.js';
import { emitRules } from './rules.js';
import type { OnnxModel } from './schema.js';

/** A graph as an ONNX model, in the dialect of the engine that is to run it. */
export const emit = (
  graph: Graph,
  dialect: Dialect,
  metadata: Readonly<Record<string, string>> = {},
): OnnxModel => {
  const emitter = new Emitter(graph, dialect);
  graph.nodes.forEach((node: Node, id) => {
    // Uniform constants are written by their users, as scalars where those broadcast.
    if (node.op === 'fill') return;
    emitter.enter(node.scope);
    const rule = emitRules[node.op] as (e: Emitter, node: NodeOf<OpName>) => string;
    emitter.bind(id, rule(emitter, node));
  });
  return emitter.model(metadata);
};
