import { basename } from 'node:path';
import type { Graph } from '../../pipelines/check/graph.js';
import { type Digest, digestOf, type Weights } from '../digest.js';
import type { RecipeEntry } from '../journal/entries.js';
import { resolvedPipeline } from './resolved.js';
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
  plugins: Readonly<Record<string, Digest>>,
  { engine, memory, certify }: Settings,
): RecipeEntry => {
  const recipe = {
    name: graph.name,
    pipeline: resolvedPipeline(graph, folder),
    versions: versions(),
    machine: machine(),
    weights: {
      ...weights,
      ...Object.fromEntries(Object.entries(plugins).map(([path, digest]) => [basename(path), digest])),
    },
    ...(engine === undefined ? {} : { engine, memory, certify }),
  };
  return { v: 2, kind: 'recipe', id: digestOf(recipe), ...recipe };
};
