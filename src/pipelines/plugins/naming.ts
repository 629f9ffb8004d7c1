import { isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure, type Span } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';

/** What a plugin's name in a pipeline's file means. */
export type PluginName =
  /** A module's file; its absolute path. */
  | { readonly kind: 'file'; readonly path: string }
  /** An installed package, and what is imported of it: `photo-ops/film` of the package `photo-ops`. */
  | { readonly kind: 'package'; readonly package: string; readonly specifier: string };

/** A scheme has two letters and more; one letter is a drive of Windows. */
const url = /^[A-Za-z][A-Za-z0-9+.-]+:/;

const path = /^(?:[./\\]|[A-Za-z]:)/;

/** A name as npm takes it, and the way to one of the package's modules. */
const packaged = /^((?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*)((?:\/[\w@~-][\w.@~-]*)*)$/;

/** True for the name of a package, without a way to one of its modules. */
export const isPackageName = (name: string): boolean =>
  name.length <= LONGEST && packaged.exec(name)?.[1] === name;

/** No name of a plugin is longer; the expressions above are never tried on a longer one. */
const LONGEST = 1024;

/** The longest part of a name that a message repeats: a `data:` URL can hold a whole program. */
const SHOWN = 60;

/** A name as messages show it. */
export const shownName = (name: string): string => {
  const clean = name.replaceAll(/\p{Cc}/gu, '·');
  return clean.length <= SHOWN ? clean : `${clean.slice(0, SHOWN)}…`;
};

/**
 * What a name means: a path when it begins with a dot, a slash or a drive, otherwise the name of an installed package.
 * Errors: `plugin/url` for `data:`, `http:`, `file:`, `node:` and every other URL; `plugin/builtin` for a module of Node's
 * own; `plugin/name` for what is neither a path nor a package.
 *
 * @param folder where relative paths start
 */
export const readName = (name: string, folder: string, span?: Span): E.Either<Diagnostics, PluginName> => {
  const place = definedOnly({ span });
  const refuse = (code: 'plugin/url' | 'plugin/builtin' | 'plugin/name', what: string) =>
    E.left<Diagnostics>([failure(code, `The plugin ${shownName(name)} ${what}.`, place)]);
  if (name.length <= LONGEST && path.test(name) && !name.includes('\0'))
    return E.right({ kind: 'file', path: resolve(folder, name) });
  if (url.test(name)) return refuse('plugin/url', 'is a URL');
  if (isBuiltin(name)) return refuse('plugin/builtin', 'is a module of Node itself');
  const [, named, way = ''] = (name.length <= LONGEST && packaged.exec(name)) || [];
  return named === undefined
    ? refuse('plugin/name', 'is neither a path nor the name of a package')
    : E.right({ kind: 'package', package: named, specifier: `${named}${way}` });
};
