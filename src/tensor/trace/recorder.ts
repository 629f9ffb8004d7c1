import { type Diagnostic, DiagnosticError, failure, messageOf } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';
import { elementCount, GraphBuilder, type NodeId, ShapeError } from '../graph/index.js';
import { reasonAgainst, rules, UnsupportedError } from '../lower/index.js';
import * as tf from '../tfjs.js';
import { hostTensor, type Info, uniformValue } from './data.js';
import type { KernelCall, ValueId } from './program.js';

/** A tensor while a program is recorded: a value of the program and a node of the graph, or numbers known already. */
type Recorded =
  | { readonly kind: 'value'; readonly value: ValueId; readonly node: NodeId; readonly scope: string }
  | { readonly kind: 'numbers'; readonly values: tf.backend_util.BackendValues; readonly references: number };

const RANDOM_OPS = /random|truncatedNormal|multinomial|dropout/i;

/** One recording under way: the graph that grows, and the list of kernel calls. */
export class Recording {
  readonly builder = new GraphBuilder();
  readonly calls: KernelCall[] = [];
  readonly constants = new Map<ValueId, HostTensor>();
  /** Single booleans, and what made them. */
  readonly truths: { readonly value: ValueId; readonly scope: string }[] = [];
  readonly operator: string;
  /** A fault that could not be thrown where it happened. */
  fault: Diagnostic | undefined;
  #values = 0;
  readonly #copies = new Map<object, HostTensor['data']>();

  constructor(operator: string) {
    this.operator = operator;
  }

  newValue(): ValueId {
    return this.#values++;
  }

  /** The same constant in an array of the graph's own: engines take those away, and this one may be the user's. */
  owned(tensor: HostTensor): HostTensor {
    const copy = this.#copies.get(tensor.data) ?? tensor.data.slice();
    this.#copies.set(tensor.data, copy);
    return { ...tensor, data: copy } as HostTensor;
  }
}

/**
 * A tfjs backend that computes nothing: each kernel call becomes nodes of the graph. It is registered once; the
 * recording it writes to is set for the length of one synchronous call.
 */
export class RecorderBackend extends tf.KernelBackend {
  readonly #data: tf.DataStorage<Recorded>;
  #recording: Recording | undefined;

  constructor() {
    super();
    this.#data = new tf.DataStorage(this, tf.engine());
  }

  /** Runs `f` with kernel calls going to `recording`. */
  recordInto<A>(recording: Recording, f: () => A): A {
    const outer = this.#recording;
    this.#recording = recording;
    try {
      return f();
    } finally {
      this.#recording = outer;
    }
  }

  /** A tensor that stands for a node. */
  placeholder(node: NodeId, value: ValueId, info: Info, scope: string): tf.TensorInfo {
    const dataId = {};
    this.#data.set(dataId, { kind: 'value', value, node, scope });
    return { dataId, shape: [...info.shape], dtype: info.dtype as tf.DataType };
  }

  /** The node and the value that a tensor stands for; numbers become constants of the recording. */
  resolve(info: tf.TensorInfo): { readonly node: NodeId; readonly value: ValueId } {
    const recording = this.#active('use of a tensor');
    const data = this.#data.get(info.dataId);
    if (data.kind === 'value') return data;
    const tensor = this.#constant(data.values, info);
    const value = recording.newValue();
    recording.constants.set(value, tensor);
    const uniform = uniformValue(tensor);
    const { builder } = recording;
    const node =
      uniform === undefined
        ? builder.constant(recording.owned(tensor))
        : builder.fill(uniform, tensor.shape, tensor.dtype);
    return { node, value };
  }

