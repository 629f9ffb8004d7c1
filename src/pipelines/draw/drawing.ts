import { show } from '../../operator/params/index.js';
import { showPort } from '../../ports/index.js';
import type { Graph, GraphNode } from '../check/graph.js';
import { type Stage, stagesOf } from '../plan/stages.js';

/** A graph as it is drawn: boxes, the wires between them, and frames around boxes that are one compiled graph. */
export interface Drawing {
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
  /** Ids of boxes that are compiled together. */
  readonly fused: readonly (readonly string[])[];
}

export interface Box {
  /** The node's place in the pipeline. */
  readonly id: string;
  readonly name: string;
  /** The parameters that matter most, on one line. */
  readonly details: string;
  readonly kind: Stage['kind'];
}

export interface Wire {
  readonly from: string;
  readonly to: string;
  /** What travels, as in `frame`. */
  readonly port: string;
}

/** What there is to draw of a graph. */
export const drawingOf = (graph: Graph): Drawing => {
  const stages = stagesOf(graph);
  const outputs = new Map(graph.nodes.map(({ path, output }) => [path, showPort(output)]));
  return {
    title: graph.name,
    boxes: graph.nodes.map((node) => ({
      id: node.path,
      name: node.operator.name,
      details: detailsOf(node),
      kind: kindOf(node, stages),
    })),
    wires: graph.nodes.flatMap((node) =>
      Object.values(node.reads).map((from) => ({ from, to: node.path, port: outputs.get(from) ?? '' })),
    ),
    fused: stages.flatMap((stage) =>
      stage.kind === 'lane'
        ? stage.parts.flatMap((part) =>
            part.kind === 'tensor' && part.members.length > 1
              ? [part.members.map(({ node }) => node.path)]
              : [],
          )
        : [],
    ),
  };
};

const kindOf = (node: GraphNode, stages: readonly Stage[]): Stage['kind'] =>
  stages.find((stage) => stage.kind !== 'lane' && stage.node === node)?.kind ?? 'lane';

/** Parameters that differ from their defaults; long ones shortened. */
const detailsOf = ({ operator, written }: GraphNode): string => {
  const { fields } = operator.params.shape;
  const told = Object.entries(written ?? {}).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(fields[name]?.fallback),
  );
  const text = told
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : show(value)}`)
    .join(', ');
  return text.length <= 48 ? text : `${text.slice(0, 47)}…`;
};
