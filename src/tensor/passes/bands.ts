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
  usersOf,
} from '../graph/index.js';

/**
 * Works on values of hundreds of megabytes a band of rows at a time. What is computed of one row by row (centring, scaling,
 * activations, reordering) and then only read in places (patches, strips, means) is never held whole: each reader computes
 * the rows that it needs from what is kept anyway. Rows are pixels; a value is [..., channels]. An instance norm at full
 * resolution so holds its input and nothing else of that size.
 */
export const workInBands = (graph: Graph, giantBytes = GIANT_BYTES): Graph => {
  const isVirtual = virtualValues(graph, giantBytes);
  const virtual = new Set<NodeId>();
  return rewrite(graph, (site) => {
    const { node, inputs, build } = site;
    const [source] = inputs;
    const isLarge = source !== undefined && isGiant(build.node(source), giantBytes);
    const banded = isLarge ? read(build, node, inputs, virtual) : undefined;
    const made = banded ?? keep(site);
    if (isVirtual(site.id)) virtual.add(made);
    return made;
  });
};

/** From here on ONNX Runtime's arena is off as well, unless it is asked for. */
const GIANT_BYTES = 128e6;

/** Rows that a mean reads at once: 16 MB of 64 channels. */
const MEAN_BYTES = 16e6;
/** A number of rows that sums divide well. */
const ROUND = 1024;

const isGiant = ({ dtype, shape }: Node, giantBytes: number): boolean =>
  dtype === 'float32' && 4 * elementCount(shape) >= giantBytes;

const channelsOf = ({ shape }: Node): number => shape.at(-1) ?? 1;
const rowsIn = (node: Node): number => elementCount(node.shape) / channelsOf(node);

/** Which large values are computed row by row and read in places only, themselves and all that is computed of them. */
const virtualValues = (graph: Graph, giantBytes: number): ((id: NodeId) => boolean) => {
  const nodeOf = (id: NodeId): Node => graph.nodes[id]!;
  const users = usersOf(graph);
  const outputs = new Set(graph.outputs.map(({ node }) => node));
  const known = new Map<NodeId, boolean>();
  const isReadInPlaces = (id: NodeId): boolean => {
    const found =
      known.get(id) ??
      (!outputs.has(id) &&
        users[id]!.every((user) => {
          const node = nodeOf(user);
          if (isZeroRowBehind(nodeOf, node))
            return users[user]!.every((u) => isLocalGather(nodeOf, nodeOf(u)));
          if (isRowwise(nodeOf, node) || isRowReshape(nodeOf, node)) return isReadInPlaces(user);
          return isLocalGather(nodeOf, node) || isSumOfRows(nodeOf, node);
        }));
    known.set(id, found);
    return found;
  };
  return (id) => {
    const node = nodeOf(id);
    const isComputed = isRowwise(nodeOf, node) || isReordering(nodeOf, node) || isRowReshape(nodeOf, node);
    return isComputed && isGiant(node, giantBytes) && isReadInPlaces(id);
  };
};

type NodeOf = (id: NodeId) => Node;

const isRowReshape = (nodeOf: NodeOf, node: Node): boolean =>
  node.op === 'reshape' && channelsOf(node) === channelsOf(nodeOf(node.inputs[0]!));

/** One number for all rows, or one for each channel. */
const isColumn = ({ shape }: Node, channels: number): boolean =>
  elementCount(shape) === 1 || (elementCount(shape) === channels && shape.at(-1) === channels);

const isRowwise = (nodeOf: NodeOf, node: Node): boolean => {
  if (node.op === 'unary' || node.op === 'leakyRelu' || node.op === 'clip')
    return nodeOf(node.inputs[0]!).dtype === 'float32';
  return (
    node.op === 'binary' &&
    node.inputs.every((i) => {
      const operand = nodeOf(i);
      return operand.shape.join() === node.shape.join() || isColumn(operand, channelsOf(node));
    })
  );
};

/** The list of a gather of rows, where it is known. */
const listOf = (nodeOf: NodeOf, node: Node): Int32Array | undefined => {
  if (!isOp(node, 'gather') || node.attrs.axis !== 0 || node.shape.length !== 2) return undefined;
  const list = nodeOf(node.inputs[1]!);
  return isOp(list, 'constant') && list.attrs.value.data instanceof Int32Array
    ? list.attrs.value.data
    : undefined;
};

/** Every row once, in another order. */
const isReordering = (nodeOf: NodeOf, node: Node): boolean => {
  const list = listOf(nodeOf, node);
  if (list === undefined || list.length !== nodeOf(node.inputs[0]!).shape[0]) return false;
  const seen = new Uint8Array(list.length);
  for (const row of list) seen[row] = 1;
  return !seen.includes(0);
};

/** [rows; a row of zeros], which is what lists name where they mean a zero. */
const isZeroRowBehind = (nodeOf: NodeOf, node: Node): boolean => {
  if (!isOp(node, 'concat') || node.attrs.axis !== 0 || node.inputs.length !== 2) return false;
  const zeros = nodeOf(node.inputs[1]!);
  return isOp(zeros, 'fill') && zeros.attrs.value === 0 && zeros.shape[0] === 1;
};

interface Span {
  readonly first: number;
  readonly end: number;
}

/** The rows that a list names, those from `hole` on left out. */
const spanOf = (list: Int32Array, hole: number): Span => {
  let [first, end] = [hole, 0];
  for (const row of list)
    if (row < hole) {
      if (row < first) first = row;
      if (row >= end) end = row + 1;
    }
  return { first: Math.min(first, end), end };
};

