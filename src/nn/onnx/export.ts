import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';
import { type Engine, jit, toOnnx, toOnnxOfAnySize } from '../../tensor/index.js';
import * as tf from '../../tensor/tfjs.js';
import { sideFor } from '../any-size.js';
import { networkSpec } from '../generators/spec.js';
import { type EnsembleChoice, type LoadedEnsemble, loadEnsemble } from '../inference/loading/load.js';
import { type Dials, edited } from '../inference/program.js';
import type { Sides } from '../network.js';
import { PREFIX } from './conventions.js';

/** What to put into a file. */
export interface ExportChoice extends EnsembleChoice, Dials {
  readonly output: 'picture';
  /** Values of pixels, in and out: floats 0..1, or bytes 0..255. */
  readonly pixels: 'float' | 'uint8';
  /** The one size of pictures that it is for; any size where that can be. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

/** A model as one ONNX file, and what was found when it was tried. */
export interface Exported {
  readonly bytes: Uint8Array;
  readonly snapshots: LoadedEnsemble['snapshots'];
  /** The one size that it takes; undefined for any. */
  readonly size: ExportChoice['size'];
  /** The largest difference between its results and those of `ensemble.average`, of values 0..1. */
  readonly difference: number;
}

type Program = (picture: tf.Tensor4D) => tf.Tensor4D;

/** The edit of a picture [1,3,H,W] in the values of the file. */
const programOf = (ensemble: LoadedEnsemble, dials: Dials, pixels: ExportChoice['pixels']): Program => {
  const white = pixels === 'uint8' ? 255 : 1;
  return (picture) => {
    const inside = tf.squeeze<tf.Tensor3D>(tf.transpose(picture, [0, 2, 3, 1]), [0]);
    const made = edited(tf, ensemble, dials, white === 1 ? inside : tf.div(inside, white));
    const outside = white === 1 ? made : tf.mul<tf.Tensor3D>(made, white);
    return tf.transpose(tf.expandDims<tf.Tensor4D>(outside, 0), [0, 3, 1, 2]);
  };
};

/** A picture with everything in it: smooth ramps, edges, and noise. */
const trialPicture = (pixels: ExportChoice['pixels'], height: number, width: number): HostTensor => {
  const values = Array.from({ length: 3 * height * width }, (_, i) => {
    const [x, y, c] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    const noise = ((i * 2654435761) % 1009) / 1009;
    const edge = (x >> 4) % 2 === (y >> 4) % 2 ? 0.2 : 0;
    return Math.min(1, 0.5 * ((x + c * 7) / width) + 0.2 * (y / height) + edge + 0.1 * noise);
  });
  const shape = [1, 3, height, width];
  return pixels === 'uint8'
    ? { dtype: 'uint8', shape, data: Uint8Array.from(values, (value) => Math.round(255 * value)) }
    : { dtype: 'float32', shape, data: Float32Array.from(values) };
};

/** Twice the rounding of float32 over a network's depth; a level where bytes are rounded differently. */
const BOUND = { float: 1e-4, uint8: 1 } as const;

const furthest = (one: HostTensor, other: HostTensor): number =>
  one.data.length === other.data.length
    ? [...one.data].reduce((most, value, i) => Math.max(most, Math.abs(value - (other.data[i] as number))), 0)
    : Number.POSITIVE_INFINITY;

const differs = (why: string): Diagnostics => [
  failure('weights/export-differs', `The exported model is not the same as the one in the folder: ${why}.`),
];

/** The largest difference between the file and the program on a picture, in the values of the file. */
const compared =
  (engine: Engine, bytes: Uint8Array, program: Program, pixels: ExportChoice['pixels']) =>
  ([height, width]: readonly [number, number]): TE.TaskEither<Diagnostics, number> =>
    pipe(
      TE.Do,
      TE.bind('opened', () => engine.openModel('export', bytes.slice())),
      TE.bind('fromFile', ({ opened }) => opened.run({ picture: trialPicture(pixels, height, width) })),
      TE.bind('own', () => {
        const run = jit(program, { engine, as: pixels === 'uint8' ? { output: 'uint8' } : {} });
        return run(trialPicture(pixels, height, width));
      }),
      TE.chainEitherK(({ opened, fromFile, own }) => {
        opened.dispose();
        const result = fromFile.edited;
        return result === undefined
          ? E.left(differs('the file gives no picture'))
          : E.right(furthest(result, own));
      }),
    );

/**
 * A trained model as one ONNX file that any ONNX runtime opens: `picture` [1,3,H,W] in, red, green, blue, float32 0..1 or
 * uint8; `edited` of the same kind out. Its metadata are what `model` reads, and which snapshots it was made of. Before it
 * is given, it is run beside `ensemble.average` on a picture, or three of different sizes.
 * Errors: `weights/…`; `weights/export-size` for a network whose graph depends on the size when none is given;
 * `weights/export-differs`.
 */
export const exportEnsemble =
  (engine: Engine) =>
  (choice: ExportChoice): TE.TaskEither<Diagnostics, Exported> =>
    pipe(
      loadEnsemble(choice),
      TE.bindTo('ensemble'),
      TE.let('program', ({ ensemble }) => programOf(ensemble, choice, choice.pixels)),
      TE.let('sides', ({ ensemble: { network } }) => network.sides ?? { multiple: 1, least: 1 }),
      TE.bind('bytes', ({ ensemble, program, sides }) =>
        TE.fromEither(fileOf(choice, ensemble, program, sides)),
      ),
      TE.bind('difference', ({ bytes, program, sides }) => {
        // One that the network takes as it is, and others that the file fills up.
        const sizes =
          choice.size === undefined
            ? ([
                [sideFor(sides, 96), sideFor(sides, 160)],
                [131, 70],
                [9, 5],
              ] as const)
            : ([[choice.size.height, choice.size.width]] as const);
        return pipe(
          sizes,
          TE.traverseSeqArray(compared(engine, bytes, program, choice.pixels)),
          TE.map((found) => Math.max(...found)),
        );
      }),
      TE.filterOrElse(
        ({ difference }) => difference <= BOUND[choice.pixels],
        ({ difference }) => differs(`results differ by ${difference}`),
      ),
      TE.map(({ ensemble: { snapshots }, bytes, difference }) => ({
        bytes,
        snapshots,
        size: choice.size,
        difference: choice.pixels === 'uint8' ? difference / 255 : difference,
      })),
    );

const fileOf = (
  { pixels, size, models, strength, trust, average }: ExportChoice,
  { snapshots, generator }: LoadedEnsemble,
  program: Program,
  sides: Sides,
): E.Either<Diagnostics, Uint8Array> => {
  const dtype = pixels === 'uint8' ? 'uint8' : 'float32';
  const options = {
    name: 'prismflow',
    as: pixels === 'uint8' ? ({ edited: 'uint8' } as const) : {},
    metadata: {
      [`${PREFIX}layout`]: 'nchw',
      [`${PREFIX}range`]: pixels === 'uint8' ? '0..255' : '0..1',
      [`${PREFIX}generator`]: JSON.stringify(networkSpec.encode(generator)),
      [`${PREFIX}snapshots`]: JSON.stringify(snapshots.map(({ step, sha256 }) => ({ step, sha256 }))),
      [`${PREFIX}ensemble`]: JSON.stringify({ average, strength, trust }),
    },
  };
  const named = ({ picture }: { readonly picture: tf.Tensor4D }) => ({ edited: program(picture) });
  if (size !== undefined)
    return toOnnx(named, { picture: { shape: [1, 3, size.height, size.width], dtype } }, options);
  return pipe(
    toOnnxOfAnySize(named, dtype, { ...options, sides }),
    E.chain(
      O.match(
        () =>
          E.left<Diagnostics, Uint8Array>([
            failure(
              'weights/export-size',
              `The graph of the model ${models} depends on the size of pictures, so that its file can be for one size only.`,
            ),
          ]),
        E.right,
      ),
    ),
  );
};
