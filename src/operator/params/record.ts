import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { didYouMean } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { type AnyParamType, type ParamType, paramType, refuse, show } from './param-type.js';
import type { FieldShape, RecordShape } from './shape.js';

/** A named parameter: its kind, what it is for, and what it is when nobody gives it. */
export type Field<A, W, Presence extends FieldShape['presence']> = {
  readonly type: ParamType<A, W>;
  readonly about: string;
  readonly presence: Presence;
  readonly fallback?: W;
};

/** A parameter that must be given. */
export const required = <A, W>(type: ParamType<A, W>, about: string): Field<A, W, 'required'> => ({
  type,
  about,
  presence: 'required',
});

/** A parameter that may be left out: the operator gets `undefined`. */
export const optional = <A, W>(type: ParamType<A, W>, about: string): Field<A, W, 'optional'> => ({
  type,
  about,
  presence: 'optional',
});

/** A parameter with a default, given as it would be written. */
export const defaulted = <A, W>(
  type: ParamType<A, W>,
  fallback: NoInfer<W>,
  about: string,
): Field<A, W, 'defaulted'> => ({ type, about, presence: 'defaulted', fallback });

/** The fields of a record whose types do not matter here. */
export type Fields = Readonly<
  Record<
    string,
    {
      readonly type: AnyParamType;
      readonly about: string;
      readonly presence: FieldShape['presence'];
      readonly fallback?: unknown;
    }
  >
>;

type Flat<T> = { [K in keyof T]: T[K] };

/** What an operator gets: every field is there, those that are optional may be `undefined`. */
export type Decoded<F extends Fields> = Flat<{
  readonly [K in keyof F]: F[K]['presence'] extends 'optional'
    ? t.TypeOf<F[K]['type']['codec']> | undefined
    : t.TypeOf<F[K]['type']['codec']>;
}>;

type RequiredKeys<F extends Fields> = {
  [K in keyof F]: F[K]['presence'] extends 'required' ? K : never;
}[keyof F];

/** What people write: only the required fields must be there. Over `Pick`s, since their properties keep the fields' comments. */
export type Written<F extends Fields> = Flat<
  {
    readonly [K in keyof Pick<F, RequiredKeys<F>>]: t.OutputOf<F[K]['type']['codec']>;
  } & {
    readonly [K in keyof Pick<F, Exclude<keyof F, RequiredKeys<F>>>]?:
      | t.OutputOf<F[K]['type']['codec']>
      | undefined;
  }
>;

/** What the main field can be written as. */
export type MainValue<F extends Fields, M> = M extends keyof F ? t.OutputOf<F[M]['type']['codec']> : never;

/** A record type, whose shape is known to be one. */
export interface RecordType<A, W> extends ParamType<A, W> {
  readonly shape: RecordShape;
}

/** A record type whose types do not matter here. */
export interface AnyRecordType {
  readonly codec: t.Mixed;
  readonly shape: RecordShape;
}

declare const checked: unique symbol;

/** Parameters of an operator that its codec has read, whatever they are: only the operator itself looks into them. */
export interface CheckedParams {
  readonly [checked]: true;
}

/** The parameters of an operator in the registry: what its codec reads is what its functions take. */
export interface CheckedRecordType {
  readonly codec: t.Type<CheckedParams, unknown, unknown>;
  readonly shape: RecordShape;
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Named fields, strict about names it does not know.
 * @param main the field that a lone value sets, as in `batch: 4`
 */
export const record = <const F extends Fields, const M extends (keyof F & string) | undefined = undefined>(
  fields: F,
  main?: M,
): RecordType<Decoded<F>, Written<F> | MainValue<F, M>> => {
  const names = Object.keys(fields);

  const validateField = (
    name: string,
    given: Readonly<Record<string, unknown>>,
    context: t.Context,
  ): t.Validation<unknown> => {
    const field = fields[name] as F[string];
    const value = given[name] ?? field.fallback;
    const place = t.appendContext(context, name, field.type.codec, given[name]);
    if (value !== undefined) return field.type.codec.validate(value, place);
    return field.presence === 'required'
      ? refuse(place, 'value/missing', 'is missing', {
          hint: `${field.about}${field.type.shape.kind === 'anything' ? '' : `: ${field.type.codec.name}`}.`,
        })
      : E.right(undefined);
  };

  const read = (value: unknown, context: t.Context): t.Validation<Decoded<F>> => {
    const given = value === undefined || value === null ? {} : isMapping(value) ? value : undefined;
    if (given === undefined)
      return main === undefined
        ? refuse(context, 'value/type', `must be a mapping of parameters, not ${show(value)}`, {
            hint: names.length === 0 ? 'It has no parameters.' : `Its parameters are ${names.join(', ')}.`,
          })
        : read({ [main]: value }, context);
    const strangers = Object.keys(given)
      .filter((key) => !Object.hasOwn(fields, key))
      .flatMap((key) =>
        errorsOf(
          refuse(
            t.appendContext(context, key, t.unknown, given[key]),
            'value/unknown-key',
            'is not known here',
            { hint: didYouMean(key, names), at: 'key' },
          ),
        ),
      );
    const read_ = names.map((name) => [name, validateField(name, given, context)] as const);
    const errors = [...strangers, ...read_.flatMap(([, validation]) => errorsOf(validation))];
    return errors.length > 0
      ? E.left(errors)
      : E.right(
          Object.fromEntries(
            read_.map(([name, validation]) => [name, E.isRight(validation) ? validation.right : undefined]),
          ) as Decoded<F>,
        );
  };

  const write = (decoded: Decoded<F>): Written<F> =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([name]) => decoded[name as keyof typeof decoded] !== undefined)
        .map(([name, { type }]) => [name, type.codec.encode(decoded[name as keyof typeof decoded])]),
    ) as Written<F>;

  return { ...paramType('parameters', shapeOf(fields, main), read, write), shape: shapeOf(fields, main) };
};

const errorsOf = (validation: t.Validation<unknown>): t.Errors =>
  E.isLeft(validation) ? validation.left : [];

const shapeOf = (fields: Fields, main: string | undefined): RecordShape => ({
  kind: 'record',
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, { type, about, presence, fallback }]) => [
      name,
      { shape: type.shape, about, presence, ...definedOnly({ fallback }) },
    ]),
  ),
  ...definedOnly({ main }),
});
