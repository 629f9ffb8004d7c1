import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { metadataOfRegion, metadataWithoutPlaces } from '../../image/metadata/framing.js';
import { withLightOf } from '../../image/samples/light.js';
import type { OpContext, TensorInputs } from '../../ops/index.js';
import type { TensorMember } from '../../pipelines/plan/stages.js';
import { definedOnly } from '../../ports/defined.js';
import type { Frame, HostTensor, Item, PictureShape, Samples } from '../../ports/index.js';
import type { CallOptions, HostOf } from '../../tensor/index.js';
import type * as tf from '../../tensor/tfjs.js';
import { coloured, normalised, quantised, shapeOf, toSamples, toTensor } from './pixels.js';
import { inStrips } from './strips.js';
import type { TensorRuntime } from './tensor-runtime.js';

/** A tensor operator with all that it needs in this run. */
export interface LoadedMember extends TensorMember {
  readonly context: OpContext;
  /** What its `load` gave. */
  readonly loaded: unknown;
}

/** A member with the shape of the picture that it gets. */
interface Placed {
  readonly member: LoadedMember;
  readonly shape: PictureShape;
}

interface GroupTensors {
  readonly pixels: tf.Tensor3D;
  readonly alpha?: tf.Tensor3D;
  /** Inputs beside the pixels, of each member. */
  readonly inputs: readonly TensorInputs[];
}

type Pixels = Pick<GroupTensors, 'pixels' | 'alpha'>;

/** What comes out, under names of its own: a compiled graph tells inputs and outputs apart by name. */
interface GroupResults {
  readonly colours: tf.Tensor3D;
  readonly opacity?: tf.Tensor3D;
}

type Run = (
  inputs: HostOf<GroupTensors>,
  options: CallOptions,
) => TE.TaskEither<Diagnostics, HostOf<GroupResults>>;

/**
 * Tensor operators that stand next to each other, as one compiled program from a frame to a frame of the same depth.
 * It is compiled once for every depth and shape that arrives; where neighbours do not matter, all large pictures share
 * one shape.
 */
export const tensorGroup = (
  members: readonly LoadedMember[],
  runtime: TE.TaskEither<Diagnostics, TensorRuntime>,
): ((item: Item<Frame>, signal: AbortSignal) => TE.TaskEither<Diagnostics, Frame>) => {
  const name = members.map(({ node }) => node.operator.name).join(' + ');
  const programs = new Map<Samples['depth'], Run>();

  const programFor = ({ tf: t, jit, engine }: TensorRuntime, depth: Samples['depth']): Run => {
    const known = programs.get(depth);
    if (known !== undefined) return known;
    const as = depth === 'float32' ? {} : { colours: depth, opacity: depth };
    const run: Run = jit<GroupTensors, GroupResults>(
      ({ pixels, alpha, inputs }) => {
        const start: Pixels = {
          pixels: normalised(t, pixels, depth),
          ...(alpha === undefined ? {} : { alpha: normalised(t, alpha, depth) }),
        };
        const end = members.reduce((picture, member, i) => apply(t, member, picture, inputs[i] ?? {}), start);
        return {
          colours: quantised(t, end.pixels, depth),
          ...(end.alpha === undefined ? {} : { opacity: quantised(t, end.alpha, depth) }),
        };
      },
      { name, engine, as },
    );
    programs.set(depth, run);
    return run;
  };

  return ({ key, value: frame }, signal) =>
    pipe(
      TE.fromEither(shapesThrough(members, shapeOf(frame))),
      TE.chain(({ placed, result }) =>
        pipe(
          runtime,
          TE.chain((loaded) => {
            const inputs = placed.map(
              ({ member: { tensor, node, context }, shape }) =>
                tensor.inputs?.(node.params, context.random(key), shape) ?? {},
            );
            const alpha = frame.alpha === undefined ? {} : { alpha: toTensor(frame.alpha, frame, 1) };
            const pixels = toTensor(frame.samples, frame, frame.channels);
            const run = programFor(loaded, frame.samples.depth);
            if (!placed.every(isPointwise)) return run({ pixels, ...alpha, inputs }, { signal });
            return pipe(
              inStrips(pixels, (strip) =>
                pipe(
                  run({ pixels: strip, inputs }, { signal }),
                  TE.map(({ colours }) => colours),
                ),
              ),
              TE.map((colours): HostOf<GroupResults> => ({ colours })),
            );
          }),
          TE.chainEitherK((outputs) => frameOf(name, frame, result, outputs)),
          TE.map((made) => ({
            ...made,
            samples: placed.every(onlyMoves) ? withLightOf(frame.samples, made.samples) : made.samples,
            metadata: metadataThrough(placed, frame, result),
          })),
        ),
      ),
    );
};

