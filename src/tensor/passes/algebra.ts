import {
  type Graph,
  type GraphBuilder,
  isOp,
  type NodeId,
  rewrite,
  type Site,
  sameShape,
} from '../graph/index.js';

/** Rewrites that hold for every value and save an operator: neutral elements, inverses, chains of one kind. */
export const simplify = (graph: Graph): Graph => rewrite(graph, (site) => simplifyNode(site));

const simplifyNode = ({ node, inputs, build: b }: Site): NodeId | undefined => {
  const [x, y] = inputs;
  if (x === undefined) return undefined;
  if (isOp(node, 'binary') && y !== undefined) return simplifyBinary(b, node.attrs.fn, x, y, node.shape);
  const inner = b.node(x);
  if (isOp(node, 'unary')) {
    if (node.attrs.fn === 'identity') return x;
    const undone = inner.op === 'unary' && inner.attrs.fn === node.attrs.fn && INVOLUTIONS.has(node.attrs.fn);
    return undone ? inner.inputs[0] : undefined;
  }
  if (isOp(node, 'cast')) return node.attrs.to === inner.dtype ? x : undefined;
  if (isOp(node, 'reshape')) {
    return inner.op === 'reshape'
      ? b.reshape(inner.inputs[0]!, node.attrs.shape)
      : b.reshape(x, node.attrs.shape);
  }
  if (isOp(node, 'transpose')) {
    const { perm } = node.attrs;
    if (inner.op === 'transpose')
      return b.transpose(
        inner.inputs[0]!,
        perm.map((p) => inner.attrs.perm[p]!),
      );
    // Moving axes of length one moves no element.
    const long = perm.filter((p) => inner.shape[p] !== 1);
    return long.every((p, i) => i === 0 || p > long[i - 1]!) ? b.reshape(x, node.shape) : undefined;
  }
  if (isOp(node, 'expand') && sameShape(inner.shape, node.shape)) return x;
  if (isOp(node, 'matmul') && y !== undefined) return absorbTransposes(b, node.attrs, x, y);
  return undefined;
};

const INVOLUTIONS: ReadonlySet<string> = new Set(['neg', 'not', 'reciprocal']);

const simplifyBinary = (
  b: GraphBuilder,
  fn: string,
  x: NodeId,
  y: NodeId,
  shape: readonly number[],
): NodeId | undefined => {
  // A neutral operand can go only when the other one has the result's shape already.
  const other = (kept: NodeId): NodeId | undefined => (sameShape(b.shape(kept), shape) ? kept : undefined);
  const [left, right] = [uniform(b, x), uniform(b, y)];
  switch (fn) {
    case 'add':
      return right === 0 ? other(x) : left === 0 ? other(y) : unexpanded(b, fn, x, y, shape);
    case 'sub':
      return right === 0 ? other(x) : unexpanded(b, fn, x, y, shape);
    case 'mul':
      if (right === -1 && other(x) !== undefined) return b.unary('neg', x);
      if (left === -1 && other(y) !== undefined) return b.unary('neg', y);
      if (right === 1) return other(x);
      if (left === 1) return other(y);
      return right !== undefined && sameShape(b.shape(x), shape)
        ? (scaledOnce(b, x, right) ?? unexpanded(b, fn, x, y, shape))
        : unexpanded(b, fn, x, y, shape);
    case 'div':
      if (right === 1) return other(x);
      // Exact for powers of two only; others would change the last bit.
      if (right !== undefined && b.dtype(x) === 'float32' && isPowerOfTwo(right)) {
        return b.binary('mul', x, b.fill(1 / right));
      }
      return unexpanded(b, fn, x, y, shape);
    case 'pow':
      if (b.dtype(x) !== 'float32') return undefined;
      if (right === 1) return other(x);
      if (right === 2 && other(x) !== undefined) return b.binary('mul', x, x);
      return right === 0.5 && other(x) !== undefined ? b.unary('sqrt', x) : undefined;
    default:
      return undefined;
  }
};

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(Math.abs(value)));

/**
 * What was multiplied or divided by a number, times another one, in one pass. Exact where one of the factors is a power of
 * two, as in pictures on their way between 0..255, 0..1 and -1..1.
 */
const scaledOnce = (b: GraphBuilder, x: NodeId, factor: number): NodeId | undefined => {
  const node = b.node(x);
  if (node.op === 'reshape') {
    const inside = scaledOnce(b, node.inputs[0]!, factor);
    return inside === undefined ? undefined : b.reshape(inside, node.shape);
  }
  if (node.op !== 'binary' || node.dtype !== 'float32') return undefined;
  const [of, by] = [node.inputs[0]!, uniform(b, node.inputs[1]!)];
  const { fn } = node.attrs;
  if (by === undefined || by === 0 || !sameShape(b.shape(of), node.shape)) return undefined;
  if (fn === 'div' && isPowerOfTwo(factor)) return b.binary('div', of, b.fill(by / factor));
  return fn === 'mul' && (isPowerOfTwo(factor) || isPowerOfTwo(by))
    ? b.binary('mul', of, b.fill(by * factor))
    : undefined;
};

const uniform = (b: GraphBuilder, id: NodeId): number | undefined => {
  const node = b.node(id);
  return node.op === 'fill' ? node.attrs.value : undefined;
};

/** Broadcasting makes an explicit expansion needless, unless both operands need it. */
const unexpanded = (
  b: GraphBuilder,
  fn: 'add' | 'sub' | 'mul' | 'div',
  x: NodeId,
  y: NodeId,
  shape: readonly number[],
): NodeId | undefined => {
  const source = (id: NodeId): NodeId => {
    const node = b.node(id);
    return node.op === 'expand' ? node.inputs[0]! : id;
  };
  if (source(y) !== y && sameShape(b.shape(x), shape)) return b.binary(fn, x, source(y));
  if (source(x) !== x && sameShape(b.shape(y), shape)) return b.binary(fn, source(x), y);
  return undefined;
};

/** A transposition of the last two axes is free inside a matrix product. */
const absorbTransposes = (
  b: GraphBuilder,
  attrs: { readonly transposeA: boolean; readonly transposeB: boolean },
  x: NodeId,
  y: NodeId,
): NodeId | undefined => {
  const swapped = (id: NodeId): NodeId | undefined => {
    const node = b.node(id);
    if (node.op !== 'transpose') return undefined;
    const rank = node.shape.length;
    const swap = node.shape.map((_, i) => (i < rank - 2 ? i : rank - 2 + (rank - 1 - i)));
    return sameShape(node.attrs.perm, swap) ? node.inputs[0] : undefined;
  };
  const [a, c] = [swapped(x), swapped(y)];
  if (a === undefined && c === undefined) return undefined;
  return b.add('matmul', [a ?? x, c ?? y], {
    transposeA: attrs.transposeA !== (a !== undefined),
    transposeB: attrs.transposeB !== (c !== undefined),
  });
};
