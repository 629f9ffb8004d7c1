import { createHash } from 'node:crypto';
import type { HostTensor } from '../../ports/index.js';
import { infer } from './infer.js';
import type {
  Attributes,
  BinaryFn,
  CompareFn,
  Graph,
  IrDType,
  Node,
  NodeId,
  OpName,
  ReduceFn,
  UnaryFn,
} from './ir.js';
import { elementCount, sameShape } from './ir.js';

/**
 * Grows a graph node by node: infers each result's shape, and gives back the node that is there already when the same
 * operator is asked for again on the same operands (common subexpressions are never built twice).
 */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #known = new Map<string, NodeId>();
  #scope = '';

  /** Nodes added from here on are marked with this scope. */
  enter(scope: string): void {
    this.#scope = scope;
  }

  node(id: NodeId): Node {
    const node = this.#nodes[id];
    if (node === undefined) throw new RangeError(`no node ${id}`);
    return node;
  }

  shape(id: NodeId): readonly number[] {
    return this.node(id).shape;
  }

  dtype(id: NodeId): IrDType {
    return this.node(id).dtype;
  }

  /** Adds an operator. Throws ShapeError when operands and attributes do not fit. */
  add<K extends OpName>(op: K, inputs: readonly NodeId[], attrs: Attributes[K]): NodeId {
    const key = `${op}(${inputs.join()})${keyOf(op, attrs)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const aval = infer(
      op,
      attrs,
      inputs.map((i) => this.node(i)),
    );
    const id = this.#nodes.length;
    this.#nodes.push({ op, attrs, inputs, ...pick(aval), scope: this.#scope } as Node);
    this.#known.set(key, id);
    return id;
  }

  graph(name: string, outputs: Graph['outputs']): Graph {
    return { name, nodes: [...this.#nodes], outputs: [...outputs] };
  }

  // The shorthands below keep rules and passes readable; each adds one operator, or none where it would do nothing.

  constant(value: HostTensor): NodeId {
    return this.add('constant', [], { value });
  }

  fill(value: number, shape: readonly number[] = [], dtype: IrDType = 'float32'): NodeId {
    return this.add('fill', [], { value, shape, dtype });
  }

  unary(fn: UnaryFn, x: NodeId): NodeId {
    return this.add('unary', [x], { fn });
  }

  binary(fn: BinaryFn, a: NodeId, b: NodeId): NodeId {
    return this.add('binary', [a, b], { fn });
  }

  compare(fn: CompareFn, a: NodeId, b: NodeId): NodeId {
    return this.add('compare', [a, b], { fn });
  }

  select(condition: NodeId, yes: NodeId, no: NodeId): NodeId {
    return this.add('select', [condition, yes, no], {});
  }

  cast(x: NodeId, to: IrDType): NodeId {
    return this.dtype(x) === to ? x : this.add('cast', [x], { to });
  }

  reduce(fn: ReduceFn, x: NodeId, axes: readonly number[], keepDims: boolean): NodeId {
    return axes.length === 0
      ? x
      : this.add('reduce', [x], { fn, axes: [...axes].sort((a, b) => a - b), keepDims });
  }

  matmul(x: NodeId, y: NodeId, transposeA = false, transposeB = false): NodeId {
    return this.add('matmul', [x, y], { transposeA, transposeB });
  }

  transpose(x: NodeId, perm: readonly number[]): NodeId {
    return perm.every((p, i) => p === i) ? x : this.add('transpose', [x], { perm });
  }

  reshape(x: NodeId, shape: readonly number[]): NodeId {
    return sameShape(this.shape(x), shape) ? x : this.add('reshape', [x], { shape });
  }

  expand(x: NodeId, shape: readonly number[]): NodeId {
    return sameShape(this.shape(x), shape) ? x : this.add('expand', [x], { shape });
  }

  slice(x: NodeId, begin: readonly number[], size: readonly number[], steps?: readonly number[]): NodeId {
    const stride = steps ?? begin.map(() => 1);
    const whole =
      sameShape(size, this.shape(x)) && begin.every((b) => b === 0) && stride.every((s) => s === 1);
    return whole ? x : this.add('slice', [x], { begin, size, steps: stride });
  }

  /** A slice along one axis that keeps the others whole. */
  sliceAxis(x: NodeId, axis: number, begin: number, size: number, step = 1): NodeId {
    const shape = this.shape(x);
    return this.slice(
      x,
      shape.map((_, i) => (i === axis ? begin : 0)),
      shape.map((d, i) => (i === axis ? size : d)),
      shape.map((_, i) => (i === axis ? step : 1)),
    );
  }

  pad(x: NodeId, before: readonly number[], after: readonly number[], value = 0): NodeId {
    return [...before, ...after].every((p) => p === 0)
      ? x
      : this.add('pad', [x], { mode: 'constant', before, after, value });
  }

  concat(xs: readonly NodeId[], axis: number): NodeId {
    const parts = xs.filter((x) => elementCount(this.shape(x)) > 0 || xs.length === 1);
    const [only, ...others] = parts.length > 0 ? parts : xs.slice(0, 1);
    if (only === undefined) throw new RangeError('concat of nothing');
    return others.length === 0 ? only : this.add('concat', [only, ...others], { axis });
  }
}

/** What attributes were found to be told apart by: passes hand on those of most nodes as they are. */
const attributeKeys = new WeakMap<object, string>();

const keyOf = <K extends OpName>(op: K, attrs: Attributes[K]): string => {
  const known = attributeKeys.get(attrs);
  if (known !== undefined) return known;
  const key = op === 'constant' ? constantKey(attrs as Attributes['constant']) : JSON.stringify(attrs, named);
  attributeKeys.set(attrs, key);
  return key;
};

/** JSON has no infinities. */
const named = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

const numbers = new WeakMap<object, number>();
let count = 0;

/** Up to how many bytes a constant is told by its contents: what is computed from it twice, as in a loss and its gradient, is one. */
const SMALL_CONSTANT_BYTES = 1 << 18;

/** Larger constants are the same when they are the same array: comparing contents would cost a pass over every weight. */
const constantKey = ({ value: { data, dtype, shape } }: Attributes['constant']): string => {
  const kind = `${dtype}[${shape.join()}]`;
  if (data.byteLength <= SMALL_CONSTANT_BYTES) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return `${kind}=${createHash('sha256').update(bytes).digest('base64')}`;
  }
  const number = numbers.get(data) ?? count++;
  numbers.set(data, number);
  return `${number}:${kind}`;
};

const pick = ({ shape, dtype }: { shape: readonly number[]; dtype: IrDType }) => ({ shape, dtype });
