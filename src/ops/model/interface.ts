import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Diagnostics, didYouMean, failure } from '../../diagnostics/index.js';
import type { Conventions, Range } from '../../nn/onnx/conventions.js';
import { definedOnly } from '../../ports/defined.js';
import type { Size } from '../../ports/index.js';
import type { ModelValue, Signature } from '../../tensor/run/protocol.js';
import { axesOf, type Layout, showShape } from './axes.js';
import { type Constant, constantsOf } from './constants.js';

/** Element types that pictures go in and come out as. */
type Element = 'float32' | 'uint8';

/** By ONNX Runtime's name of the type. The engine brings single precision to half and back. */
const elements: Readonly<Record<string, Element>> = {
  float32: 'float32',
  float16: 'float32',
  uint8: 'uint8',
};

/** How pictures are handed to a model, and how its results are read: everything decided. */
export interface Interface {
  readonly file: string;
  readonly input: string;
  readonly output: string;
  /** What it takes beside the picture. */
  readonly constants: readonly Constant[];
  readonly layout: Layout;
  /** Whether its pictures have an axis for several, of length one. */
  readonly batched: boolean;
  readonly element: Element;
  /** What black and white are. */
  readonly range: readonly [black: number, white: number];
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly outputRange: readonly [black: number, white: number];
  readonly order: 'rgb' | 'bgr' | 'y';
  readonly multiple: Size;
  readonly least: Size;
  /** Sides that are given by the model. */
  readonly fixed: { readonly width: number | undefined; readonly height: number | undefined };
  readonly fit: 'refuse' | 'pad' | 'resize';
  readonly scale: number | undefined;
}

const ranges: Readonly<Record<Range, readonly [number, number]>> = {
  '0..1': [0, 1],
  '-1..1': [-1, 1],
  '0..255': [0, 255],
};

const named = (values: readonly ModelValue[]): string => values.map(({ name }) => `\`${name}\``).join(', ');

/** The input or output that pictures go through. */
const pick = (
  file: string,
  what: 'input' | 'output',
  values: readonly ModelValue[],
  name: string | undefined,
): E.Either<Diagnostics, ModelValue> => {
  const [first, ...more] = values;
  const wanted = name === undefined ? first : values.find((value) => value.name === name);
  if (name !== undefined && wanted === undefined)
    return E.left([
      failure('model/no-such-value', `${file} has no ${what} \`${name}\`; it has ${named(values)}.`, {
        hint: didYouMean(
          name,
          values.map((value) => value.name),
        ),
      }),
    ]);
  if (name === undefined && more.length > 0)
    return E.left([
      failure('model/ambiguous', `${file} has ${values.length} ${what}s: ${named(values)}.`, {
        hint: `Say which one the picture is, such as \`${what}: ${first?.name ?? ''}\`.`,
      }),
    ]);
  if (wanted === undefined) return E.left([failure('model/not-for-pictures', `${file} has no ${what}s.`)]);
  const rank = wanted.shape.length;
  return wanted.type === undefined || (rank !== 0 && rank !== 3 && rank !== 4)
    ? E.left([
        failure(
          'model/not-for-pictures',
          `${file}: its ${what} \`${wanted.name}\` is ${wanted.type === undefined ? 'no tensor' : showShape(wanted.shape)}, no picture.`,
        ),
      ])
    : E.right(wanted);
};

const elementOf = (file: string, what: string, { name, type }: ModelValue): E.Either<Diagnostics, Element> =>
  pipe(
    type === undefined ? undefined : elements[type],
    E.fromNullable<Diagnostics>([
      failure('model/type', `${file}: its ${what} \`${name}\` is of ${type ?? 'no'} numbers.`),
    ]),
  );

/** Channels of what goes in: all colours, or brightness alone. */
export const channelsOf = (order: Interface['order']): 1 | 3 => (order === 'y' ? 1 : 3);

/** The layout that a shape shows: where the only axis of so many channels is. */
const layoutIn = (shape: readonly (number | undefined)[], channels: 1 | 3): Layout | undefined => {
  const [before, after] = [shape[axesOf('nchw', shape.length).c], shape[axesOf('nhwc', shape.length).c]];
  if (before === channels && after !== channels) return 'nchw';
  return after === channels && before !== channels ? 'nhwc' : undefined;
};

