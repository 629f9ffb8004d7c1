import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Graph } from '../graph/index.js';
import { removeDeadCode } from './dead-code.js';

/** A rewrite that keeps what a graph computes. It throws only on a graph that the checker would refuse. */
export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
}

/** The passes in the order in which they run. */
export const passes: readonly Pass[] = [{ name: 'dead code', run: removeDeadCode }];

/** Runs every pass. */
export const optimise = (graph: Graph): E.Either<Diagnostics, Graph> => {
  let current = graph;
  for (const pass of passes) {
    try {
      current = pass.run(current);
    } catch (thrown) {
      return E.left([
        failure(
          'tensor/invalid-graph',
          `${graph.name}: the pass '${pass.name}' failed: ${messageOf(thrown)}`,
          { cause: thrown },
        ),
      ]);
    }
  }
  return E.right(current);
};
