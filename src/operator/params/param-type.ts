import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Code } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { Shape } from './shape.js';

/** A kind of parameter: `A` is what the operator gets, `W` what people write. */
export interface ParamType<A, W = A> {
  readonly codec: t.Type<A, W, unknown>;
  readonly shape: Shape;
}

/** A kind of parameter whose types do not matter here. */
export interface AnyParamType {
  readonly codec: t.Mixed;
  readonly shape: Shape;
}

/** An io-ts error that knows its code, and whether it is about the key or the value at its place. */
export interface ParamError extends t.ValidationError {
  readonly code: Extract<Code, `value/${string}`>;
  /** Continues "`quality` …": "must be between 1 and 100, not 200". */
  readonly message: string;
  readonly hint?: string;
  readonly at: 'key' | 'value';
}

/** The refusal of a value by a codec. */
export const refuse = (
  context: t.Context,
  code: ParamError['code'],
  message: string,
  more: { readonly hint?: string; readonly at?: 'key' | 'value' } = {},
): E.Either<t.Errors, never> => {
  const error: ParamError = {
    value: context.at(-1)?.actual,
    context,
    code,
    message,
    at: more.at ?? 'value',
    ...definedOnly({ hint: more.hint }),
  };
  return E.left([error]);
};

/** The errors of any codec as parameter errors: those of plain io-ts codecs become `value/type`. */
export const paramErrors = (errors: t.Errors): readonly ParamError[] =>
  errors.map((error) =>
    isParamError(error)
      ? error
      : {
          ...error,
          code: 'value/type',
          at: 'value',
          message:
            error.message ??
            `must be ${error.context.at(-1)?.type.name ?? 'something else'}, not ${show(error.value)}`,
        },
  );

const isParamError = (error: t.ValidationError): error is ParamError => 'code' in error && 'at' in error;

/** The keys that lead from the parameters of an operator to the place of an error. */
export const pathOf = (error: ParamError): readonly string[] => error.context.slice(1).map(({ key }) => key);

/** A value as it would be written in YAML, shortened. */
export const show = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  const text = typeof value === 'string' ? `"${value}"` : asJson(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
};

/** Code can give what JSON cannot say, such as a function or a bigint: its kind is named then. */
const asJson = (value: unknown): string =>
  E.getOrElse(() => typeof value as string)(E.tryCatch(() => JSON.stringify(value) ?? typeof value, String));

/**
 * A parameter type from its reading and writing halves.
 * @param name what people are told was expected, as in "a whole number"
 */
export const paramType = <A, W>(
  name: string,
  shape: Shape,
  read: (value: unknown, context: t.Context) => E.Either<t.Errors, A>,
  write: (value: A) => W,
): ParamType<A, W> => ({
  shape,
  // The decoded form is never told apart from the written one by looking: `is` asks whether it could have been read.
  codec: new t.Type<A, W, unknown>(name, (value): value is A => E.isRight(read(value, [])), read, write),
});

/** Adds a condition that the type alone does not express; `complaint` continues "`quality` …". */
export const refine = <A, W>(
  type: ParamType<A, W>,
  complaint: (value: A) => string | undefined,
): ParamType<A, W> =>
  paramType(
    type.codec.name,
    type.shape,
    (value, context) =>
      E.Monad.chain(type.codec.validate(value, context), (read) => {
        const wrong = complaint(read);
        return wrong === undefined ? E.right(read) : refuse(context, 'value/invalid', wrong);
      }),
    type.codec.encode,
  );
