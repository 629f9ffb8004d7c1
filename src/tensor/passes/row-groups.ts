import { type Graph, type GraphBuilder, isOp, type NodeId, type NodeOf, usersOf } from '../graph/index.js';

/** More groups of rows would leave too few rows in each. */
const MOST_GROUPS = 16;

/** From channels-first to channels-last. */
const TO_LAST = '0,2,3,1';

/**
 * Convolutions over the columns of one channel whose result is only ever laid out channels-last, with the number of groups
 * that their rows are taken in at a stage. Rows know nothing of each other, so groups of them may be told apart as pictures
 * of a batch: a free way to give the result another shape, where axes of length one would cost the blocked layout.
 */
export const rowGroups = (
  graph: Graph,
  stages: readonly number[],
  isLarge: (id: NodeId) => boolean,
): ReadonlyMap<NodeId, number> => {
  const users = usersOf(graph);
  const outputs = new Set(graph.outputs.map(({ node }) => node));
  const laidOut = (id: NodeId): boolean => {
    const node = graph.nodes[id]!;
    return isOp(node, 'transpose') && node.attrs.perm.join() === TO_LAST;
  };
  return new Map(
    graph.nodes.flatMap((node, id): [NodeId, number][] => {
      if (!isOp(node, 'conv') || !isLarge(id) || outputs.has(id) || !users[id]!.every(laidOut)) return [];
      const groups = overRows(graph, node) ? groupsOf(node.shape[2]!, stages[id]!) : 1;
      return groups > 1 ? [[id, groups]] : [];
    }),
  );
};

/** True where each row of the result is made of the same row of one picture of one channel. */
const overRows = (graph: Graph, { attrs, inputs: [x, filter] }: NodeOf<'conv'>): boolean => {
  const [batch, channels] = graph.nodes[x!]!.shape;
  const [top, , bottom] = attrs.padding;
  const alone = attrs.strides[0] === 1 && top === 0 && bottom === 0;
  return batch === 1 && channels === 1 && alone && graph.nodes[filter!]!.shape[2] === 1;
};

/** The divisor of a number of rows that is a stage's: each another one, as far as there are enough. */
const groupsOf = (rows: number, stage: number): number => {
  const divisors = Array.from({ length: MOST_GROUPS }, (_, i) => i + 1).filter((n) => rows % n === 0);
  return divisors[Math.min(stage, divisors.length - 1)]!;
};

/** Such a convolution, its rows in groups: `[groups, C, rows/groups, columns]`. */
export const inGroups = (
  b: GraphBuilder,
  { attrs }: NodeOf<'conv'>,
  [x, ...others]: readonly NodeId[],
  groups: number,
): NodeId => {
  const [, , rows = 1, columns = 1] = b.shape(x!);
  return b.add('conv', [b.reshape(x!, [groups, 1, rows / groups, columns]), ...others], attrs);
};
