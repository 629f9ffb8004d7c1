import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Graph } from '../graph/index.js';
import { simplify } from './algebra.js';
import { workInBands } from './bands.js';
import { dropCentredBias } from './centred-bias.js';
import { foldConstants } from './constants.js';
import { expandConvolutions } from './convolution/index.js';
import { removeDeadCode } from './dead-code.js';
import { floatTransposes } from './layout.js';
import { resampleByAxes } from './resampling/index.js';
import { broadcastRepeats } from './resampling/repeats.js';
import { reduceByProducts } from './row-reductions.js';
import { clampSlopes } from './slopes.js';
import { cutIntoStages } from './stages.js';

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

/** What a graph is optimised for: this machine's processor, or an engine with convolution kernels of its own. */
export type Target = 'cpu' | 'any';

const cpuOnly: readonly Pass[] = [
  { name: 'convolutions', run: expandConvolutions },
  ...cleanUp,
  { name: 'resampling', run: (graph) => resampleByAxes(graph) },
  { name: 'slopes', run: clampSlopes },
  ...cleanUp,
];

/** The passes in the order in which they run. */
export const passesFor = (target: Target): readonly Pass[] => [
  ...cleanUp,
  { name: 'centred bias', run: dropCentredBias },
  ...(target === 'cpu' ? cpuOnly : []),
  { name: 'layout', run: floatTransposes },
  ...cleanUp,
  ...(target === 'cpu'
    ? [
        { name: 'repeats', run: (graph: Graph) => broadcastRepeats(graph) },
        { name: 'bands', run: (graph: Graph) => workInBands(graph) },
        { name: 'row reductions', run: reduceByProducts },
        { name: 'dead code', run: removeDeadCode },
        { name: 'stages', run: (graph: Graph) => cutIntoStages(graph) },
        { name: 'algebra', run: simplify },
        { name: 'dead code', run: removeDeadCode },
      ]
    : []),
];

/** Runs every pass. */
export const optimise = (graph: Graph, target: Target): E.Either<Diagnostics, Graph> => {
  let current = graph;
  for (const pass of passesFor(target)) {
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