/** Rank and axes of the input, which must be for one picture of so many channels. */
const checkInput = (
  file: string,
  { name, shape }: ModelValue,
  layout: Layout,
  wanted: 1 | 3,
): E.Either<Diagnostics, { readonly width: number | undefined; readonly height: number | undefined }> => {
  const { c, h, w } = axesOf(layout, shape.length);
  const at = `${file}: its input \`${name}\` is ${showShape(shape)}`;
  if (shape.length === 4 && (shape[0] ?? 1) !== 1)
    return E.left([
      failure('model/not-for-pictures', `${at}: it takes ${shape[0]} pictures at once.`, {
        hint: 'Export it for one picture, or for any number of them.',
      }),
    ]);
  const channels = shape[c] ?? wanted;
  if (channels === wanted) return E.right({ width: shape[w], height: shape[h] });
  const hint =
    channels === 1 && wanted === 3
      ? 'Say `channels: y` if it works on brightness alone, as many for super-resolution do.'
      : undefined;
  return E.left([
    failure(
      'model/channels',
      `${at}, so with layout ${layout} it takes ${channels} ${channels === 1 ? 'channel' : 'channels'}, not ${wanted}.`,
      definedOnly({ hint }),
    ),
  ]);
};

const triple = (
  values: readonly number[] | undefined,
  fallback: number,
): readonly [number, number, number] => {
  const [first = fallback, second = first, third = first] = values ?? [];
  return [first, second, third];
};

/** The inputs that the picture can be: those that nothing is given for, where the picture's is not named and any is left. */
const candidates = (
  inputs: readonly ModelValue[],
  { input, constants = [] }: Conventions,
): readonly ModelValue[] => {
  if (input !== undefined) return inputs;
  const free = inputs.filter(({ name }) => constants.every((each) => each.name !== name));
  return free.length === 0 ? inputs : free;
};

/**
 * Decides how pictures are handed to a model: by what is said about it, else by what its inputs and outputs are, else by
 * custom (nchw, rgb, 0..1). Errors: the model is not for pictures, or it is not plain how.
 */
export const interfaceOf = (
  file: string,
  { inputs, outputs }: Signature,
  said: Conventions,
): E.Either<Diagnostics, Interface> =>
  pipe(
    E.Do,
    E.bind('input', () => pick(file, 'input', candidates(inputs, said), said.input)),
    E.bind('output', () => pick(file, 'output', outputs, said.output)),
    E.bind('element', ({ input }) => elementOf(file, 'input', input)),
    E.bind('outputElement', ({ output }) => elementOf(file, 'output', output)),
    E.let(
      'layout',
      ({ input }) => said.layout ?? layoutIn(input.shape, channelsOf(said.channels ?? 'rgb')) ?? 'nchw',
    ),
    E.bind('constants', ({ input, layout }) => {
      const others = inputs.filter(({ name }) => name !== input.name);
      return constantsOf(file, input.name, others, said.constants ?? [], layout);
    }),
    E.bind('fixed', ({ input, layout }) =>
      input.shape.length === 0
        ? E.right({ width: undefined, height: undefined })
        : checkInput(file, input, layout, channelsOf(said.channels ?? 'rgb')),
    ),
    E.map(({ input, output, element, outputElement, layout, constants, fixed }): Interface => {
      const range = said.range ?? (element === 'uint8' ? '0..255' : '0..1');
      // Between kinds of numbers the range of the input says nothing about that of the output.
      const sameKind = element === outputElement ? range : outputElement === 'uint8' ? '0..255' : '0..1';
      return {
        file,
        input: input.name,
        output: output.name,
        constants,
        layout,
        batched: input.shape.length !== 3,
        element,
        range: ranges[range],
        mean: triple(said.mean, 0),
        std: triple(said.std, 1),
        outputRange: ranges[said.outputRange ?? sameKind],
        order: said.channels ?? 'rgb',
        multiple: said.multiple ?? { width: 1, height: 1 },
        least: said.least ?? { width: 1, height: 1 },
        fixed,
        fit: said.fit ?? 'refuse',
        scale: said.scale,
      };
    }),
  );
