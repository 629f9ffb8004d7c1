import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../diagnostics/index.js';
import type { Graph } from '../pipelines/check/graph.js';
import { isLoaded } from '../pipelines/check/unloaded.js';
import { analysePipeline, type Pipeline } from '../pipelines/code.js';
import { analyse, type CompileOptions, type SourceFile } from '../pipelines/compile.js';
import { requireNamed } from '../pipelines/network.js';
import { bulkOf, stagesOf } from '../pipelines/plan/stages.js';
import type { PluginUse } from '../pipelines/plugins.js';
import { defaultContext } from './context.js';
import { type Plan, planOf } from './plan/plan.js';
import { survey } from './plan/survey.js';

/** Compiles a file to what can be run. Errors: also `pipeline/network`. */
export const compile = (file: SourceFile, options: CompileOptions = {}): TE.TaskEither<Diagnostics, Plan> =>
  pipe(
    analyse(file, options),
    TE.chainEitherK((graph) =>
      requireNamed(graph, [...(options.allow ?? []), ...Object.values(options.set ?? {})]),
    ),
    TE.chain(planGraph),
  );

/**
 * Compiles a pipeline to what can be run.
 *
 * @param plugins those that its operators come from: what is written down of the run names them. Default: none
 */
export const compilePipeline = (
  pipeline: Pipeline,
  plugins: readonly PluginUse[] = [],
): TE.TaskEither<Diagnostics, Plan> =>
  pipe(
    TE.fromEither(analysePipeline(pipeline)),
    TE.chain((graph) => planGraph(plugins.length === 0 ? graph : { ...graph, plugins })),
  );

/** The phases from a graph that makes sense to what can be run. */
export const planGraph = (graph: Graph): TE.TaskEither<Diagnostics, Plan> => {
  // 4. Stages: which operators go through a lane together, which become one compiled graph.
  const stages = stagesOf(graph);
  // What a plugin that is not loaded would do is not known, so neither is what of it is done.
  const bulk = isLoaded(graph) ? bulkOf(stages) : undefined;
  return pipe(
    // 5. Survey: what is on the disk, and what of it is done.
    survey(graph, bulk, defaultContext(graph.seed)),
    // 6. Plan. (7. `build` turns it into flows, when it runs.)
    TE.map((found) => planOf(graph, stages, bulk, found)),
  );
};
