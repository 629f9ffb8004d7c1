import { isDeepStrictEqual } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { definedOnly } from '../../ports/defined.js';
import type { Size } from '../../ports/index.js';
import { type AnyParamType, type ParamType, paramType, refuse, show } from './param-type.js';
import { type Bounds, boundsInWords, integer, within } from './scalars.js';

/** Two numbers, the first not above the second; a lone number stands for both. */
export type Interval = readonly [from: number, to: number];

/** A range to choose from, written `[0.8, 1.25]` or, when there is nothing to choose, `1`. */
export const interval = (bounds: Bounds = {}): ParamType<Interval, number | Interval> => {
  const name = `a number or a pair [from, to]${boundsInWords(bounds)}`;
  return paramType(
    name,
    { kind: 'interval', ...bounds },
    (value, context) => {
      const ends: readonly unknown[] = Array.isArray(value) ? value : [value, value];
      const [from, to] = ends;
      if (ends.length !== 2 || !isNumber(from) || !isNumber(to))
        return refuse(context, 'value/type', `must be ${name}, not ${show(value)}`);
      if (!within(from, bounds) || !within(to, bounds))
        return refuse(context, 'value/range', `must be ${name}, not ${show(value)}`);
      return from <= to
        ? E.right([from, to] as const)
        : refuse(context, 'value/range', `goes from ${from} down to ${to}`, {
            hint: `Write [${to}, ${from}].`,
          });
    },
    ([from, to]) => (from === to ? from : [from, to]),
  );
};

const isNumber = (value: unknown): value is number => Number.isFinite(value);

/** A size in pixels, written `[width, height]`, or a lone number for a square. */
export const size = (bounds: Bounds = { min: 1 }): ParamType<Size, number | readonly [number, number]> => {
  const side = integer(bounds);
  return paramType(
    'a number of pixels or a pair [width, height]',
    { kind: 'size', ...bounds },
    (value, context) => {
      const sides: readonly unknown[] = Array.isArray(value) ? value : [value, value];
      if (sides.length !== 2)
        return refuse(
          context,
          'value/type',
          `must be a number of pixels or [width, height], not ${show(value)}`,
        );
      return pipe(
        E.Do,
        E.bind('width', () => side.codec.validate(sides[0], context)),
        E.bind('height', () => side.codec.validate(sides[1], context)),
      );
    },
    ({ width, height }) => (width === height ? width : [width, height]),
  );
};

/** Red, green and blue, sRGB-encoded, 0..1. */
export type Colour = readonly [red: number, green: number, blue: number];

const named: Readonly<Record<string, Colour>> = { black: [0, 0, 0], grey: [0.5, 0.5, 0.5], white: [1, 1, 1] };

/** A colour, written `#rrggbb`, `#rgb`, `black`, `grey` or `white`. */
export const colour: ParamType<Colour, string> = paramType(
  'a colour such as "#c8d0ff", black, grey or white',
  { kind: 'colour' },
  (value, context) => {
    const known = typeof value === 'string' ? (named[value] ?? hexColour(value)) : undefined;
    return known === undefined
      ? refuse(context, 'value/type', `must be a colour, not ${show(value)}`, {
          hint: 'Write "#rrggbb" (in quotes: YAML takes a bare # for a comment), black, grey or white.',
        })
      : E.right(known);
  },
  (channels) =>
    Object.entries(named).find(([, known]) => known.every((level, i) => level === channels[i]))?.[0] ??
    `#${channels
      .map((level) =>
        Math.round(level * 255)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`,
);

const hexColour = (text: string): Colour | undefined => {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const digits = short === null ? /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) : short;
  if (digits === null) return undefined;
  const level = (i: number): number => {
    const pair = digits[i] ?? '';
    return Number.parseInt(pair.length === 1 ? pair + pair : pair, 16) / 255;
  };
  return [level(1), level(2), level(3)];
};

/** Several of the same kind; a lone one stands for a list of one. */
export const listOf = <A, W>(
  element: ParamType<A, W>,
  { min, max }: Bounds = { min: 1 },
): ParamType<readonly A[], W | readonly W[]> =>
  paramType<readonly A[], W | readonly W[]>(
    `a list of ${element.codec.name}`,
    {
      kind: 'list',
      of: element.shape,
      ...definedOnly({ minLength: min, maxLength: max }),
    },
    (value, context) => {
      const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (
        !within(elements.length, {
          ...definedOnly({ min, max }),
        })
      )
        return refuse(context, 'value/invalid', `has ${elements.length} entries`);
      return validateAll(
        elements.map((each, i) =>
          element.codec.validate(
            each,
            Array.isArray(value) ? t.appendContext(context, String(i), element.codec, each) : context,
          ),
        ),
      );
    },
    (elements) => elements.map(element.codec.encode),
  );

/** All values, or all errors. */
const validateAll = <A>(validations: readonly t.Validation<A>[]): t.Validation<readonly A[]> => {
  const errors = validations.flatMap((each) => (E.isLeft(each) ? each.left : []));
  return errors.length > 0
    ? E.left(errors)
    : E.right(validations.flatMap((each) => (E.isRight(each) ? [each.right] : [])));
};

/** The first of several kinds that fits, as in `number | 'auto'`. */
export const anyOf = <const Types extends readonly [AnyParamType, ...AnyParamType[]]>(
  ...types: Types
): ParamType<t.TypeOf<Types[number]['codec']>, t.OutputOf<Types[number]['codec']>> => {
  const name = types.map(({ codec }) => codec.name).join(', or ');
  return paramType<t.TypeOf<Types[number]['codec']>, t.OutputOf<Types[number]['codec']>>(
    name,
    { kind: 'anyOf', options: types.map(({ shape }) => shape) },
    (value, context) => {
      const fitting = types.map(({ codec }) => codec.validate(value, context)).find(E.isRight);
      return fitting ?? refuse(context, 'value/type', `must be ${name}, not ${show(value)}`);
    },
    (value) =>
      types.flatMap(({ codec }) =>
        E.fold(() => [], writesBack(codec, value))(E.tryCatch(() => codec.encode(value), String)),
      )[0],
  );
};

/** A decoded value is written by the kind whose writing reads back as that same value. */
const writesBack =
  (codec: t.Mixed, value: unknown) =>
  (written: unknown): readonly unknown[] => {
    const again = codec.decode(written);
    return E.isRight(again) && isDeepStrictEqual(again.right, value) ? [written] : [];
  };
