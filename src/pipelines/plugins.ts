import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Diagnostic,
  type Diagnostics,
  failure,
  messageOf,
  type Span,
  warning,
} from '../diagnostics/index.js';
import { behaviourKinds } from '../operator/behaviour.js';
import type { AnyPart } from '../operator/part.js';
import type { Operator, Registry } from '../ops/index.js';
import { definedOnly } from '../ports/defined.js';
import type { Named } from './parse/pipeline-file.js';
import { readAllowed } from './plugins/allowed.js';
import { type Closure, type PluginDigest, readClosure } from './plugins/closure.js';
import { readName, shownName } from './plugins/naming.js';
import { partsIn, withParts } from './plugins/parts.js';
import { importClosure } from './plugins/sealed-copy.js';

/**
 * Which plugins may run: none; those that the user allowed on this machine; or those and some more, by the digests of their
 * content. Nothing else of a pipeline's file is code.
 */
export type PluginPolicy = 'refuse' | 'allowed' | { readonly allow: readonly PluginDigest[] };

/** A plugin that a pipeline names. */
export interface PluginUse {
  /** As the file says. */
  readonly name: string;
  /** The absolute path of its file, or what is imported of a package. */
  readonly place: string;
  readonly kind: 'file' | 'package';
  /** The pipeline's folder: files lie below it, packages are found from it. */
  readonly folder: string;
  /** The digest of all that it executes. */
  readonly digest: PluginDigest;
  /** Operators that it defines, or adds parts to; undefined where it was not loaded, since nobody allowed it. */
  readonly operators?: readonly string[];
  readonly span?: Span;
}

/** What came of the plugins of a file. */
export interface LoadedPlugins {
  /** The operators that there were, and those of the plugins that were loaded. */
  readonly registry: Registry;
  readonly uses: readonly PluginUse[];
  /** What is wrong with plugins, each of which leaves it out. */
  readonly faults: readonly Diagnostic[];
}

/** A file names no more of them. */
const MOST = 64;

/**
 * Adds the operators and parts that plugins export to a registry. A plugin is a JavaScript module: a path below the pipeline's folder,
 * or the name of a package installed there. Its code runs only if the policy allows its content; else nothing of it does, and
 * its use says so.
 */
export const loadPlugins =
  (
    plugins: readonly Named[],
    folder: string,
    registry: Registry,
    policy: PluginPolicy,
  ): T.Task<LoadedPlugins> =>
  async () => {
    const nothing: LoadedPlugins = { registry, uses: [], faults: [] };
    if (plugins.length === 0) return nothing;
    if (plugins.length > MOST)
      return { ...nothing, faults: [fault(plugins[MOST], `There are more than ${MOST} plugins.`)] };
    const allowed = await allowedBy(policy)();
    if (E.isLeft(allowed)) return { ...nothing, faults: allowed.left };
    let soFar = nothing;
    for (const plugin of plugins) soFar = await withPlugin(plugin, folder, allowed.right, soFar);
    return soFar;
  };

/** Reads what plugins would execute, and runs nothing. Errors: those of `readClosure`. */
export const inspectPlugins = (
  plugins: readonly Named[],
  folder: string,
): TE.TaskEither<Diagnostics, readonly PluginUse[]> =>
  TE.traverseSeqArray((plugin: Named) =>
    pipe(
      inspect(plugin, folder),
      TE.map(({ use }) => use),
    ),
  )(plugins.slice(0, MOST));

/** Whether a digest is allowed. Errors: `plugin/config`. */
export const allowedBy = (
  policy: PluginPolicy,
): TE.TaskEither<Diagnostics, (digest: PluginDigest) => boolean> =>
  policy === 'refuse'
    ? TE.right(() => false)
    : pipe(
        readAllowed,
        TE.map((kept) => {
          const digests = new Set([
            ...kept.map(({ digest }) => digest),
            ...(typeof policy === 'string' ? [] : policy.allow),
          ]);
          return (digest) => digests.has(digest);
        }),
      );

/** A plugin, and what it executes. */
export interface Inspected {
  readonly use: PluginUse;
  readonly closure: Closure;
}

/** Reads what a plugin executes, and runs nothing. */
export const inspect = ({ name, span }: Named, folder: string): TE.TaskEither<Diagnostics, Inspected> => {
  const place = definedOnly({ span });
  return pipe(
    TE.fromEither(readName(name, folder, span)),
    TE.chain((meant) =>
      pipe(
        () => readClosure(meant, shownName(name), folder),
        TE.bimap(
          ([first, ...others]): Diagnostics => [
            { ...first, ...place },
            ...others.map((each) => ({ ...each, ...place })),
          ],
          (closure): Inspected => ({
            closure,
            use: {
              name,
              kind: meant.kind,
              place: meant.kind === 'file' ? meant.path : meant.specifier,
              folder,
              digest: closure.digest,
              ...place,
            },
          }),
        ),
      ),
    ),
  );
};

const withPlugin = async (
  plugin: Named,
  folder: string,
  isAllowed: (digest: PluginDigest) => boolean,
  soFar: LoadedPlugins,
): Promise<LoadedPlugins> => {
  const faulty = (faults: Diagnostics): LoadedPlugins => ({ ...soFar, faults: [...soFar.faults, ...faults] });
  const inspected = await inspect(plugin, folder)();
  if (E.isLeft(inspected)) return faulty(inspected.left);
  const { use, closure } = inspected.right;
  if (!isAllowed(use.digest)) return { ...soFar, uses: [...soFar.uses, use] };
  const loaded = await loadInto(soFar.registry, plugin, closure)();
  if (E.isLeft(loaded)) return faulty(loaded.left);
  const { registry, operators } = loaded.right;
  return { ...soFar, registry, uses: [...soFar.uses, { ...use, operators }] };
};

