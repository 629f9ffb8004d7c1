import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { parse as parseScalar } from 'yaml';
import {
  all,
  type Diagnostic,
  type Diagnostics,
  didYouMean,
  failure,
  type Span,
} from '../../diagnostics/index.js';
import {
  type AnyParamType,
  boolean,
  integer,
  number,
  oneOf,
  paramErrors,
  path,
  show,
  text,
} from '../../operator/params/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { ParamDeclaration, ParamSource } from '../parse/pipeline-file.js';
import { spanAt } from '../parse/tree.js';
import { absolutePath } from './absolute-path.js';

/** The value of a parameter: what `$name` stands for. Paths are absolute. */
export type Values = Readonly<Record<string, string | number | boolean>>;

/** Where relative paths start: those in the file, and those that the user gives. */
export interface Folders {
  readonly file: string;
  readonly user: string;
}

/**
 * Gives every declared parameter its value: what the user set, or else the default.
 *
 * @param set what the user gave, as text, as in `--set strength=0.5`
 */
export const resolveParams = (
  declared: readonly ParamSource[],
  set: Readonly<Record<string, string>>,
  folders: Folders,
): E.Either<Diagnostics, Values> => {
  const names = declared.map(({ name }) => name);
  const strangers = Object.keys(set)
    .filter((name) => !names.includes(name))
    .map((name) =>
      E.left<Diagnostics>([
        failure('param/unknown', `The pipeline has no parameter \`${name}\`.`, {
          hint: names.length === 0 ? 'It has none at all.' : didYouMean(name, names),
        }),
      ]),
    );
  return pipe(
    all([...strangers, ...declared.map((param) => resolveParam(param, set[param.name], folders))]),
    E.map((entries) => Object.fromEntries(entries)),
  );
};

type Valued = readonly [name: string, value: string | number | boolean];

const resolveParam = (
  { name, span, declaration, tree }: ParamSource,
  given: string | undefined,
  folders: Folders,
): E.Either<Diagnostics, Valued> => {
  const hint = declaration.about === undefined ? {} : { hint: `${declaration.about}: --set ${name}=…` };
  const place = definedOnly({ span });
  if (declaration.type === 'choice' && declaration.options === undefined)
    return E.left([failure('value/missing', `\`params.${name}.options\` is missing.`, place)]);
  if (given !== undefined)
    return decodeValue(name, declaration, asScalar(given, declaration.type), undefined, folders.user);
  if (declaration.default === undefined)
    return E.left([
      failure('param/missing', `The parameter \`${name}\` has no value.`, {
        ...place,
        hint: `Give it one: --set ${name}=…`,
        ...hint,
      }),
    ]);
  return decodeValue(
    name,
    declaration,
    declaration.default,
    spanAt(tree, ['default'], 'value'),
    folders.file,
  );
};

const decodeValue = (
  name: string,
  declaration: ParamDeclaration,
  value: unknown,
  span: Span | undefined,
  folder: string,
): E.Either<Diagnostics, Valued> =>
  pipe(
    typeOf(declaration).codec.decode(value),
    E.mapLeft((errors): Diagnostics => {
      const [first, ...rest] = paramErrors(errors).map(
        ({ code, message, hint }): Diagnostic =>
          failure(code, `The parameter \`${name}\` ${message}.`, {
            ...definedOnly({ span, hint }),
          }),
      );
      return [
        first ?? failure('value/invalid', `The parameter \`${name}\` cannot be ${show(value)}.`),
        ...rest,
      ];
    }),
    E.map(
      (decoded): Valued => [
        name,
        declaration.type === 'path' ? absolutePath(String(decoded), folder) : decoded,
      ],
    ),
  );

/** What a parameter can be, by its declaration. */
const typeOf = ({ type, min, max, options }: ParamDeclaration): AnyParamType => {
  const bounds = { ...definedOnly({ min, max }) };
  switch (type) {
    case 'number':
      return number(bounds);
    case 'integer':
      return integer(bounds);
    case 'boolean':
      return boolean;
    case 'path':
      return path();
    case 'text':
      return text;
    case 'choice': {
      const [first = '', ...rest] = options ?? [];
      return oneOf(first, ...rest);
    }
  }
};

/** What the user typed, as the kind of value that it is meant to be: a text stays what it is, even `1` or `true`. */
const asScalar = (given: string, type: ParamDeclaration['type']): unknown =>
  type === 'number' || type === 'integer' || type === 'boolean'
    ? pipe(
        E.tryCatch((): unknown => parseScalar(given, { schema: 'core' }), String),
        E.getOrElse((): unknown => given),
      )
    : given;
