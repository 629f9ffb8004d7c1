import * as E from 'fp-ts/lib/Either.js';
import * as R from 'fp-ts/lib/Record.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { LRUCache } from 'lru-cache';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import { arrays, type HostTensor } from '../ports/index.js';
import { type BoundaryDTypes, narrowOutputs } from './boundary.js';
import { USUAL_ENGINE } from './engines.js';
import { elementCount } from './graph/index.js';
import { Lease } from './lease.js';
import { optimise } from './passes/index.js';
import { type Compiled, createEngine, type Engine } from './run/engine.js';
import { copyInto } from './run/spare-buffers.js';
import type * as tf from './tfjs.js';
import { record, type TensorSpec } from './trace/record.js';
import { leaves, mapTree, TreeError } from './tree.js';

/** A tree of tfjs tensors with each tensor replaced by a tensor in this process's memory. */
export type HostOf<T> = T extends tf.Tensor ? HostTensor : { readonly [K in keyof T]: HostOf<T[K]> };

export interface JitOptions {
  /** What errors and profiles call the program; an operator gives its own name. */
  readonly name?: string;
  /** Where it runs. Default: the shared CPU engine. */
  readonly engine?: Engine;
  /** How many shapes stay compiled; the one unused for longest is disposed of first. Default: 8. */
  readonly cache?: number;
  /** Outputs, by path, that leave as 8- or 16-bit integers: rounded to even and clamped to the type's range. */
  readonly as?: BoundaryDTypes;
  /** Keeps memory between values and runs however large they are, which is faster, and held; else it is given back where a value is over 128 MB. */
  readonly arena?: boolean;
}

export interface CallOptions {
  /** Cancels a call that waits, and drops the result of one that runs. */
  readonly signal?: AbortSignal;
  /**
   * Gives the inputs' buffers away instead of copying them: they are empty afterwards. `recycle`: the engine may hand them
   * out again by `Engine.buffer`.
   */
  readonly donate?: boolean | 'recycle';
}

/** A tfjs function, compiled once for every shape it is called with. */
export interface Jitted<I, O> {
  (inputs: HostOf<I>, options?: CallOptions): TaskEither<Diagnostics, HostOf<O>>;
  /** How many shapes are compiled now. */
  readonly compiled: () => number;
  /** Disposes of every compiled shape; a call afterwards is an error. The engine stays. */
  readonly dispose: () => void;
}

const isHostTensor = (value: unknown): value is HostTensor =>
  typeof value === 'object' &&
  value !== null &&
  'data' in value &&
  ArrayBuffer.isView(value.data) &&
  'shape' in value &&
  'dtype' in value;

const isName = (value: unknown): value is string => typeof value === 'string';

let shared: Engine | undefined;

/** The CPU engine that programs run on unless they are given another. */
export const defaultEngine = (): Engine => {
  shared ??= createEngine(USUAL_ENGINE);
  return shared;
};

interface Entry {
  readonly compiled: Compiled;
  readonly outputs: unknown;
}

/**
 * Compiles a pure tfjs function of a tree of tensors. On its first call with inputs of some shapes and dtypes `fn` is
 * recorded, gradients included, lowered to ONNX and compiled; later calls run the compiled graph, off the main thread.
 *
 * `fn` must be synchronous and must not read values (`dataSync`, a JavaScript `if` on a tensor), draw tfjs random
 * numbers or assign variables. Inputs are `HostTensor`s in the tree that `fn` takes; `uint8` and `uint16` ones arrive
 * as float32 with the same values. Fails with a diagnostic of the `tensor/` family; never throws.
 *
 * @example
 * const soften = jit(({ x }: { x: tf.Tensor4D }) => ({ y: tf.avgPool(x, 3, 1, 'same') }), { name: 'soften' });
 * const result = await soften({ x: { dtype: 'float32', shape: [1, 8, 8, 3], data } })();
 */
