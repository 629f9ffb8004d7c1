import * as E from 'fp-ts/lib/Either.js';
import {
  type Diagnostic,
  DiagnosticError,
  type Diagnostics,
  failure,
  messageOf,
} from '../../diagnostics/index.js';
import type { DType } from '../../ports/index.js';
import { installGradients } from '../gradients/index.js';
import type { Graph, NodeId } from '../graph/index.js';
import { rules } from '../lower/index.js';
import * as tf from '../tfjs.js';
import { leaves, mapTree, TreeError } from '../tree.js';
import { type KernelProgram, pruneCalls, type ValueId } from './program.js';
import { RecorderBackend, Recording } from './recorder.js';

/** Shape and dtype of an input. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A program recorded for given shapes, in both forms, and the tree its outputs make. */
export interface Recorded {
  /** Our graph, to be compiled. */
  readonly graph: Graph;
  /** tfjs's kernels, to be replayed by a tfjs engine. */
  readonly program: KernelProgram;
  /** The result's tree with each tensor replaced by the name of its output. */
  readonly outputs: unknown;
}

export const isSpec = (value: unknown): value is TensorSpec =>
  typeof value === 'object' &&
  value !== null &&
  'shape' in value &&
  'dtype' in value &&
  Array.isArray(value.shape);

const isTensor = (value: unknown): value is tf.Tensor => value instanceof tf.Tensor;

const BACKEND = 'prismflow-recorder';

// tfjs keeps backends and kernels in one global engine, so ours is installed once, on first use.
const backend = (): RecorderBackend => {
  const installed = tf.engine().findBackend(BACKEND);
  if (installed instanceof RecorderBackend) return installed;
  const recorder = new RecorderBackend();
  tf.registerBackend(BACKEND, () => recorder, 0);
  for (const kernelName of kernelNames()) {
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => {
        const results = recorder.call(kernelName, inputs, attrs ?? {});
        return results.length === 1 && !LISTS.has(kernelName) ? results[0]! : results;
      },
    });
  }
  return recorder;
};

// Every kernel that any tfjs backend knows is registered, so that one without a rule fails with our error, not tfjs's.
const kernelNames = (): ReadonlySet<string> =>
  new Set([...tf.getKernelsForBackend('cpu').map((k) => k.kernelName), ...rules.keys()]);

/** Kernels whose result is a list even when it has one element. */
const LISTS: ReadonlySet<string> = new Set(['SplitV', 'Unpack']);

/**
 * Runs `fn` once on placeholders and records what it computes. `fn` must be a pure, synchronous tfjs function of its
 * tensors; gradients (`tf.grad`, `tf.valueAndGrads`, `tf.customGrad`) are recorded like all else.
 */
export const record = (
  operator: string,
  fn: (inputs: never) => unknown,
  specs: unknown,
): E.Either<Diagnostics, Recorded> => {
  const recorder = backend();
  installGradients();
  const recording = new Recording(operator);
  const before = tf.getBackend() || 'cpu';
  const restoreAssign = forbidAssign(operator);
  tf.setBackend(BACKEND);
  tf.engine().startScope(operator);
  try {
    return E.right(recorder.recordInto(recording, () => trace(recorder, recording, fn, specs)));
  } catch (thrown) {
    return E.left(diagnosticsOf(operator, thrown));
  } finally {
    tf.engine().endScope();
    tf.setBackend(before);
    restoreAssign();
  }
};

const trace = (
  recorder: RecorderBackend,
  recording: Recording,
  fn: (inputs: never) => unknown,
  specs: unknown,
): Recorded => {
  const { builder, operator } = recording;
  const inputs: { name: string; value: ValueId }[] = [];
  const placeholders = mapTree(specs, isSpec, ({ shape, dtype }, path) => {
    const name = path === '' ? 'input' : path;
    const value = recording.newValue();
    inputs.push({ name, value });
    const raw = builder.add('input', [], { name, shape, dtype });
    const pixels = dtype === 'uint8' || dtype === 'uint16';
    const node = pixels ? builder.cast(raw, 'float32') : raw;
    const info = recorder.placeholder(node, value, { shape, dtype: builder.dtype(node) }, `input ${name}`);
    return tf.engine().makeTensorFromTensorInfo(info);
  });
  // Whoever gave `specs` gave the function that takes tensors in that form: `jit` ties the two types together.
  const result = fn(placeholders as never);
  // An asynchronous program is refused below; what it still does is nobody's concern.
  if (result instanceof Promise) result.catch(() => {});
  if (recording.fault !== undefined) throw new DiagnosticError([recording.fault]);
  const outputs: { name: string; value: ValueId; node: NodeId }[] = [];
  const tree = mapTree(result, isTensor, (tensor, path) => {
    const name = outputName(path, [...inputs, ...outputs]);
    outputs.push({ name, ...recorder.resolve(tensor) });
    return name;
  });
  const ignored = ignoredTruth(recording, outputs);
  if (ignored !== undefined) throw new DiagnosticError([ignored]);
  return {
    graph: builder.graph(
      operator,
      outputs.map(({ name, node }) => ({ name, node })),
    ),
    program: pruneCalls({
      inputs,
      constants: [...recording.constants],
      calls: recording.calls,
      outputs: outputs.map(({ name, value }) => ({ name, value })),
    }),
    outputs: tree,
  };
};

/**
 * A JavaScript `if` on a tensor takes every tensor for true and cannot be noticed while it does; but it leaves a truth value
 * behind that nothing uses. Differentiation may leave some, too.
 */
const ignoredTruth = (
  { operator, truths, calls }: Recording,
  outputs: readonly { readonly value: ValueId }[],
): Diagnostic | undefined => {
  const used = new Set([...calls.flatMap((c) => Object.values(c.inputs)), ...outputs.map((o) => o.value)]);
  const ignored = truths.find(({ value, scope }) => !used.has(value) && !scope.includes('gradients'));
  if (ignored === undefined) return undefined;
  const message = `${operator}: nothing uses the truth value that ${ignored.scope} gives; a JavaScript \`if\` on a tensor is always true.`;
  return failure('tensor/value-read', message);
};

/** An output is named by its path; one that has an input's path, as an updated weight does, by that and `.out`. */
const outputName = (path: string, taken: readonly { readonly name: string }[]): string => {
  const name = path === '' ? 'output' : path;
  return taken.some((t) => t.name === name) ? outputName(`${name}.out`, taken) : name;
};

const diagnosticsOf = (operator: string, thrown: unknown): Diagnostics => {
  if (thrown instanceof DiagnosticError) return thrown.diagnostics;
  if (thrown instanceof TreeError) {
    return [
      failure('tensor/not-a-tensor', `${operator}: a tensor is expected, but ${thrown.message}.`, {
        cause: thrown,
      }),
    ];
  }
  return [failure('tensor/program-threw', `${operator}: ${messageOf(thrown)}`, { cause: thrown })];
};

// Assigning a variable while recording would replace a real weight by a placeholder: it is refused for that long.
const forbidAssign = (operator: string): (() => void) => {
  const { assign } = tf.Variable.prototype;
  tf.Variable.prototype.assign = () => {
    throw new DiagnosticError([
      failure(
        'tensor/variable-assigned',
        `${operator}: the program assigns a tf.Variable (a tfjs optimiser does so too).`,
      ),
    ]);
  };
  return () => {
    tf.Variable.prototype.assign = assign;
  };
};

/** The paths and specs of a tree, in order. */
export const specLeaves = (specs: unknown) => leaves(specs, isSpec);
