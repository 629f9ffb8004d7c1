import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { mustBeAllowed } from '../plugins.js';
import type { Graph } from './graph.js';
import { isLoaded } from './unloaded.js';

/** The graph, if all of its operators are loaded, so that it can run. Errors: `plugin/not-allowed`. */
export const requireLoaded = (graph: Graph): E.Either<Diagnostics, Graph> => {
  if (isLoaded(graph)) return E.right(graph);
  const [first, ...others] = (graph.plugins ?? [])
    .filter(({ operators }) => operators === undefined)
    .map(mustBeAllowed);
  return E.left([
    first ?? failure('plugin/not-allowed', `\`${graph.name}\` has operators that are not loaded.`),
    ...others,
  ]);
};
