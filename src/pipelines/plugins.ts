import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../diagnostics/index.js';
import type { Operator, Registry } from '../ops/index.js';
import type { Named } from './parse/pipeline-file.js';

/**
 * Adds the operators that plugins export to a registry. A plugin is a JavaScript module: a path relative to the
 * pipeline's file when it begins with a dot or a slash, otherwise the name of an installed package.
 */
export const loadPlugins = (
  plugins: readonly Named[],
  folder: string,
  registry: Registry,
): TE.TaskEither<Diagnostics, Registry> =>
  plugins.reduce<TE.TaskEither<Diagnostics, Registry>>(
    (soFar, plugin) =>
      pipe(
        soFar,
        TE.chain((known) => pipe(load(plugin, folder), TE.chainEitherK(addTo(known, plugin)))),
      ),
    TE.right(registry),
  );

/** Where plugins are: absolute paths, or names of packages. */
export const pluginPaths = (plugins: readonly Named[], folder: string): readonly string[] =>
  plugins.map(({ name }) => (isPath(name) ? resolve(folder, name) : name));

const isPath = (name: string): boolean => /^[./]/.test(name);

const load = ({ name, span }: Named, folder: string): TE.TaskEither<Diagnostics, readonly Operator[]> =>
  TE.tryCatch(
    async () => {
      const module: unknown = await import(isPath(name) ? pathToFileURL(resolve(folder, name)).href : name);
      return Object.values(module ?? {}).flatMap(operatorsOf);
    },
    (cause): Diagnostics => [
      failure('pipeline/plugin', `The plugin ${name} cannot be loaded: ${reasonOf(cause)}.`, {
        ...(span === undefined ? {} : { span }),
        cause,
      }),
    ],
  );

/** Without the place in this program that asked for the module. */
const reasonOf = (cause: unknown): string =>
  messageOf(cause)
    .replace(/ imported from .*$/s, '')
    .replace('file://', '');

/** What `defineOp` gave, or a list of it. */
const operatorsOf = (exported: unknown): readonly Operator[] => {
  if (Array.isArray(exported)) return exported.flatMap(operatorsOf);
  return typeof exported === 'function' && 'operator' in exported && isOperator(exported.operator)
    ? [exported.operator]
    : [];
};

const isOperator = (value: unknown): value is Operator =>
  typeof value === 'object' && value !== null && 'name' in value && 'params' in value && 'behaviour' in value;

const addTo =
  (registry: Registry, { name, span }: Named) =>
  (operators: readonly Operator[]): E.Either<Diagnostics, Registry> => {
    const place = span === undefined ? {} : { span };
    const taken = operators.find((operator) => registry.has(operator.name));
    if (operators.length === 0)
      return E.left([failure('pipeline/plugin', `The plugin ${name} exports no operator.`, place)]);
    return taken === undefined
      ? E.right(new Map([...registry, ...operators.map((operator) => [operator.name, operator] as const)]))
      : E.left([
          failure(
            'pipeline/plugin',
            `The plugin ${name} defines \`${taken.name}\`, which there is already.`,
            place,
          ),
        ]);
  };