  #constant(values: tf.backend_util.BackendValues, info: tf.TensorInfo): HostTensor {
    try {
      return hostTensor(values as tf.backend_util.TypedArray, info);
    } catch (thrown) {
      throw new DiagnosticError([
        failure('tensor/unsupported-attributes', `${this.#where()}: ${messageOf(thrown)}`),
      ]);
    }
  }

  /** Records one kernel call. Throws DiagnosticError when the kernel has no rule or its rule refuses. */
  call(
    kernel: string,
    inputs: Readonly<Record<string, tf.TensorInfo | undefined>>,
    attrs: object,
  ): tf.TensorInfo[] {
    const recording = this.#active(kernel);
    const { builder, calls } = recording;
    const rule = rules.get(kernel);
    const scope = scopePath();
    if (rule === undefined) {
      const reason = reasonAgainst(kernel) ?? 'it has no lowering rule';
      throw new DiagnosticError([
        failure(
          'tensor/unsupported-kernel',
          `${this.#where()}: the tfjs kernel '${kernel}' cannot be compiled: ${reason}.`,
        ),
      ]);
    }
    const given = Object.entries(inputs).flatMap(([name, info]) =>
      info === undefined ? [] : [{ name, ...this.resolve(info) }],
    );
    builder.enter(scope);
    const on = Object.fromEntries(given.map(({ name, node }) => [name, node]));
    const nodes = this.#apply(kernel, () =>
      // The kernel's name, by which the rule was found, says what its attributes are.
      rule({ b: builder, on, list: given.map((g) => g.node), attrs: attrs as never }),
    );
    const outputs = nodes.map((node) => ({ node, value: recording.newValue() }));
    for (const { node, value } of outputs)
      if (isTruth(builder, node)) recording.truths.push({ value, scope });
    calls.push({
      kernel,
      inputs: Object.fromEntries(given.map(({ name, value }) => [name, value])),
      list: Array.isArray(inputs),
      attrs: { ...attrs },
      outputs: outputs.map((o) => o.value),
    });
    return outputs.map(({ node, value }) =>
      this.placeholder(node, value, { shape: builder.shape(node), dtype: builder.dtype(node) }, scope),
    );
  }

  #apply(kernel: string, rule: () => NodeId | readonly NodeId[]): readonly NodeId[] {
    try {
      const result = rule();
      return typeof result === 'number' ? [result] : result;
    } catch (thrown) {
      if (!(thrown instanceof UnsupportedError || thrown instanceof ShapeError)) throw thrown;
      throw new DiagnosticError([
        failure('tensor/unsupported-attributes', `${this.#where()}: ${kernel}: ${thrown.message}`, {
          cause: thrown,
        }),
      ]);
    }
  }

  #active(what: string): Recording {
    if (this.#recording === undefined) {
      throw new Error(`${what} after the recording ended: a traced tensor was kept outside its function`);
    }
    return this.#recording;
  }

  #where(): string {
    const [operator, scope] = [this.#recording?.operator ?? 'program', scopePath()];
    return scope === '' ? operator : `${operator}: in ${scope}`;
  }

  // From here on: what tfjs asks of any backend.

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override write(values: tf.backend_util.BackendValues, _shape: number[], _dtype: tf.DataType): object {
    const random = scopeNames().find((name) => RANDOM_OPS.test(name));
    if (random !== undefined && this.#recording !== undefined) {
      throw new DiagnosticError([
        failure(
          'tensor/baked-randomness',
          `${this.#recording.operator}: tf.${random} would give the same numbers at every call.`,
        ),
      ]);
    }
    const dataId = {};
    this.#data.set(dataId, { kind: 'numbers', values, references: 1 });
    return dataId;
  }

  // Tensors from another backend are moved here when a program closes over them; their other handles stay valid.
  override move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    _shape: number[],
    _dtype: tf.DataType,
    references: number,
  ): void {
    this.#data.set(dataId, { kind: 'numbers', values, references });
  }

  override refCount(dataId: object): number {
    const data = this.#data.has(dataId) ? this.#data.get(dataId) : undefined;
    return data?.kind === 'numbers' ? data.references : 1;
  }

  override incRef(dataId: object): void {
    this.#count(dataId, 1);
  }

  // tidy() drops handles while later kernels still need the node, so the graph keeps its nodes itself.
  override disposeData(dataId: object, force = false): boolean {
    if (!this.#data.has(dataId)) return true;
    if (!force && this.#count(dataId, -1) > 0) return false;
    this.#data.delete(dataId);
    return true;
  }

  #count(dataId: object, change: 1 | -1): number {
    const data = this.#data.get(dataId);
    if (data.kind === 'value') return 0;
    const references = data.references + change;
    this.#data.set(dataId, { ...data, references });
    return references;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const data = this.#data.get(dataId);
    if (data.kind === 'numbers') return data.values;
    throw new DiagnosticError([this.#valueRead(data.scope)]);
  }

  // Waiting for a value ends in a promise that may never be looked at, so the fault is kept for the end of the recording.
  override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
    const data = this.#data.get(dataId);
    if (data.kind === 'numbers' || this.#recording === undefined) return this.readSync(dataId);
    this.#recording.fault ??= this.#valueRead(data.scope);
    return new Promise(() => {});
  }

  #valueRead(scope: string): Diagnostic {
    const message = `${this.#recording?.operator ?? 'program'}: the program reads the value of a tensor (the result of ${scope}), which has none yet: it is being recorded.`;
    return failure('tensor/value-read', message);
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override dispose(): void {}
}

/** One boolean, such as the result of comparing two numbers. */
const isTruth = (b: GraphBuilder, node: NodeId): boolean =>
  b.dtype(node) === 'bool' && elementCount(b.shape(node)) === 1;

/** Names of the tfjs operations that are running, outermost first. */
const scopeNames = (): readonly string[] => {
  const { state } = tf.engine() as unknown as {
    readonly state: { readonly scopeStack: readonly { readonly name?: string }[] };
  };
  return state.scopeStack.flatMap(({ name }) =>
    name === undefined || ANONYMOUS.has(name) ? [] : [name.replace(/__op$/, '')],
  );
};

const ANONYMOUS: ReadonlySet<string> = new Set(['', 'default scope', 'unnamed scope', 'forward']);

const scopePath = (): string => scopeNames().slice(1).join('/');
