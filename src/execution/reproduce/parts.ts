import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { analyse } from '../../pipelines/compile.js';
import { bulkOf, type LanePart, stagesOf } from '../../pipelines/plan/stages.js';
import type { Json } from '../../ports/index.js';

/** A recipe's pipeline, and what of it works on an item: all but the operator that writes. */
export interface Parts {
  readonly graph: Graph;
  readonly lane: readonly LanePart[];
  /** The folder that photos came from, where the source has one. */
  readonly photos: string | undefined;
}

/**
 * Compiles the pipeline of a recipe again. Errors: `receipt/none` where it does not turn each file into one.
 *
 * @param folder where the paths in it start
 */
export const partsOf = (recipe: Json, folder: string): TE.TaskEither<Diagnostics, Parts> =>
  pipe(
    analyse(
      { path: join(folder, 'receipt.yaml'), shown: 'the receipt', text: JSON.stringify(recipe) },
      { folder },
    ),
    TE.chainEitherK((graph) => {
      const bulk = bulkOf(stagesOf(graph));
      return bulk === undefined
        ? E.left<Diagnostics>([
            failure('receipt/none', 'The receipt’s pipeline does not turn each file into one.'),
          ])
        : E.right({
            graph,
            lane: bulk.lane.parts.filter((part) => part.kind !== 'map' || part.node !== bulk.sink),
            photos: photosOf(bulk.source.node.params),
          });
    }),
  );

const photosOf = (params: unknown): string | undefined =>
  typeof params === 'object' && params !== null && 'in' in params && typeof params.in === 'string'
    ? params.in
    : undefined;
