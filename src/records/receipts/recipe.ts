import { digestOf } from '../../disk/digest.js';
import type { Graph } from '../../pipelines/check/graph.js';
import type { Weights } from '../digest.js';
import type { RecipeEntry } from '../journal/entries.js';
import { pluginFrom, resolvedPipeline, usedPlugins } from './resolved.js';
import { machine, versions } from './versions.js';

/** What of a run can matter to its results, where an engine does tensor work. */
export interface Settings {
  /** The engine that did tensor work; absent where none was done. */
  readonly engine: string | undefined;
  readonly memory: number;
  readonly certify: boolean;
}

/**
 * How a run makes its results, for the journal of their folder.
 *
 * @param settings what of the run matters to results
 */
export const recipeOf = (
  graph: Graph,
  folder: string,
  weights: Weights,
  { engine, memory, certify }: Settings,
): RecipeEntry => {
  const plugins = usedPlugins(graph);
  const recipe = {
    name: graph.name,
    pipeline: resolvedPipeline(graph, folder),
    versions: versions(),
    machine: machine(),
    weights,
    ...(plugins.length === 0
      ? {}
      : {
          plugins: Object.fromEntries(plugins.map((plugin) => [pluginFrom(plugin, folder), plugin.digest])),
        }),
    ...(engine === undefined ? {} : { engine, memory, certify }),
  };
  return { v: 2, kind: 'recipe', id: digestOf(recipe), ...recipe };
};
