import { arrays, type HostTensor } from '../../ports/index.js';
import {
  broadcastShapes,
  elementCount,
  type Graph,
  type IrDType,
  type Node,
  type NodeId,
  sameShape,
} from '../graph/index.js';
import type { Dialect } from './dialect.js';
import type { Attribute, ElementType, OnnxModel, OnnxNode, OnnxTensor } from './schema.js';

const OPSET = 20;

/** From so many elements on the time of an operator is that of its elements. */
const MANY_ELEMENTS = 256;

const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 1);

const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const allArrays = { ...arrays, uint32: Uint32Array };

/** Collects the ONNX nodes and constants of one graph. */
export class Emitter {
  readonly dialect: Dialect;
  readonly #graph: Graph;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #externalInitialisers = new Map<string, HostTensor>();
  readonly #names = new Map<NodeId, string>();
  readonly #memo = new Map<string, readonly string[]>();
  #count = 0;
  #scope = '';

  constructor(graph: Graph, dialect: Dialect) {
    this.#graph = graph;
    this.dialect = dialect;
  }

  /** Sets what the following nodes belong to. */
  enter(scope: string): void {
    this.#scope = scope;
  }

  node(id: NodeId): Node {
    return this.#graph.nodes[id]!;
  }

  bind(id: NodeId, name: string): void {
    this.#names.set(id, name);
  }

  /** The ONNX value of a node; a uniform constant is written out in its full shape here. */
  value(id: NodeId): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const node = this.node(id);
    if (node.op !== 'fill') throw new RangeError(`%${id} ${node.op} is used before it is emitted`);
    const scalar = this.scalar(node.attrs.value, node.dtype);
    const name = node.shape.length === 0 ? scalar : this.op('Expand', [scalar, this.ints(node.shape)]);
    this.bind(id, name);
    return name;
  }

  /**
   * The values of an elementwise operator's operands: uniform constants as scalars, where broadcasting restores the shape.
   *
   * Where the last axis has one element, ONNX Runtime takes 15 ns an element as long as an operand has fewer axes than the
   * result, since it sees runs of one element; with all axes written out it takes less than one.
   */
  broadcast(node: Node): string[] {
    const shapes = node.inputs.map((i) => (this.node(i).op === 'fill' ? [] : this.node(i).shape));
    const scalarsDo = sameShape(broadcastShapes(...shapes), node.shape);
    const rank = node.shape.length;
    const fills = node.shape.at(-1) === 1 && elementCount(node.shape) >= MANY_ELEMENTS;
    return node.inputs.map((i) => {
      const operand = this.node(i);
      if (operand.op === 'fill' && scalarsDo)
        return this.scalar(operand.attrs.value, operand.dtype, fills ? rank : 0);
      const name = this.value(i);
      const missing = rank - operand.shape.length;
      return fills && missing > 0
        ? this.op('Reshape', [name, this.ints([...ones(missing), ...operand.shape])])
        : name;
    });
  }

  /** Adds an operator with one result; the same operator on the same operands is added once. */
  op(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): string {
    return this.ops(opType, inputs, 1, attributes, domain)[0]!;
  }

  /** Adds an operator with several results. */
  ops(
    opType: string,
    inputs: readonly string[],
    results: number,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): readonly string[] {
    const key = JSON.stringify([opType, inputs, results, attributes, domain]);
    const known = this.#memo.get(key);
    if (known !== undefined) return known;
    const outputs = Array.from({ length: results }, () => `${opType}_${this.#count++}`);
    this.#nodes.push({ opType, inputs, outputs, attributes, domain, scope: this.#scope });
    this.#memo.set(key, outputs);
    return outputs;
  }

  /** A number that no name of this model has had. */
  unique(): number {
    return this.#count++;
  }

  /** A list of int64, as shapes and axes are given. */
  ints(values: readonly number[]): string {
    return this.#constant(
      `ints_${values.join('_').replaceAll('-', 'm')}`,
      'int64',
      [values.length],
      BigInt64Array.from(values, BigInt),
    );
  }

  /** A list of float32, as scales are given. */
  floats(values: readonly number[]): string {
    return this.#constant(
      `floats_${values.join('_').replaceAll('-', 'm')}`,
      'float32',
      [values.length],
      Float32Array.from(values),
    );
  }

  /** A number, of so many axes of one element. */
  scalar(value: number, dtype: IrDType, rank = 0): string {
    const data = allArrays[dtype].of(value);
    const name = `${dtype}_${String(value).replaceAll('-', 'm').replaceAll('+', '')}`;
    return this.#constant(rank === 0 ? name : `${name}_rank_${rank}`, dtype, ones(rank), data);
  }

  tensor(name: string, { dtype, shape, data }: HostTensor): string {
    return this.#constant(name, dtype, shape, data);
  }

  /** A constant that the model takes as an input. */
  resident(name: string, tensor: HostTensor): string {
    this.#externalInitialisers.set(name, tensor);
    return name;
  }

  #constant(name: string, type: ElementType, dims: readonly number[], data: ArrayBufferView): string {
    if (!this.#constants.has(name)) this.#constants.set(name, { name, type, dims, bytes: bytesOf(data) });
    return name;
  }

  /** The finished model: outputs carry the graph's names. */
  model(metadata: Readonly<Record<string, string>>): OnnxModel {
    const inputs = this.#graph.nodes.flatMap((n) =>
      n.op === 'input' ? [{ name: n.attrs.name, type: n.dtype, dims: n.shape }] : [],
    );
    const produced = new Set(this.#nodes.flatMap((n) => n.outputs));
    const renamed = new Map<string, string>();
    const outputs = this.#graph.outputs.map(({ name, node }) => {
      const source = this.value(node);
      // An input, a constant or a value that is an output already cannot be renamed: it is copied.
      if (!produced.has(source) || renamed.has(source)) {
        this.#nodes.push({
          opType: 'Identity',
          inputs: [source],
          outputs: [name],
          attributes: {},
          domain: '',
          scope: '',
        });
      } else renamed.set(source, name);
      return { name, type: this.node(node).dtype, dims: this.node(node).shape };
    });
    const rename = (name: string): string => renamed.get(name) ?? name;
    return {
      name: this.#graph.name,
      nodes: leavesLast(this.#nodes).map((n) => ({
        ...n,
        inputs: n.inputs.map(rename),
        outputs: n.outputs.map(rename),
      })),
      initializers: [...this.#constants.values()],
      inputs: [
        ...inputs,
        ...[...this.#externalInitialisers].map(([name, t]) => ({ name, type: t.dtype, dims: t.shape })),
      ],
      externalInitialisers: Object.fromEntries(this.#externalInitialisers),
      outputs,
      opsets: { '': OPSET, ...(this.#nodes.some((n) => n.domain !== '') ? { 'com.microsoft': 1 } : {}) },
      metadata,
    };
  }
}

/**
 * ONNX Runtime orders a graph by a depth-first search backwards from its leaves, the last leaf first. With the leaves at
 * the end, in reverse, it runs the nodes about in the order of the program: each weight's gradient while its operands are
 * fresh, instead of all of them after the whole chain, with every operand held.
 */
const leavesLast = (nodes: readonly OnnxNode[]): readonly OnnxNode[] => {
  const used = new Set(nodes.flatMap((n) => n.inputs));
  const isLeaf = (n: OnnxNode): boolean => n.outputs.every((o) => !used.has(o));
  return [...nodes.filter((n) => !isLeaf(n)), ...nodes.filter(isLeaf).toReversed()];
};
