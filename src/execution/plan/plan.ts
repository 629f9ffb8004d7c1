import type { Diagnostic } from '../../diagnostics/index.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import { type Bulk, nodesOf, type Stage } from '../../pipelines/plan/stages.js';
import { definedOnly } from '../../ports/defined.js';
import type { PictureShape } from '../../ports/index.js';
import { shapeAfter } from './need.js';
import type { BulkSurvey, Survey } from './survey.js';
import type { TrainingSurvey } from './training.js';

/** What will run, and what is known of it before. */
export interface Plan {
  readonly graph: Graph;
  /** Each after those that it reads. */
  readonly stages: readonly Stage[];
  readonly bulk?: Bulk & BulkSurvey;
  /** What a training will learn from, where it is one. */
  readonly training?: TrainingSurvey;
  readonly warnings: readonly Diagnostic[];
}

/** Puts together what the graph says and what the disk says. */
export const planOf = (
  graph: Graph,
  stages: readonly Stage[],
  bulk: Bulk | undefined,
  { bulk: found, training, warnings }: Survey,
): Plan => ({
  graph,
  stages,
  ...(bulk === undefined || found === undefined ? {} : { bulk: { ...bulk, ...found } }),
  ...definedOnly({ training }),
  warnings: [...graph.warnings, ...warnings],
});

/** All that is to be said of a plan before it runs; a run says what is set aside when it comes to that. */
export const remarksOn = ({ warnings, bulk }: Plan): readonly Diagnostic[] => [
  ...warnings,
  ...(bulk?.expectedFailures ?? []),
];

/** What an operator is expected to do to a picture. */
export interface Estimate {
  readonly node: GraphNode;
  /** Shape of the picture that it gives; absent when unknown. */
  readonly shape?: PictureShape;
  /** Milliseconds for one item on one core; absent when unknown. */
  readonly milliseconds?: number;
}

/** Follows the shape of a picture through the stages, and adds up what the operators say that they take in time. */
export const estimate = ({ stages }: Plan, picture: PictureShape): readonly Estimate[] =>
  stages.flatMap(nodesOf).reduce<readonly Estimate[]>((soFar, node) => {
    const before = soFar.find((each) => each.node.path === Object.values(node.reads)[0])?.shape;
    const shape = before ?? (node.input.kind === 'file' ? picture : undefined);
    if (shape === undefined) return [...soFar, { node }];
    const { cost } = node.operator.facts;
    const megapixels = (shape.width * shape.height) / 1e6;
    const after = shapeAfter(node, shape);
    return [
      ...soFar,
      {
        node,
        ...definedOnly({ shape: after }),
        ...(cost === undefined ? {} : { milliseconds: cost.millisecondsPerMegapixel * megapixels }),
      },
    ];
  }, []);