/** A gather of rows that lie together: within half of all. */
const isLocalGather = (nodeOf: NodeOf, node: Node): boolean => {
  const list = listOf(nodeOf, node);
  if (list === undefined) return false;
  const rows = rowsBefore(nodeOf, node.inputs[0]!);
  const { first, end } = spanOf(list, rows);
  return end > first && 2 * (end - first) <= rows;
};

/** The rows of a matrix, the row of zeros behind them left out. */
const rowsBefore = (nodeOf: NodeOf, matrix: NodeId): number => {
  const { shape } = nodeOf(matrix);
  return (shape[0] ?? 1) - (isZeroRowBehind(nodeOf, nodeOf(matrix)) ? 1 : 0);
};

/** A sum or mean over all rows, channel by channel. */
const isSumOfRows = (nodeOf: NodeOf, node: Node): boolean => {
  if (!isOp(node, 'reduce') || (node.attrs.fn !== 'sum' && node.attrs.fn !== 'mean')) return false;
  const { axes } = node.attrs;
  const { shape } = nodeOf(node.inputs[0]!);
  const last = shape.length - 1;
  return (
    !axes.includes(last) && shape.every((size, axis) => axis === last || size === 1 || axes.includes(axis))
  );
};

/** What reads rows of a large value in places, by bands. */
const read = (
  b: GraphBuilder,
  node: Node,
  inputs: readonly NodeId[],
  virtual: ReadonlySet<NodeId>,
): NodeId | undefined => {
  const nodeOf: NodeOf = (id) => b.node(id);
  const [source = 0] = inputs;
  const moved = { ...node, inputs } as Node;
  if (isSumOfRows(nodeOf, moved) && virtual.has(source)) return sumInBands(b, moved, virtual);
  const list = listOf(nodeOf, moved);
  const isZeroed = isZeroRowBehind(nodeOf, b.node(source));
  const matrix = isZeroed ? b.node(source).inputs[0]! : source;
  if (list === undefined || !(isZeroed || virtual.has(matrix)) || !isLocalGather(nodeOf, moved))
    return undefined;
  const rows = rowsBefore(nodeOf, source);
  const { first, end } = spanOf(list, rows);
  const band = bandOf(b, virtual, matrix, { first, end }, 'in order');
  const rest = isZeroed ? b.concat([band, b.node(source).inputs[1]!], 0) : band;
  return rowsAt(
    b,
    rest,
    list.map((row) => (row < rows ? row - first : end - first)),
  );
};

const rowsAt = (b: GraphBuilder, matrix: NodeId, list: Int32Array): NodeId =>
  b.add('gather', [matrix, b.constant({ dtype: 'int32', shape: [list.length], data: list })], { axis: 0 });

/** Rows of a value as a matrix, computed of as many rows of what is kept; where their order does not matter, of any. */
const bandOf = (
  b: GraphBuilder,
  virtual: ReadonlySet<NodeId>,
  value: NodeId,
  { first, end }: Span,
  order: 'in order' | 'in any order',
): NodeId => {
  const known = new Map<NodeId, NodeId>();
  const rows = (id: NodeId): NodeId => {
    const made = known.get(id) ?? compute(id);
    known.set(id, made);
    return made;
  };
  const compute = (id: NodeId): NodeId => {
    const node = b.node(id);
    const channels = channelsOf(node);
    if (!virtual.has(id)) {
      const list = Int32Array.from({ length: end - first }, (_, i) => first + i);
      return rowsAt(b, b.reshape(id, [rowsIn(node), channels]), list);
    }
    if (node.op === 'reshape') return rows(node.inputs[0]!);
    const list = listOf((i) => b.node(i), node);
    if (list !== undefined)
      return order === 'in order'
        ? rowsAt(b, node.inputs[0]!, list.slice(first, end))
        : rows(node.inputs[0]!);
    const operands = node.inputs.map((i) => {
      const operand = b.node(i);
      if (operand.shape.join() === node.shape.join()) return rows(i);
      return elementCount(operand.shape) === 1 ? b.reshape(i, []) : b.reshape(i, [1, channels]);
    });
    return b.add<OpName>(node.op, operands, node.attrs);
  };
  return rows(value);
};

const sumInBands = (b: GraphBuilder, node: Node, virtual: ReadonlySet<NodeId>): NodeId | undefined => {
  if (!isOp(node, 'reduce')) return undefined;
  const [source = 0] = node.inputs;
  const [rows, channels] = [rowsIn(b.node(source)), channelsOf(b.node(source))];
  const kept = reordered(b, virtual, source);
  if (!virtual.has(kept))
    return b.reshape(b.reduce(node.attrs.fn, b.reshape(kept, [rows, channels]), [0], true), node.shape);
  const step = Math.max(1, Math.floor(MEAN_BYTES / (4 * channels * ROUND))) * ROUND;
  const sums = Array.from({ length: Math.ceil(rows / step) }, (_, i) => {
    const span = { first: i * step, end: Math.min(rows, (i + 1) * step) };
    return b.reduce('sum', bandOf(b, virtual, kept, span, 'in any order'), [0], true);
  });
  const sum = b.reduce('sum', b.concat(sums, 0), [0], true);
  const scaled = node.attrs.fn === 'mean' ? b.binary('mul', sum, b.fill(1 / rows)) : sum;
  return b.reshape(scaled, node.shape);
};

/** What a value is but for the order of its rows. */
const reordered = (b: GraphBuilder, virtual: ReadonlySet<NodeId>, id: NodeId): NodeId => {
  const node = b.node(id);
  const passes = node.op === 'reshape' || node.op === 'gather';
  return virtual.has(id) && passes ? reordered(b, virtual, node.inputs[0]!) : id;
};
