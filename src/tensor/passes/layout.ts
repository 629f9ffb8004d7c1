import {
  elementCount,
  type Graph,
  type GraphBuilder,
  isOp,
  keep,
  type Node,
  type NodeId,
  type OpName,
  rewrite,
  type Site,
  sameShape,
} from '../graph/index.js';

type Perm = readonly number[];

/** A value of the old graph: the transposition by `perm` of a value in the new one. */
interface Floating {
  readonly physical: NodeId;
  readonly perm: Perm;
}

const identity = (rank: number): Perm => Array.from({ length: rank }, (_, i) => i);

const isIdentity = (perm: Perm): boolean => perm.every((p, i) => p === i);

const inverse = (perm: Perm): Perm => perm.map((_, i) => perm.indexOf(i));

/** Puts one number an axis into the order of the physical value. */
const permuted = <A>(perLogicalAxis: readonly A[], perm: Perm): readonly A[] =>
  inverse(perm).map((i) => perLogicalAxis[i]!);

/**
 * Lets transpositions float from where they are made to where they must happen, through every operator that does not
 * mind the order of axes, so that those that meet cancel. tfjs programs are channels-last and each convolution converts
 * to channels-first and back: what lies between two convolutions then runs channels-first, with no transposition left.
 */
export const floatTransposes = (graph: Graph): Graph => {
  const floating = new Map<NodeId, Floating>();
  // The new graph's node of the old id is written only where someone needs it in its logical order.
  const outputs = new Set(graph.outputs.map((o) => o.node));
  return rewrite(graph, (site) => {
    const operands = site.node.inputs.map(
      (i, k): Floating => floating.get(i) ?? still(site.build, site.inputs[k]!),
    );
    const moved = float(site, operands);
    if (moved === undefined) {
      const settled = operands.map((o) => settle(site.build, o));
      return keep({ ...site, inputs: settled });
    }
    if (isIdentity(moved.perm)) return moved.physical;
    floating.set(site.id, moved);
    return outputs.has(site.id) ? settle(site.build, moved) : moved.physical;
  });
};

const still = (b: GraphBuilder, id: NodeId): Floating => ({
  physical: id,
  perm: identity(b.shape(id).length),
});

const settle = (b: GraphBuilder, { physical, perm }: Floating): NodeId => b.transpose(physical, perm);

const ELEMENTWISE: ReadonlySet<OpName> = new Set<OpName>([
  'unary',
  'leakyRelu',
  'elu',
  'clip',
  'cast',
  'quantize',
  'binary',
  'bitwise',
  'compare',
  'logical',
  'select',
]);

/** The operator on the operands' physical values, or undefined when it needs them in their logical order. */
const float = ({ node, build }: Site, operands: readonly Floating[]): Floating | undefined => {
  if (isOp(node, 'transpose')) {
    const { physical, perm } = operands[0]!;
    return { physical, perm: node.attrs.perm.map((p) => perm[p]!) };
  }
  if (operands.every((o) => isIdentity(o.perm))) return undefined;
  if (ELEMENTWISE.has(node.op))
    return together(build, node, operands, (inputs) => build.add<OpName>(node.op, inputs, node.attrs));
  if (isOp(node, 'concat')) {
    return together(build, node, operands, (inputs, perm) => build.concat(inputs, perm[node.attrs.axis]!));
  }
  const [x] = operands;
  if (x === undefined) return undefined;
  const { physical, perm } = x;
  if (isOp(node, 'reduce'))
    return floatReduction(build, x, node.attrs.axes, node.attrs.keepDims, (axes) =>
      build.reduce(node.attrs.fn, physical, axes, node.attrs.keepDims),
    );
  if (isOp(node, 'argReduce')) {
    return floatReduction(build, x, [node.attrs.axis], false, ([axis]) =>
      build.add('argReduce', [physical], { ...node.attrs, axis: axis! }),
    );
  }
  if (isOp(node, 'cumulate'))
    return {
      physical: build.add('cumulate', [physical], { ...node.attrs, axis: perm[node.attrs.axis]! }),
      perm,
    };
  if (isOp(node, 'pad')) {
    const before = permuted(node.attrs.before, perm);
    const after = permuted(node.attrs.after, perm);
    return { physical: build.add('pad', [physical], { ...node.attrs, before, after }), perm };
  }
  if (isOp(node, 'slice')) {
    const { begin, size, steps } = node.attrs;
    return {
      physical: build.slice(physical, permuted(begin, perm), permuted(size, perm), permuted(steps, perm)),
      perm,
    };
  }
  if (isOp(node, 'expand') && node.shape.length === perm.length) {
    return { physical: build.expand(physical, permuted(node.attrs.shape, perm)), perm };
  }
  if (isOp(node, 'gather') && build.shape(operands[1]!.physical).length === 1) {
    const inputs = [physical, settle(build, operands[1]!)];
    return { physical: build.add('gather', inputs, { axis: perm[node.attrs.axis]! }), perm };
  }
  if (isOp(node, 'reshape')) return floatReshape(build, x, node.attrs.shape);
  return undefined;
};

