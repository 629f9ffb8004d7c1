import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import {
  type Decoded,
  integer,
  listOf,
  number,
  oneOf,
  optional,
  paramErrors,
  record,
  refine,
  required,
  size,
  text,
} from '../../operator/params/index.js';
import { parseJson } from '../../ports/json.js';

const perChannel = (min: number) =>
  refine(listOf(number({ min }), { min: 1, max: 3 }), ({ length }) =>
    length === 2 ? 'must be one number, or one for each of three channels' : undefined,
  );

const range = oneOf('0..1', '-1..1', '0..255');

/** What can be said about the use of a model, in a pipeline or in the model's own file. */
export const conventions = {
  layout: optional(
    oneOf('nchw', 'nhwc'),
    'Whether channels come before height and width, or after; seen by the model’s shape where it is plain',
  ),
  range: optional(range, 'What black and white are to the model. Default: 0..1; 0..255 where it takes uint8'),
  mean: optional(perChannel(-1e6), 'Taken off the values in `range`, in the order of the model’s channels'),
  std: optional(perChannel(1e-6), 'What the values are divided by after that'),
  channels: optional(
    oneOf('rgb', 'bgr', 'y'),
    'Order of the channels, coming in and going out; y for brightness alone, the colours being the photo’s. Default: rgb',
  ),
  outputRange: optional(
    range,
    'What black and white are in the result. Default: as `range`; 0..255 where it is uint8',
  ),
  multiple: optional(
    size({ min: 1, max: 4096 }),
    'Width and height must be multiples of so many pixels: mirrored at the edges and cut off again',
  ),
  least: optional(
    size({ min: 1, max: 4096 }),
    'Smaller pictures are mirrored at the edges up to this many pixels, and cut off again',
  ),
  fit: optional(
    oneOf('refuse', 'pad', 'resize'),
    'For a model of one size, what is done with pictures of another: an error; mirrored at the edges if smaller; or stretched and stretched back. Default: refuse',
  ),
  scale: optional(
    integer({ min: 1, max: 64 }),
    'How many times as large as the picture the result must be; seen by the result if not given',
  ),
  input: optional(text, 'Name of the input, where the model has several'),
  output: optional(text, 'Name of the output, where the model has several'),
  constants: optional(
    listOf(
      record({
        name: required(text, 'Name of the input'),
        value: required(
          listOf(number(), { min: 1, max: 4096 }),
          'One number for all of its elements, or one for each',
        ),
      }),
      { min: 1, max: 64 },
    ),
    'What the model takes beside the picture, the same for every picture: a strength, a level of noise',
  ),
};

/** Conventions that are given; the others are `undefined`. */
export type Conventions = Decoded<typeof conventions>;

export type Range = NonNullable<Conventions['range']>;

/** The keys of a file's metadata begin with this, as in `prismflow.range`. */
export const PREFIX = 'prismflow.';

const keys = Object.keys(conventions) as (keyof Conventions)[];
const { codec } = record(conventions);

/** A text of a file as it would be written in YAML: numbers and lists are not in quotes. */
const written = (value: string): unknown => E.getOrElse<unknown, unknown>(() => value)(parseJson(value));

/** The conventions that a model's metadata gives. Other entries are passed over. Error: `model/metadata`. */
export const conventionsOf = (
  file: string,
  metadata: Readonly<Record<string, string>>,
): E.Either<Diagnostics, Conventions> =>
  pipe(
    keys.flatMap((key) => {
      const value = metadata[`${PREFIX}${key}`];
      // Names are texts even where they look like numbers.
      return value === undefined
        ? []
        : [[key, key === 'input' || key === 'output' ? value : written(value)] as const];
    }),
    Object.fromEntries,
    codec.decode,
    E.mapLeft((errors): Diagnostics => {
      const [first] = paramErrors(errors);
      const key = first?.context.map((entry) => entry.key).find((each) => each !== '') ?? '';
      return [
        failure(
          'model/metadata',
          `${file}: its metadata entry \`${PREFIX}${key}\` ${first?.message ?? 'is wrong'}.`,
        ),
      ];
    }),
  );

/** What the pipeline says, and where it says nothing, what the file says. */
export const merged = (given: Conventions, own: Conventions): Conventions =>
  Object.fromEntries(keys.map((key) => [key, given[key] ?? own[key]])) as unknown as Conventions;