/** True where neighbours do not matter, so that the transparency is left alone as well. */
const isPointwise = ({ member: { tensor, node }, shape }: Placed): boolean =>
  tensor.pointwise?.(node.params, shape) === true;

/** True where the light of the picture stays, and only its places change, in a way that is known. */
const onlyMoves = ({ member: { tensor, node }, shape }: Placed): boolean =>
  tensor.geometry === true && tensor.shows?.(node.params, shape) !== undefined;

/** Applies one member to colours and, when pixels move, to the transparency. */
const apply = (
  t: TensorRuntime['tf'],
  { tensor, node, loaded }: LoadedMember,
  { pixels, alpha }: Pixels,
  inputs: TensorInputs,
): Pixels => {
  const pictureShape = ([height, width, channels]: tf.Tensor3D['shape']): PictureShape => ({
    height,
    width,
    channels: channels === 1 ? 1 : 3,
  });
  const run = (picture: tf.Tensor3D): tf.Tensor3D =>
    tensor.program(t, node.params, pictureShape(picture.shape), loaded)(picture, inputs);
  const picture = tensor.channels === 3 ? coloured(t, pixels) : pixels;
  if (alpha !== undefined && tensor.transparent !== undefined) {
    const program = tensor.transparent(t, node.params, pictureShape(picture.shape), loaded);
    const result = program(picture, alpha, inputs);
    return { pixels: result.picture, alpha: result.alpha };
  }
  return {
    pixels: run(picture),
    ...(alpha === undefined ? {} : { alpha: tensor.geometry === true ? run(alpha) : alpha }),
  };
};

/** The shape that each member gets, and the one that the last gives. */
const shapesThrough = (
  members: readonly LoadedMember[],
  shape: PictureShape,
): E.Either<Diagnostics, { readonly placed: readonly Placed[]; readonly result: PictureShape }> =>
  members.reduce<
    E.Either<Diagnostics, { readonly placed: readonly Placed[]; readonly result: PictureShape }>
  >(
    (soFar, member) =>
      E.Monad.chain(soFar, ({ placed, result }) => {
        const { tensor, node } = member;
        const taken: PictureShape = tensor.channels === 3 ? { ...result, channels: 3 } : result;
        return pipe(
          tensor.shape?.(node.params, taken) ?? E.right(taken),
          E.map((given) => ({ placed: [...placed, { member, shape: taken }], result: given })),
        );
      }),
    E.right({ placed: [], result: shape }),
  );

/** What metadata say of places in the picture, after every member that moves pixels. */
const metadataThrough = (placed: readonly Placed[], frame: Frame, result: PictureShape): Frame['metadata'] =>
  placed.reduce((metadata, { member: { tensor, node }, shape }, i) => {
    if (tensor.geometry !== true) return metadata;
    const region = tensor.shows?.(node.params, shape);
    return region === undefined
      ? metadataWithoutPlaces(metadata)
      : metadataOfRegion({ ...shape, metadata }, region, placed[i + 1]?.shape ?? result);
  }, frame.metadata);

const frameOf = (
  name: string,
  frame: Frame,
  { width, height, channels }: PictureShape,
  { colours, opacity }: HostOf<GroupResults>,
): E.Either<Diagnostics, Frame> => {
  const { depth } = frame.samples;
  const samples = hasShape(colours, [height, width, channels]) ? toSamples(colours, depth) : undefined;
  const alpha = opacity && hasShape(opacity, [height, width, 1]) ? toSamples(opacity, depth) : undefined;
  if (samples === undefined || (opacity !== undefined && alpha === undefined))
    return E.left([
      failure(
        'run/wrong-value',
        `${name} gave ${colours.dtype} [${colours.shape}] where it declares ${depth} [${height},${width},${channels}].`,
      ),
    ]);
  return E.right({
    ...frame,
    width,
    height,
    channels,
    samples,
    ...definedOnly({ alpha }),
  });
};

const hasShape = ({ shape }: HostTensor, expected: readonly number[]): boolean =>
  shape.length === expected.length && shape.every((side, i) => side === expected[i]);
