import * as E from 'fp-ts/lib/Either.js';
import { all, type Diagnostics, didYouMean, failure } from '../../diagnostics/index.js';
import type { ParamSource } from '../../pipelines/parse/pipeline-file.js';
import { definedOnly } from '../../ports/defined.js';
import type { Json } from '../../ports/index.js';

/** A JSON Schema (draft 2020-12) of what a request may say. */
export type ParametersSchema = {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
};

/** Characters that a parameter of text may have in a request. */
const MOST_TEXT = 1000;

/** Parameters that a request may give: all but paths, which are the operator's of the server. */
export const settable = (declared: readonly ParamSource[]): readonly ParamSource[] =>
  declared.filter(({ declaration }) => declaration.type !== 'path');

/** The JSON Schema of a pipeline's parameters. */
export const parametersSchema = (declared: readonly ParamSource[]): ParametersSchema => {
  const own = settable(declared);
  return {
    type: 'object',
    properties: Object.fromEntries(own.map((param) => [param.name, schemaOf(param)])),
    required: own.filter(({ declaration }) => declaration.default === undefined).map(({ name }) => name),
    additionalProperties: false,
  };
};

const schemaOf = ({
  declaration: { type, about, min, max, options, default: usual },
}: ParamSource): Readonly<Record<string, Json>> => ({
  ...(type === 'choice' ? { enum: [...(options ?? [])] } : {}),
  type: type === 'choice' || type === 'text' || type === 'path' ? 'string' : type,
  ...(type === 'text' ? { maxLength: MOST_TEXT } : {}),
  ...definedOnly({ minimum: min, maximum: max }),
  // What stands in a file was JSON's kind of value before it was read.
  ...(usual === undefined ? {} : { default: usual as Json }),
  ...definedOnly({ description: about }),
});

/**
 * Values of parameters as texts, as `--set` takes them, by which they are checked when the pipeline is. Errors: `param/unknown`,
 * `value/type`.
 */
export const textsOf = (
  declared: readonly ParamSource[],
  given: Readonly<Record<string, Json>>,
): E.Either<Diagnostics, Readonly<Record<string, string>>> => {
  const own = settable(declared);
  const names = own.map(({ name }) => name);
  const texts = Object.entries(given).map(
    ([name, value]): E.Either<Diagnostics, readonly [string, string]> => {
      const param = own.find((each) => each.name === name);
      if (param === undefined)
        return E.left([
          failure(
            'param/unknown',
            `The pipeline has no parameter \`${name.slice(0, 100)}\` that a request may set.`,
            {
              hint: names.length === 0 ? 'It has none at all.' : didYouMean(name, names),
            },
          ),
        ]);
      const { type } = param.declaration;
      const wanted =
        type === 'number' || type === 'integer' ? 'number' : type === 'boolean' ? 'boolean' : 'string';
      const isShort = typeof value !== 'string' || value.length <= MOST_TEXT;
      return (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
        typeof value === wanted &&
        isShort
        ? E.right([name, String(value)])
        : E.left([
            failure(
              'value/type',
              isShort
                ? `The parameter \`${name}\` must be a ${wanted}, not ${JSON.stringify(value).slice(0, 100)}.`
                : `The parameter \`${name}\` has more than ${MOST_TEXT} characters.`,
            ),
          ]);
    },
  );
  return E.Monad.map(all(texts), (entries) => Object.fromEntries(entries));
};

/** Texts of an address (`?strength=0.7`) as the values that the parameters are; what is none stays a text, and is refused as such. */
export const valuesOf = (
  declared: readonly ParamSource[],
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(given).map(([name, text]) => {
      const type = declared.find((each) => each.name === name)?.declaration.type;
      if ((type === 'number' || type === 'integer') && text.trim() !== '' && Number.isFinite(Number(text)))
        return [name, Number(text)];
      if (type === 'boolean' && (text === 'true' || text === 'false')) return [name, text === 'true'];
      return [name, text];
    }),
  );
