import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { all, type Diagnostics, didYouMean, failure, type Span } from '../../diagnostics/index.js';
import { escapeBraces, isLiteralOf, type Shape } from '../../operator/params/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { Tree } from '../parse/tree.js';
import { absolutePath } from './absolute-path.js';
import type { Values } from './params.js';

/** What a step's parameters are read against. */
export interface Scope {
  readonly values: Values;
  /** Where relative paths start. */
  readonly folder: string;
}

/**
 * Puts in the values of parameters (`$name`, or `${name}` where letters follow; `$$` is a dollar sign) and makes paths
 * absolute, guided by what the operator expects at each place.
 */
export const resolveTree = (
  tree: Tree,
  shape: Shape | undefined,
  scope: Scope,
): E.Either<Diagnostics, Tree> => {
  const expected = shape === undefined ? undefined : insideOf(shape, tree);
  switch (tree.kind) {
    case 'scalar':
      return typeof tree.value === 'string'
        ? resolveText(tree.value, tree.span, expected, scope)
        : E.right(tree);
    case 'list':
      return pipe(
        all(
          tree.items.map((item) =>
            resolveTree(item, expected?.kind === 'list' ? expected.of : undefined, scope),
          ),
        ),
        E.map((items): Tree => ({ ...tree, items })),
      );
    case 'map':
      return pipe(
        all(
          tree.entries.map((entry) =>
            pipe(
              resolveTree(entry.value, childOf(expected, entry.key), scope),
              E.map((value) => ({ ...entry, value })),
            ),
          ),
        ),
        E.map((entries): Tree => ({ ...tree, entries })),
      );
  }
};

/** What is expected of a value, where one shape can stand for another: a lone value for the main field, and so on. */
const insideOf = (shape: Shape, tree: Tree): Shape | undefined => {
  if (shape.kind === 'record' && tree.kind !== 'map') {
    const main = shape.main === undefined ? undefined : shape.fields[shape.main];
    return main === undefined ? undefined : insideOf(main.shape, tree);
  }
  if (shape.kind === 'list' && tree.kind !== 'list') return insideOf(shape.of, tree);
  if (shape.kind !== 'anyOf') return shape;
  return tree.kind === 'scalar' && isLiteralOf(shape.options, tree.value)
    ? undefined
    : shape.options.map((option) => insideOf(option, tree)).find(isPathLike);
};

const isPathLike = (shape: Shape | undefined): boolean =>
  shape?.kind === 'path' || shape?.kind === 'template';

const childOf = (shape: Shape | undefined, key: string): Shape | undefined => {
  if (shape?.kind === 'record')
    return Object.hasOwn(shape.fields, key) ? shape.fields[key]?.shape : undefined;
  if (shape?.kind === 'tagged') return Object.hasOwn(shape.variants, key) ? shape.variants[key] : undefined;
  return undefined;
};

const reference = /\$(?:(\$)|\{([A-Za-z][A-Za-z0-9_-]*)\}|([A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?))/g;

const resolveText = (
  text: string,
  span: Span | undefined,
  expected: Shape | undefined,
  { values, folder }: Scope,
): E.Either<Diagnostics, Tree> => {
  const names = Array.from(text.matchAll(reference), ([, , braced, bare]) => braced ?? bare).filter(
    (name) => name !== undefined,
  );
  const unknown = names.find((name) => !Object.hasOwn(values, name));
  if (unknown !== undefined)
    return E.left([
      failure('param/unknown', `The pipeline declares no parameter \`${unknown}\`.`, {
        ...definedOnly({ span }),
        hint:
          Object.keys(values).length === 0
            ? `Declare it: params: { ${unknown}: { type: text, default: … } }.`
            : didYouMean(unknown, Object.keys(values)),
      }),
    ]);
  const lone = names.length === 1 && text.replace(reference, '') === '' ? values[names[0] ?? ''] : undefined;
  if (lone !== undefined && typeof lone !== 'string') return scalar(lone, span);
  const isTemplate = expected?.kind === 'template';
  const filled = text.replace(reference, (_, dollar: string | undefined, braced?: string, bare?: string) => {
    if (dollar !== undefined) return '$';
    const value = String(values[braced ?? bare ?? '']);
    return isTemplate ? escapeBraces(value) : value;
  });
  // A template that climbs with `..` is left as it is, for its codec to refuse; a path may climb.
  const isLeft = isTemplate && text.split(/[/\\]/).includes('..');
  return scalar(isPathLike(expected) && !isLeft ? absolutePath(filled, folder) : filled, span);
};

const scalar = (value: string | number | boolean, span: Span | undefined): E.Either<never, Tree> =>
  E.right({ kind: 'scalar', value, ...definedOnly({ span }) });
