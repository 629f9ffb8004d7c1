import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, didYouMean, failure } from '../../diagnostics/index.js';
import type { Conventions } from '../../nn/onnx/conventions.js';
import { arrays, type HostTensor, type Size } from '../../ports/index.js';
import type { ModelValue } from '../../tensor/run/protocol.js';
import { axesOf, type Layout, showShape } from './axes.js';

/** Inputs of a model beside the picture, which are the same for every picture: a strength, a level of noise, a mask of one value. */

/** Kinds of numbers that a constant goes in as, by ONNX Runtime's name of what the model takes. The engine makes others of them. */
const kinds: Readonly<Record<string, 'float32' | 'int32' | 'uint8' | 'bool'>> = {
  float32: 'float32',
  float16: 'float32',
  float64: 'float32',
  int32: 'int32',
  int64: 'int32',
  uint8: 'uint8',
  bool: 'bool',
};

const bounds = {
  float32: [-3.4e38, 3.4e38],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  bool: [0, 1],
} as const;

/** Elements that a constant may have by its shape alone. */
const MOST_ELEMENTS = 2 ** 24;

/** An input that is the same for every picture: one number for all of its elements, or one for each. */
export interface Constant {
  readonly name: string;
  readonly dtype: keyof typeof bounds;
  /** Free axes where a picture has its sides are as long as those of the picture that goes in; other free axes have length 1. */
  readonly shape: readonly (number | 'width' | 'height')[];
  readonly values: readonly number[];
}

type Given = NonNullable<Conventions['constants']>[number];

const shapeOf = ({ shape }: ModelValue, layout: Layout): Constant['shape'] => {
  const { h, w } = axesOf(layout, shape.length);
  const isPicture = shape.length === 3 || shape.length === 4;
  return shape.map((side, axis) => {
    if (side !== undefined) return side;
    if (isPicture && axis === h) return 'height';
    return isPicture && axis === w ? 'width' : 1;
  });
};

const wrong = (message: string): E.Either<Diagnostics, never> => E.left([failure('model/constant', message)]);

const constantOf = (
  file: string,
  { name, value: values }: Given,
  declared: ModelValue,
  layout: Layout,
): E.Either<Diagnostics, Constant> => {
  const what = `${file}: its input \`${name}\``;
  const dtype = declared.type === undefined ? undefined : kinds[declared.type];
  if (dtype === undefined)
    return wrong(`${what} is of ${declared.type ?? 'no'} numbers, and cannot be given.`);
  const [least, most] = bounds[dtype];
  const odd = values.find(
    (value) => value < least || value > most || (dtype !== 'float32' && !Number.isInteger(value)),
  );
  if (odd !== undefined) {
    const kind =
      dtype === 'float32' ? 'a number of single precision' : `a whole number from ${least} to ${most}`;
    return wrong(`${what} is of ${declared.type}, so it must be ${kind}, not ${odd}.`);
  }
  const shape = shapeOf(declared, layout);
  const elements = shape.reduce<number>(
    (count, side) => (typeof side === 'number' ? count * side : count),
    1,
  );
  if (elements > MOST_ELEMENTS || elements < 1)
    return wrong(
      `${what} is ${showShape(declared.shape)}, and ${MOST_ELEMENTS} elements may be given at most.`,
    );
  const isOfPicture = shape.some((side) => typeof side === 'string');
  if (values.length > 1 && (isOfPicture || values.length !== elements))
    return wrong(
      `${what} is ${showShape(declared.shape)}: it takes one number${isOfPicture ? '' : `, or ${elements}`}, not ${values.length}.`,
    );
  return E.right({ name, dtype, shape, values });
};

/**
 * The inputs beside the picture, with what is given for them. Errors: `model/more-inputs` where one is not given, `model/no-such-value`
 * for a name that the model does not have, `model/constant` for numbers that do not fit.
 *
 * @param others the inputs beside the picture
 */
export const constantsOf = (
  file: string,
  picture: string,
  others: readonly ModelValue[],
  given: readonly Given[],
  layout: Layout,
): E.Either<Diagnostics, readonly Constant[]> => {
  const names = others.map(({ name }) => name);
  const [strange] = given.filter(({ name }) => !names.includes(name));
  if (strange?.name === picture) return wrong(`${file}: its input \`${picture}\` is the picture.`);
  if (strange !== undefined)
    return E.left([
      failure(
        'model/no-such-value',
        `${file} has no input \`${strange.name}\` beside the picture \`${picture}\`.`,
        { hint: didYouMean(strange.name, names) },
      ),
    ]);
  const [missing] = names.filter((name) => given.every((each) => each.name !== name));
  if (missing !== undefined)
    return E.left([
      failure(
        'model/more-inputs',
        `${file} wants ${names.map((name) => `\`${name}\``).join(', ')} beside the picture \`${picture}\`.`,
        { hint: `Say what it is for every picture, as in \`constants: { name: ${missing}, value: 1 }\`.` },
      ),
    ]);
  return E.sequenceArray(
    others.map((each) => constantOf(file, given.find(({ name }) => name === each.name)!, each, layout)),
  );
};

const filled = (
  dtype: Constant['dtype'],
  shape: readonly number[],
  values: readonly number[],
): HostTensor => {
  const data = new arrays[dtype](shape.reduce((count, side) => count * side, 1));
  const [only, ...others] = values;
  if (others.length === 0) data.fill(only ?? 0);
  else data.set(values);
  return { dtype, shape, data } as HostTensor;
};

/** The tensors of constants, beside a picture of a size. */
export const constantTensors = (
  constants: readonly Constant[],
  size: Size,
): Readonly<Record<string, HostTensor>> =>
  Object.fromEntries(
    constants.map(({ name, dtype, shape, values }) => [
      name,
      filled(
        dtype,
        shape.map((side) => (typeof side === 'number' ? side : size[side])),
        values,
      ),
    ]),
  );
