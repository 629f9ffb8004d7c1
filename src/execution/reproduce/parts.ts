import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Registry } from '../../ops/index.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { analyse } from '../../pipelines/compile.js';
import { bulkOf, type LanePart, stagesOf } from '../../pipelines/plan/stages.js';
import type { Json } from '../../ports/index.js';

/** A recipe's pipeline, and what of it works on an item: all but the operator that writes. */
export interface Parts {
  readonly graph: Graph;
  readonly lane: readonly LanePart[];
  /** The folder that photos came from, where the source has one. */
  readonly photos: string | undefined;
}

/**
 * Compiles the pipeline of a recipe again. Errors: `receipt/none` where it does not turn each file into one.
 *
 * @param folder where the paths in it start
 * @param registry operators, those of plugins included: the recipe itself loads none
 */
export const partsOf = (
  recipe: Json,
  folder: string,
  registry: Registry,
): TE.TaskEither<Diagnostics, Parts> =>
  pipe(
    TE.fromEither(textOf(recipe)),
    TE.chain((text) =>
      analyse(
        { path: join(folder, 'receipt.yaml'), shown: 'the receipt', text },
        { folder, registry, plugins: 'refuse' },
      ),
    ),
    TE.chainEitherK((graph) => {
      const bulk = bulkOf(stagesOf(graph));
      return bulk === undefined
        ? E.left<Diagnostics>([
            failure('receipt/none', 'The receipt’s pipeline does not turn each file into one.'),
          ])
        : E.right({
            graph,
            lane: bulk.lane.parts.filter((part) => part.kind !== 'map' || part.node !== bulk.sink),
            photos: photosOf(bulk.source.node.params),
          });
    }),
  );

const isObject = (value: unknown): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The plugins that a recipe names. */
export const pluginNames = (recipe: Json): readonly string[] => {
  const named = isObject(recipe) ? recipe.plugins : undefined;
  return (Array.isArray(named) ? named : named === undefined ? [] : [named]).map((name) =>
    typeof name === 'string' ? name : JSON.stringify(name),
  );
};

/** The recipe as a file. What is nested deeper than a function can call itself is no pipeline. */
const textOf = (recipe: Json): E.Either<Diagnostics, string> =>
  E.tryCatch(
    () => JSON.stringify(withoutPlugins(recipe)),
    (): Diagnostics => [failure('receipt/none', 'The receipt’s pipeline is nested too deep to be one.')],
  );

const withoutPlugins = (recipe: Json): Json => {
  if (!isObject(recipe)) return recipe;
  const { plugins: _, ...rest } = recipe;
  return rest;
};

const photosOf = (params: unknown): string | undefined =>
  typeof params === 'object' && params !== null && 'in' in params && typeof params.in === 'string'
    ? params.in
    : undefined;
