import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { all, type Diagnostics } from '../diagnostics/index.js';
import { type BoundaryDTypes, narrowOutputs } from './boundary.js';
import { type TakenSides, takingAnySize } from './emit/any-size.js';
import { type Dialect, emit, encodeModel, standardOnnx } from './emit/index.js';
import type { OnnxModel } from './emit/schema.js';
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
): E.Either<Diagnostics, Uint8Array> =>
  pipe(
    modelOf(fn as (inputs: never) => unknown, specs, name, as, standardOnnx, metadata),
    E.map(encodeModel),
  );

const modelOf = (
  fn: (inputs: never) => unknown,
  specs: unknown,
  name: string,
  as: BoundaryDTypes,
  dialect: Dialect,
  metadata: Readonly<Record<string, string>>,
): E.Either<Diagnostics, OnnxModel> =>
  pipe(
    record(name, fn, specs),
    E.chain((recorded) => optimise(narrowOutputs(recorded, as).graph, 'any')),
    E.map((graph) => emit(graph, dialect, metadata)),
  );

/** How a file for pictures of any size is made. */
export interface AnySizeOptions extends ToOnnxOptions {
  /** The sides that the program takes: 64 is a multiple of `multiple`, and `least` is 192 at most. Default: all. */
  readonly sides?: TakenSides;
}

const EVERY_SIZE: TakenSides = { multiple: 1, least: 1 };

/** Two sizes with no side in common, at any power of two, so that nothing is alike by chance. */
const TRIALS = [
  { height: 192, width: 320 },
  { height: 448, width: 576 },
] as const;

/**
 * As `toOnnx`, for a program of one input `picture` [1,3,H,W] whose results are pictures of the same size, and whose file takes any height and
 * width: where the program takes some `sides` only, the file's graph fills up what comes in by its mirror image, and cuts what goes
 * out. The program is compiled at two sizes: where both graphs are one, nothing in it depends on the size. None when something does;
 * then `toOnnx` makes a file for one size.
 */
export const toOnnxOfAnySize = <T extends { readonly dataId: object }, O>(
  fn: (inputs: { readonly picture: T }) => O,
  dtype: TensorSpec['dtype'],
  { name = fn.name || 'program', metadata = {}, as = {}, sides = EVERY_SIZE }: AnySizeOptions = {},
): E.Either<Diagnostics, O.Option<Uint8Array>> =>
  pipe(
    TRIALS.map(({ height, width }) =>
      modelOf(
        fn as (inputs: never) => unknown,
        { picture: { shape: [1, 3, height, width], dtype } },
        name,
        as,
        { ...standardOnnx, relativeShapes: true },
        metadata,
      ),
    ),
    all,
    E.map(([one, other]) =>
      one !== undefined && other !== undefined && sameBody(one, other)
        ? O.some(encodeModel(ofAnySize(one, sides)))
        : O.none,
    ),
  );

const ofAnySize = (model: OnnxModel, sides: TakenSides): OnnxModel => {
  const free = { ...model, inputs: freed(model.inputs), outputs: freed(model.outputs) };
  return sides.multiple === 1 && sides.least === 1 ? free : takingAnySize(free, sides);
};

const freed = (values: OnnxModel['inputs']): OnnxModel['inputs'] =>
  values.map((value) => ({ ...value, free: [undefined, undefined, 'height', 'width'] }));

/** Whether two models are the same but for the shapes of what goes in and comes out. */
const sameBody = (one: OnnxModel, other: OnnxModel): boolean =>
  isDeepStrictEqual(one.nodes, other.nodes) && isDeepStrictEqual(one.initializers, other.initializers);
