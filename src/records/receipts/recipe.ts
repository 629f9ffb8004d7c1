import { digestOf } from '../../disk/digest.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { definedOnly } from '../../ports/defined.js';
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

/** Where results are made: versions of what computes, and the machine. */
export interface Surroundings {
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: string;
}

/** What of a recipe is the same wherever results are made by it. */
export type RecipeCore = Pick<RecipeEntry, 'name' | 'pipeline' | 'weights' | 'plugins'>;

/** The part of a recipe that says what is done, as from the folder of results. */
export const recipeCore = (graph: Graph, folder: string, weights: Weights): RecipeCore => {
  const plugins = usedPlugins(graph);
  return {
    name: graph.name,
    pipeline: resolvedPipeline(graph, folder),
    weights,
    ...(plugins.length === 0
      ? {}
      : {
          plugins: Object.fromEntries(plugins.map((plugin) => [pluginFrom(plugin, folder), plugin.digest])),
        }),
  };
};

/** A recipe, of a run that does its work in the given surroundings. Default: here. */
export const recipeOfCore = (
  { name, pipeline, weights, plugins }: RecipeCore,
  { engine, memory, certify }: Settings,
  surroundings: Surroundings = { versions: versions(), machine: machine() },
): RecipeEntry => {
  const recipe = {
    name,
    pipeline,
    versions: surroundings.versions,
    machine: surroundings.machine,
    weights,
    ...definedOnly({ plugins }),
    ...(engine === undefined ? {} : { engine, memory, certify }),
  };
  return { v: 2, kind: 'recipe', id: digestOf(recipe), ...recipe };
};

/**
 * How a run makes its results, for the journal of their folder.
 *
 * @param settings what of the run matters to results
 */
export const recipeOf = (graph: Graph, folder: string, weights: Weights, settings: Settings): RecipeEntry =>
  recipeOfCore(recipeCore(graph, folder, weights), settings);