/** What a plugin was found to define when it was run. */
interface Loaded {
  /** The operators that there were, and its own; those that its parts were added to in the place of the ones without. */
  readonly registry: Registry;
  /** Names of the operators that are new or other. */
  readonly operators: readonly string[];
  readonly parts: readonly AnyPart[];
}

/** Runs a plugin and adds its operators and parts. Whoever calls it knows that the user allowed the closure's digest. */
export const loadInto = (
  registry: Registry,
  plugin: Named,
  closure: Closure,
): TE.TaskEither<Diagnostics, Loaded> =>
  pipe(
    TE.tryCatch(
      async () => {
        const exported = Object.values((await importClosure(closure)) ?? {});
        const origin = { plugin: plugin.name, digest: closure.digest };
        return {
          operators: exported.flatMap(operatorsOf),
          parts: exported.flatMap(partsIn).map((part) => ({ ...part, origin })),
        };
      },
      (cause): Diagnostics => [
        fault(plugin, `The plugin ${shownName(plugin.name)} cannot be loaded: ${reasonOf(cause)}.`, cause),
      ],
    ),
    TE.filterOrElse(
      ({ operators, parts }) => operators.length + parts.length > 0,
      (): Diagnostics => [
        fault(
          plugin,
          `The plugin ${shownName(plugin.name)} exports no operator, and no network, loss, optimiser or schedule.`,
        ),
      ],
    ),
    TE.chainEitherK(({ operators, parts }) =>
      pipe(
        addTo(registry, plugin)(operators),
        E.chain((more) => withParts(more, plugin, parts)),
        E.map((more) => ({
          registry: more,
          parts,
          operators: [...more]
            .filter(([name, operator]) => registry.get(name) !== operator)
            .map(([name]) => name),
        })),
      ),
    ),
  );

/**
 * Loads plugins that another process of this user was allowed to load, if their content is still the same.
 * Errors: `plugin/changed`, and those of loading.
 */
export const loadAgain = (
  uses: readonly PluginUse[],
  registry: Registry,
): TE.TaskEither<Diagnostics, Registry> =>
  uses.reduce<TE.TaskEither<Diagnostics, Registry>>(
    (soFar, use) =>
      pipe(
        TE.Do,
        TE.bind('known', () => soFar),
        TE.bind('found', () => inspect(use, use.folder)),
        TE.filterOrElse(
          ({ found }) => found.use.digest === use.digest,
          (): Diagnostics => [
            failure('plugin/changed', `The plugin ${shownName(use.name)} was changed since the run began.`),
          ],
        ),
        TE.chain(({ known, found }) => loadInto(known, use, found.closure)),
        TE.map((loaded) => loaded.registry),
      ),
    TE.right(registry),
  );

/** The plugins that operators of a name come from. */
export const pluginsOf = (
  uses: readonly PluginUse[],
  operators: readonly { readonly name: string }[],
): readonly PluginUse[] =>
  uses.filter((use) => operators.some(({ name }) => use.operators?.includes(name) === true));

/** What there is to say about plugins that are not loaded, to somebody who only looks. */
export const notLoaded = (uses: readonly PluginUse[], policy: PluginPolicy): readonly Diagnostic[] =>
  uses
    .filter(({ operators }) => operators === undefined)
    .map((use) => {
      const place = definedOnly({ span: use.span });
      return policy === 'refuse'
        ? warning('plugin/not-allowed', `${notAllowed(use)} Plugins are not loaded here.`, place)
        : warning('plugin/not-allowed', notAllowed(use), { ...place, hint: howToAllow(use) });
    });

/** The same to somebody who wants to run it. */
export const mustBeAllowed = (use: PluginUse): Diagnostic =>
  failure('plugin/not-allowed', notAllowed(use), {
    hint: howToAllow(use),
    ...definedOnly({ span: use.span }),
  });

const notAllowed = ({ name, digest }: PluginUse): string =>
  `The plugin ${shownName(name)} was not allowed on this machine, so it is not loaded: ${digest}.`;

const howToAllow = ({ digest }: PluginUse): string =>
  `It is code: read it, and if you trust it, allow what it is now: --allow-plugin ${digest}`;

const fault = (plugin: Named | undefined, message: string, cause?: unknown): Diagnostic =>
  failure('pipeline/plugin', message, {
    ...(plugin?.span === undefined ? {} : { span: plugin.span }),
    ...definedOnly({ cause }),
  });

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

/** False for what another version of Prismflow has made, whose behaviours do not say of what kind they are. */
const isOfThisVersion = ({ behaviour }: Operator): boolean =>
  (behaviourKinds as readonly unknown[]).includes(behaviour.kind);

const addTo =
  (registry: Registry, plugin: Named) =>
  (operators: readonly Operator[]): E.Either<Diagnostics, Registry> => {
    const foreign = operators.find((operator) => !isOfThisVersion(operator));
    if (foreign !== undefined)
      return E.left([
        fault(
          plugin,
          `The plugin ${shownName(plugin.name)} defines \`${foreign.name}\` by another version of Prismflow: it must import the one that runs it.`,
        ),
      ]);
    const taken = operators.find((operator) => registry.has(operator.name));
    return taken === undefined
      ? E.right(new Map([...registry, ...operators.map((operator) => [operator.name, operator] as const)]))
      : E.left([
          fault(
            plugin,
            `The plugin ${shownName(plugin.name)} defines \`${taken.name}\`, which there is already.`,
          ),
        ]);
  };
