import type { MapBehaviour, TensorBehaviour } from '../../ops/index.js';
import type { Graph, GraphNode } from '../check/graph.js';

/** A part of the plan that is one flow when it runs. */
export type Stage = SourceStage | JoinStage | FlowStage | ScanStage | LaneStage;

interface StageBase {
  /** Path of its last node. */
  readonly id: string;
  /** True when several stages read it: they share one run of it. */
  readonly shared: boolean;
}

export interface SourceStage extends StageBase {
  readonly kind: 'source';
  readonly node: GraphNode;
}

export interface JoinStage extends StageBase {
  readonly kind: 'join';
  readonly node: GraphNode;
  /** Stages that it reads, by the parameter that names them. */
  readonly reads: Readonly<Record<string, string>>;
}

export interface FlowStage extends StageBase {
  readonly kind: 'flow';
  readonly node: GraphNode;
  readonly reads: string;
}

export interface ScanStage extends StageBase {
  readonly kind: 'scan';
  readonly node: GraphNode;
  readonly reads: string;
}

/** Operators that each turn one item into one: an item goes through all of them in one lane, several lanes at once. */
export interface LaneStage extends StageBase {
  readonly kind: 'lane';
  readonly parts: readonly LanePart[];
  readonly reads: string;
}

/** One operator on its own, or neighbouring tensor operators that become one compiled graph. */
export type LanePart =
  | { readonly kind: 'map'; readonly node: GraphNode; readonly behaviour: AnyMap }
  | { readonly kind: 'tensor'; readonly members: readonly [TensorMember, ...TensorMember[]] };

export interface TensorMember {
  readonly node: GraphNode;
  readonly tensor: AnyTensor['tensor'];
}

export type AnyMap = MapBehaviour<never, never, unknown, never, unknown>;
export type AnyTensor = TensorBehaviour<never, never, unknown>;

/** Puts the nodes of a graph together to stages, each after those that it reads. */
export const stagesOf = ({ nodes }: Graph): readonly Stage[] => {
  const readers = (path: string): number =>
    nodes.flatMap((node) => Object.values(node.reads)).filter((read) => read === path).length;
  return nodes.reduce<readonly Stage[]>((stages, node) => {
    const shared = readers(node.path) > 1;
    const reads = node.reads.items ?? '';
    const part = partOf(node);
    const before = stages.find((stage) => stage.id === reads);
    if (part === undefined) return [...stages, stageOf(node, reads, shared)];
    return before?.kind === 'lane' && !before.shared
      ? stages.map((stage) =>
          stage === before
            ? { ...before, id: node.path, shared, parts: withPart(before.parts, part) }
            : stage,
        )
      : [...stages, { kind: 'lane', id: node.path, shared, reads, parts: [part] }];
  }, []);
};

const partOf = (node: GraphNode): LanePart | undefined => {
  const { behaviour } = node.operator;
  if ('map' in behaviour) return { kind: 'map', node, behaviour };
  return 'tensor' in behaviour
    ? { kind: 'tensor', members: [{ node, tensor: behaviour.tensor }] }
    : undefined;
};

/** A tensor operator joins the tensor operators right before it. */
const withPart = (parts: readonly LanePart[], part: LanePart): readonly LanePart[] => {
  const last = parts.at(-1);
  return last?.kind === 'tensor' && part.kind === 'tensor'
    ? [...parts.slice(0, -1), { kind: 'tensor', members: [...last.members, ...part.members] }]
    : [...parts, part];
};

const stageOf = (node: GraphNode, reads: string, shared: boolean): Stage => {
  const { behaviour } = node.operator;
  const base = { id: node.path, node, shared };
  if ('source' in behaviour) return { kind: 'source', ...base };
  if ('join' in behaviour) return { kind: 'join', ...base, reads: node.reads };
  return 'scan' in behaviour ? { kind: 'scan', ...base, reads } : { kind: 'flow', ...base, reads };
};

/** The nodes of a stage, in order. */
export const nodesOf = (stage: Stage): readonly GraphNode[] =>
  stage.kind === 'lane'
    ? stage.parts.flatMap((part) =>
        part.kind === 'map' ? [part.node] : part.members.map(({ node }) => node),
      )
    : [stage.node];

/**
 * A pipeline that turns every file of one source into one file, each on its own: its done work can be told from its
 * records, and skipped.
 */
export interface Bulk {
  readonly source: SourceStage;
  readonly lane: LaneStage;
  /** The node that writes. */
  readonly sink: GraphNode;
  /** Extension of the files that the encoder makes, when it is not the source's. */
  readonly extension: string | undefined;
}

/** The bulk pipeline that the stages are, if they are one. */
export const bulkOf = (stages: readonly Stage[]): Bulk | undefined => {
  const [source, lane, more] = stages;
  if (source?.kind !== 'source' || lane?.kind !== 'lane' || more !== undefined) return undefined;
  const { behaviour } = source.node.operator;
  const endless = 'source' in behaviour && behaviour.endless?.(source.node.params as never) === true;
  const nodes = nodesOf(lane);
  const sink = nodes.at(-1);
  if (endless || sink?.operator.facts.sink === undefined || source.node.output.kind !== 'file')
    return undefined;
  const extension = nodes
    .map(({ operator, params }) => operator.facts.extension?.(params as never))
    .findLast((each) => each !== undefined);
  return { source, lane, sink, extension };
};