export const jit = <I, O>(fn: (inputs: I) => O, options: JitOptions = {}): Jitted<I, O> => {
  const {
    name = fn.name || 'program',
    engine = defaultEngine(),
    cache = 8,
    as = {},
    arena = false,
  } = options;
  const shapes = new LRUCache<string, Lease<E.Either<Diagnostics, Entry>>>({
    max: cache,
    dispose: (shape) => shape.retire(),
  });
  let disposed = false;

  const compile = async (specs: unknown): Promise<E.Either<Diagnostics, Entry>> => {
    const recorded = record(name, fn as (inputs: never) => unknown, specs);
    if (E.isLeft(recorded)) return recorded;
    const narrowed = narrowOutputs(recorded.right, as);
    const graph = optimise(narrowed.graph, engine.target);
    if (E.isLeft(graph)) return graph;
    const compiled = await engine.compile({
      operator: name,
      graph: graph.right,
      program: narrowed.program,
      arena,
    })();
    return E.isLeft(compiled) ? compiled : E.right({ compiled: compiled.right, outputs: narrowed.outputs });
  };

  const lease = (key: string, specs: unknown): Lease<E.Either<Diagnostics, Entry>> => {
    const known = shapes.get(key);
    if (known !== undefined) return known;
    const made = new Lease(compile(specs), (entry) => {
      if (E.isRight(entry)) entry.right.compiled.dispose();
    });
    shapes.set(key, made);
    return made;
  };

  const forget = (key: string, stale: Lease<E.Either<Diagnostics, Entry>>): void => {
    if (shapes.peek(key) === stale) shapes.delete(key);
  };

  const call =
    (inputs: HostOf<I>, { signal, donate = false }: CallOptions = {}): TaskEither<Diagnostics, HostOf<O>> =>
    async () => {
      if (disposed) return E.left([failure('tensor/disposed', `${name}: it was disposed.`)]);
      const read = readInputs(name, inputs);
      if (E.isLeft(read)) return read;
      const { feeds, key, specs } = read.right;
      const run = (shape: Lease<E.Either<Diagnostics, Entry>>): Promise<E.Either<Diagnostics, HostOf<O>>> =>
        shape.use(async (entry) => {
          // What failed to compile, or was lost with its worker, is compiled anew by the next call.
          if (E.isLeft(entry)) {
            forget(key, shape);
            return entry;
          }
          const { compiled, outputs } = entry.right;
          if (!compiled.alive()) {
            forget(key, shape);
            return run(lease(key, specs));
          }
          const results = await (donate
            ? compiled.run(R.map(donated)(feeds), signal, donate === 'recycle')
            : compiled.runOnCopies(feeds, signal))();
          if (E.isLeft(results)) return results;
          return E.right(mapTree(outputs, isName, (output) => results.right[output]) as HostOf<O>);
        });
      return run(lease(key, specs));
    };

  return Object.assign(call, {
    compiled: () => shapes.size,
    dispose: () => {
      disposed = true;
      shapes.clear();
    },
  });
};

type Feeds = Readonly<Record<string, HostTensor>>;

/** What is wrong with a tensor that was made by hand. */
const faultOf = ({ dtype, shape, data }: HostTensor): string | undefined => {
  const array = (arrays as Partial<typeof arrays>)[dtype];
  if (array === undefined) return `has the dtype '${dtype}', but there are ${Object.keys(arrays).join(', ')}`;
  if (!(data instanceof array))
    return `is ${dtype}, which is held in a ${array.name}, but its data is a ${data.constructor.name}`;
  return elementCount(shape) === data.length
    ? undefined
    : `has shape [${shape}], which is ${elementCount(shape)} elements, but its data has ${data.length}`;
};

const readInputs = (
  operator: string,
  inputs: unknown,
): E.Either<Diagnostics, { readonly feeds: Feeds; readonly key: string; readonly specs: unknown }> => {
  try {
    const found = leaves(inputs, isHostTensor).map(({ path, value }) => ({
      name: path === '' ? 'input' : path,
      value,
    }));
    const [wrong] = found.flatMap(({ name, value }) => {
      const fault = faultOf(value);
      return fault === undefined ? [] : [`${operator}: input '${name}' ${fault}.`];
    });
    if (wrong !== undefined) return E.left([failure('tensor/input-mismatch', wrong)]);
    return E.right({
      feeds: Object.fromEntries(found.map(({ name, value }) => [name, value])),
      key: found.map(({ name, value }) => `${name}:${value.dtype}[${value.shape}]`).join(';'),
      specs: mapTree(inputs, isHostTensor, ({ shape, dtype }): TensorSpec => ({ shape, dtype })),
    });
  } catch (thrown) {
    if (!(thrown instanceof TreeError)) throw thrown;
    return E.left([
      failure(
        'tensor/input-mismatch',
        `${operator}: inputs are tensors in arrays and records, but ${thrown.message}.`,
      ),
    ]);
  }
};

// A view of a part of a buffer, or of shared memory, cannot be given away without the rest.
const donated = (tensor: HostTensor): HostTensor =>
  tensor.data.buffer instanceof ArrayBuffer && tensor.data.byteLength === tensor.data.buffer.byteLength
    ? tensor
    : copyInto(new ArrayBuffer(tensor.data.byteLength), tensor);
