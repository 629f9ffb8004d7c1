import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../diagnostics/index.js';
import { type BoundaryDTypes, narrowOutputs } from './boundary.js';
import { emit, encodeModel, standardOnnx } from './emit/index.js';
import { optimise } from './passes/index.js';
import { record, type TensorSpec } from './trace/record.js';

/** A tree of tfjs tensors with each tensor replaced by its shape and dtype. */
export type SpecsOf<T> = T extends { readonly dataId: object }
  ? TensorSpec
  : { readonly [K in keyof T]: SpecsOf<T[K]> };

export interface ToOnnxOptions {
  /** The graph's name in the file. */
  readonly name?: string;
  /** Free text by key, kept in the file's `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Outputs, by path, that leave as 8- or 16-bit integers. */
  readonly as?: BoundaryDTypes;
}

/**
 * Compiles a tfjs function for inputs of the given shapes to the bytes of an ONNX file: opset 20, standard operators
 * only, inputs and outputs named by their paths (`input` and `output` for a lone tensor; an output with an input's path
 * has `.out` behind it), weights that the function closes over inside. Any ONNX runtime takes it. Fails as `jit` does.
 *
 * @example
 * const file = toOnnx((x: tf.Tensor4D) => tf.avgPool(x, 3, 1, 'same'), { shape: [1, 64, 64, 3], dtype: 'float32' });
 */
export const toOnnx = <I, O>(
  fn: (inputs: I) => O,
  specs: SpecsOf<I>,
  { name = fn.name || 'program', metadata = {}, as = {} }: ToOnnxOptions = {},
): E.Either<Diagnostics, Uint8Array> => {
  const recorded = record(name, fn as (inputs: never) => unknown, specs);
  if (E.isLeft(recorded)) return recorded;
  const optimised = optimise(narrowOutputs(recorded.right, as).graph, 'any');
  return E.isLeft(optimised)
    ? optimised
    : E.right(encodeModel(emit(optimised.right, standardOnnx, metadata)));
};