/** Several operands in one order: the order that costs the fewest transposed elements. */
const together = (
  b: GraphBuilder,
  node: Node,
  operands: readonly Floating[],
  apply: (inputs: readonly NodeId[], perm: Perm) => NodeId,
): Floating => {
  const rank = node.shape.length;
  const orders = operands.map((o) => o.perm).filter((p) => p.length === rank && !isIdentity(p));
  const cost = (order: Perm): number =>
    operands.reduce(
      (sum, o) => sum + (sameShape(fullPerm(o.perm, rank), order) ? 0 : movedElements(b, o)),
      0,
    );
  const best = [...orders, identity(rank)].reduce((a, c) => (cost(c) < cost(a) ? c : a));
  return {
    physical: apply(
      operands.map((o) => inOrder(b, o, best)),
      best,
    ),
    perm: best,
  };
};

/** The order of an operand once broadcasting has given it leading axes of length one. */
const fullPerm = (perm: Perm, rank: number): Perm => {
  const lead = rank - perm.length;
  return [...identity(lead), ...perm.map((p) => p + lead)];
};

/** How many elements a transposition would move; axes of length one and uniform constants cost nothing. */
const movedElements = (b: GraphBuilder, { physical }: Floating): number => {
  const node = b.node(physical);
  const free = node.op === 'fill' || node.shape.filter((d) => d > 1).length <= 1;
  return free ? 0 : elementCount(node.shape);
};

/** An operand as a physical value of the wanted order. */
const inOrder = (b: GraphBuilder, { physical, perm }: Floating, order: Perm): NodeId => {
  const shape = b.shape(physical);
  const rank = order.length;
  if (shape.length === 0 || sameShape(fullPerm(perm, rank), order)) return physical;
  const lead = rank - shape.length;
  const full = b.reshape(physical, [...identity(lead).map(() => 1), ...shape]);
  const current = fullPerm(perm, rank);
  return b.transpose(
    full,
    inverse(order).map((logical) => current[logical]!),
  );
};

const floatReduction = (
  _b: GraphBuilder,
  { perm }: Floating,
  axes: readonly number[],
  keepDims: boolean,
  apply: (axes: readonly number[]) => NodeId,
): Floating => {
  const physical = apply(axes.map((a) => perm[a]!));
  if (keepDims) return { physical, perm };
  const left = perm.filter((_, logical) => !axes.includes(logical));
  const order = left.toSorted((a, b) => a - b);
  return { physical, perm: left.map((p) => order.indexOf(p)) };
};

/** A reshape that only adds or drops axes of length one keeps the order of the others. */
const floatReshape = (
  b: GraphBuilder,
  { physical, perm }: Floating,
  shape: readonly number[],
): Floating | undefined => {
  const from = b.shape(physical);
  const logical = perm.map((p) => from[p]!);
  const long = (s: readonly number[]): number[] => s.flatMap((d, i) => (d === 1 ? [] : [i]));
  const [before, after] = [long(logical), long(shape)];
  if (
    !sameShape(
      before.map((i) => logical[i]!),
      after.map((i) => shape[i]!),
    )
  )
    return undefined;
  // The new physical order: axes of length one first, then the others in the order in which they lie in memory.
  const inMemory = after.toSorted(
    (i, j) => perm[before[after.indexOf(i)]!]! - perm[before[after.indexOf(j)]!]!,
  );
  const order = [...shape.flatMap((d, i) => (d === 1 ? [i] : [])), ...inMemory];
  return {
    physical: b.reshape(
      physical,
      order.map((i) => shape[i]!),
    ),
    perm: shape.map((_, i) => order.indexOf(i)),
  };
};
