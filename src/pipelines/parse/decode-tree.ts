import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { type Diagnostic, type Diagnostics, failure, type Span } from '../../diagnostics/index.js';
import { type AnyRecordType, paramErrors, pathOf } from '../../operator/params/index.js';
import { definedOnly } from '../../ports/defined.js';
import { spanAt, type Tree, toJson } from './tree.js';

/**
 * Decodes a tree, and gives every error its place in the file.
 *
 * @param subject what the keys belong to, as in "`resize.width` must be …"; absent at the top of a file
 * @param fallback the place to show when the tree has none, such as that of the operator's name
 * @param advice how to fix what has no hint of its own
 */
export const decodeTree = <R extends AnyRecordType>(
  type: R,
  tree: Tree | undefined,
  subject?: string,
  fallback?: Span,
  advice?: string,
): E.Either<Diagnostics, t.TypeOf<R['codec']>> =>
  pipe(
    type.codec.decode(tree === undefined ? undefined : toJson(tree)),
    E.mapLeft((errors): Diagnostics => {
      const diagnostics = paramErrors(errors).map((error): Diagnostic => {
        const path = pathOf(error);
        const place = placeOf(tree, path, error.at, type.shape.main);
        const span = error.code === 'value/missing' ? (fallback ?? place) : (place ?? fallback);
        const name = [subject, ...path].filter((part) => part !== undefined).join('.');
        const hint = error.hint ?? advice;
        return failure(error.code, `${name === '' ? 'This' : `\`${name}\``} ${error.message}.`, {
          ...definedOnly({ hint, span }),
        });
      });
      const [first, ...rest] = diagnostics;
      return [first ?? failure('value/invalid', 'This cannot be read.'), ...rest];
    }),
  );

/** A lone value stands for the main parameter, so the path to that one begins at the value itself. */
const placeOf = (
  tree: Tree | undefined,
  path: readonly string[],
  at: 'key' | 'value',
  main: string | undefined,
): Span | undefined => {
  if (tree === undefined) return undefined;
  const lone = tree.kind !== 'map' && main !== undefined && path[0] === main;
  return spanAt(tree, lone ? path.slice(1) : path, at);
};
