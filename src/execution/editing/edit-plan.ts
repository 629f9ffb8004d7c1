import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostic, type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import {
  bulkOf,
  type JoinStage,
  type LanePart,
  type LaneStage,
  nodesOf,
  nodesOfPart,
  type Stage,
  stagesOf,
} from '../../pipelines/plan/stages.js';
import { samePort } from '../../ports/index.js';

/** What a pipeline does to one photo: its source and its sink are left out. */
export interface EditPlan {
  readonly graph: Graph;
  /** Each after those that it reads; the last one gives the file. */
  readonly stages: readonly (LaneStage | JoinStage)[];
  /** The stage whose items are the photos, or choose among them, by the ids that others read it by. */
  readonly sources: ReadonlySet<string>;
  /** The node that would write the file. */
  readonly sink: GraphNode | undefined;
  /** Whether a run of it keeps records: then a receipt can stand in the file. */
  readonly isRecorded: boolean;
}

/**
 * Finds what a pipeline does to one photo. It may go several ways that come together again (`pair`), as long as all begin with
 * one source. Error: `run/not-an-edit`.
 */
export const editPlanOf = (graph: Graph): E.Either<Diagnostics, EditPlan> => {
  const stages = stagesOf(graph);
  const [source, ...others] = stages;
  if (source?.kind !== 'source' || source.node.output.kind !== 'file') return E.left([notAnEdit(graph)]);
  const sources = new Set([source.id]);
  const work: (LaneStage | JoinStage)[] = [];
  for (const stage of others) {
    if (isChoice(stage)) sources.add(stage.id);
    else if (stage.kind === 'lane' || stage.kind === 'join') work.push(stage);
    else return E.left([notAnEdit(graph)]);
  }
  const last = work.at(-1);
  if (last?.kind !== 'lane' || others.at(-1) !== last) return E.left([notAnEdit(graph)]);
  const sink = nodesOf(last).find(({ operator }) => operator.facts.sink !== undefined);
  const parts = last.parts.filter((part) => sink === undefined || !nodesOfPart(part).includes(sink));
  if (!givesFile(parts)) return E.left([notAnEdit(graph)]);
  return E.right({
    graph,
    stages: [...work.slice(0, -1), { ...last, parts }],
    sources,
    sink,
    isRecorded: bulkOf(stages) !== undefined,
  });
};

/** The nodes of a plan, in order. */
export const nodesIn = ({ stages }: EditPlan): readonly GraphNode[] => stages.flatMap(nodesOf);

/**
 * The same from a picture to a picture: what reads the photo's file and what makes one of the result are left out. Error:
 * `run/not-an-edit` where something else is done to files.
 */
export const pictureOnly = (plan: EditPlan): E.Either<Diagnostics, EditPlan> => {
  const last = plan.stages.at(-1);
  let isWhole = true;
  const stages = plan.stages.map((stage): LaneStage | JoinStage => {
    if (stage.kind !== 'lane') return stage;
    const { parts } = stage;
    const begins = plan.sources.has(stage.reads);
    if (begins && !isBuiltIn(parts[0], 'decode')) isWhole = false;
    if (stage === last && !isBuiltIn(parts.at(-1), 'encode')) isWhole = false;
    return { ...stage, parts: parts.slice(begins ? 1 : 0, stage === last ? -1 : undefined) };
  });
  return isWhole ? E.right({ ...plan, stages, sink: undefined }) : E.left([notAnEdit(plan.graph)]);
};

const isBuiltIn = (part: LanePart | undefined, name: string): boolean =>
  part?.kind === 'map' && part.node.operator.name === name;

const givesFile = (parts: readonly LanePart[]): boolean => {
  const last = parts.at(-1);
  return last?.kind === 'map' && last.node.output.kind === 'encoded';
};

/** True for an operator that chooses among files and orders them, which says nothing of one photo. */
const isChoice = (stage: Stage): boolean =>
  stage.kind === 'flow' &&
  stage.node.input.kind === 'file' &&
  samePort(stage.node.operator.input, stage.node.operator.output);

const notAnEdit = ({ name }: Graph): Diagnostic =>
  failure(
    'run/not-an-edit',
    `\`${name}\` does not turn one photo into one file, so it cannot be kept as a session.`,
  );
