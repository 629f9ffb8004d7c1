import type { BehaviourOf } from '../../ops/index.js';
import { samePort } from '../../ports/index.js';
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
  readonly behaviour: BehaviourOf<'source'>;
}

export interface JoinStage extends StageBase {
  readonly kind: 'join';
  readonly node: GraphNode;
  readonly behaviour: BehaviourOf<'join'>;
  /** Stages that it reads, by the parameter that names them. */
  readonly reads: Readonly<Record<string, string>>;
}

export interface FlowStage extends StageBase {
  readonly kind: 'flow';
  readonly node: GraphNode;
  readonly behaviour: BehaviourOf<'flow'>;
  readonly reads: string;
}

export interface ScanStage extends StageBase {
  readonly kind: 'scan';
  readonly node: GraphNode;
  readonly behaviour: BehaviourOf<'scan'>;
  readonly reads: string;
  /** Stages that it reads beside its items, by what it calls them. */
  readonly beside: Readonly<Record<string, string>>;
}

/** Operators that each turn one item into one: an item goes through all of them in one lane, several lanes at once. */
export interface LaneStage extends StageBase {
  readonly kind: 'lane';
  readonly parts: readonly LanePart[];
  readonly reads: string;
}

/** One operator on its own, or neighbouring tensor operators that become one compiled graph. */
export type LanePart =
  | { readonly kind: 'map'; readonly node: GraphNode; readonly behaviour: BehaviourOf<'map'> }
  | { readonly kind: 'tensor'; readonly members: readonly [TensorMember, ...TensorMember[]] };

export interface TensorMember {
  readonly node: GraphNode;
  readonly tensor: BehaviourOf<'tensor'>['tensor'];
}

/** Puts the nodes of a graph together to stages, each after those that it reads. */
export const stagesOf = ({ nodes }: Graph): readonly Stage[] => {
  const readers = (path: string): number =>
    nodes.flatMap((node) => Object.values(node.reads)).filter((read) => read === path).length;
  return nodes.reduce<readonly Stage[]>((stages, node) => {
    const stage = stageOf(node, readers(node.path) > 1);
    const before = stages.find(({ id }) => id === node.reads.items);
    return stage.kind === 'lane' && before?.kind === 'lane' && !before.shared
      ? stages.map((each) => (each === before ? merged(before, stage) : each))
      : [...stages, stage];
  }, []);
};

/** The stage that a node is on its own. */
export const stageOf = (node: GraphNode, shared: boolean): Stage => {
  const { behaviour } = node.operator;
  const base = { id: node.path, node, shared };
  const reads = node.reads.items ?? '';
  const lane = (part: LanePart): LaneStage => ({ kind: 'lane', id: node.path, shared, reads, parts: [part] });
  switch (behaviour.kind) {
    case 'source':
      return { kind: 'source', ...base, behaviour };
    case 'join':
      return { kind: 'join', ...base, behaviour, reads: node.reads };
    case 'flow':
      return { kind: 'flow', ...base, behaviour, reads };
    case 'scan': {
      const { items: _, ...beside } = node.reads;
      return { kind: 'scan', ...base, behaviour, reads, beside };
    }
    case 'map':
      return lane({ kind: 'map', node, behaviour });
    case 'tensor':
      return lane({ kind: 'tensor', members: [{ node, tensor: behaviour.tensor }] });
  }
};

/** Two lanes, one right after the other, as one. */
const merged = (before: LaneStage, after: LaneStage): LaneStage => ({
  ...after,
  reads: before.reads,
  parts: after.parts.reduce(withPart, before.parts),
});

/** A tensor operator joins the tensor operators right before it. */
const withPart = (parts: readonly LanePart[], part: LanePart): readonly LanePart[] => {
  const last = parts.at(-1);
  return last?.kind === 'tensor' && part.kind === 'tensor'
    ? [...parts.slice(0, -1), { kind: 'tensor', members: [...last.members, ...part.members] }]
    : [...parts, part];
};

/** The nodes of a part of a lane, in order. */
export const nodesOfPart = (part: LanePart): readonly GraphNode[] =>
  part.kind === 'map' ? [part.node] : part.members.map(({ node }) => node);

/** The nodes of a stage, in order. */
export const nodesOf = (stage: Stage): readonly GraphNode[] =>
  stage.kind === 'lane' ? stage.parts.flatMap(nodesOfPart) : [stage.node];

/**
 * A pipeline that turns files of one source into one file each, on its own: its done work can be told from its records,
 * and skipped.
 */
export interface Bulk {
  readonly source: SourceStage;
  /** What chooses among the files and orders them, such as `take`. */
  readonly choice: readonly FlowStage[];
  readonly lane: LaneStage;
  /** The node that writes. */
  readonly sink: GraphNode;
  /** Extension of the result of a file of that path, when it is not the source's. */
  readonly extension: (path: string) => string | undefined;
  /** Paths of what the result of a file depends on beside it, whether or not there is something. */
  readonly beside: (path: string) => readonly string[];
  /** True where the source waits for files that come: they cannot be listed beforehand. */
  readonly live: boolean;
}

/** The bulk pipeline that the stages are, if they are one. */
export const bulkOf = (stages: readonly Stage[]): Bulk | undefined => {
  const [source, ...others] = stages;
  const lane = others.at(-1);
  const choice = others.slice(0, -1);
  if (source?.kind !== 'source' || lane?.kind !== 'lane' || !choice.every(isChoice)) return undefined;
  const live = source.behaviour.live?.(source.node.params) === true;
  const endless = !live && source.behaviour.endless?.(source.node.params) === true;
  const nodes = nodesOf(lane);
  const sink = nodes.at(-1);
  if (endless || sink?.operator.facts.sink === undefined || source.node.output.kind !== 'file')
    return undefined;
  const extension = (path: string): string | undefined =>
    nodes
      .map(({ operator, params }) => operator.facts.extension?.(params, path))
      .findLast((each) => each !== undefined);
  const beside = (path: string): readonly string[] =>
    nodes.flatMap(({ operator, params }) => operator.facts.beside?.(params, path) ?? []);
  return { source, choice, lane, sink, extension, beside, live };
};

/** True for an operator that gives some of its items, as they are. */
const isChoice = (stage: Stage): stage is FlowStage =>
  stage.kind === 'flow' && samePort(stage.node.operator.input, stage.node.operator.output);
