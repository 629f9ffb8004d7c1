import type { Graph, Node, NodeId, NodeOf, OpName } from '../graph/index.js';
import type { Dialect } from './dialect.js';
import { Emitter } from './emitter.js';
import { emitRules } from './rules.js';
import type { OnnxModel } from './schema.js';

/** A graph as an ONNX model, in the dialect of the engine that is to run it. */
export const emit = (
  graph: Graph,
  dialect: Dialect,
  metadata: Readonly<Record<string, string>> = {},
): OnnxModel => {
  const emitter = new Emitter(graph, dialect);
  const externalInitialisers = externalConstants(graph, dialect.externalInitialiserBytes);
  graph.nodes.forEach((node: Node, id) => {
    // Uniform constants are written by their users, as scalars where those broadcast.
    if (node.op === 'fill') return;
    emitter.enter(node.scope);
    if (node.op === 'constant' && externalInitialisers.has(id)) {
      emitter.bind(id, emitter.resident(`resident_${id}`, node.attrs.value));
      return;
    }
    const rule = emitRules[node.op] as (e: Emitter, node: NodeOf<OpName>) => string;
    emitter.bind(id, rule(emitter, node));
  });
  return emitter.model(metadata);
};

/**
 * The large constants that an engine may as well be fed. As constants of the model, ONNX Runtime would fold what is
 * computed from them and lay out each result a second time: four times the size of the weights for Winograd's form.
 * Filters of its own convolutions stay constants, since those are laid out for the processor's vectors, which pays.
 */
const externalConstants = (graph: Graph, fewestBytes: number): ReadonlySet<NodeId> => {
  const filters = new Set<NodeId>();
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    const node = graph.nodes[id]!;
    const moves = node.op === 'transpose' || node.op === 'reshape' || node.op === 'slice';
    if (node.op === 'conv' || node.op === 'convInputGradient' || (moves && filters.has(id))) {
      for (const i of node.inputs) filters.add(i);
    }
  }
  // ONNX Runtime would add up constant lists of rows beforehand, to keep what was to be made anew at every run.
  const addends = new Set(
    graph.nodes.flatMap((node) => (node.op === 'binary' && node.dtype === 'int32' ? node.inputs : [])),
  );
  return new Set(
    graph.nodes.flatMap((node, id) => {
      if (node.op !== 'constant' || filters.has(id)) return [];
      const { byteLength } = node.attrs.value.data;
      return byteLength >= fewestBytes || (addends.has(id) && Number.isFinite(fewestBytes)) ? [id] : [];
    }),
  );
};
