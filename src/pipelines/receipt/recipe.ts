import { basename } from 'node:path';
import type { Graph } from '../check/graph.js';
import { type Digest, digestOf, type Weights } from '../journal/digest.js';
import type { RecipeEntry } from '../journal/entries.js';
import { resolvedPipeline } from './resolved.js';
import { machine, versions } from './versions.js';

/**
 * How a run makes its results, for the journal of their folder.
 *
 * @param engine the engine that did tensor work, if any was done
 */
export const recipeOf = (
  graph: Graph,
  folder: string,
  weights: Weights,
  plugins: Readonly<Record<string, Digest>>,
  engine: string | undefined,
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
    ...(engine === undefined ? {} : { engine }),
  };
  return { v: 2, kind: 'recipe', id: digestOf(recipe), ...recipe };
};
