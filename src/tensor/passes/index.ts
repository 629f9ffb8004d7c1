import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Graph } from '../graph/index.js';
import { simplify } from './algebra.js';
import { foldConstants } from './constants.js';
import { removeDeadCode } from './dead-code.js';
import { floatTransposes } from './layout.js';

/** A rewrite that keeps what a graph computes. It throws only on a graph that the checker would refuse. */
export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
}

const cleanUp: readonly Pass[] = [
  { name: 'constants', run: foldConstants },
  { name: 'algebra', run: simplify },
  { name: 'dead code', run: removeDeadCode },
];

/** The passes in the order in which they run. */
export const passes: readonly Pass[] = [...cleanUp, { name: 'layout', run: floatTransposes }, ...cleanUp];

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
