import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import type { AnyPart } from '../operator/part.js';
import { builtIn, type Registry } from '../ops/index.js';
import type { Graph } from '../pipelines/check/graph.js';
import { requireLoaded } from '../pipelines/check/loaded.js';
import { isLoaded } from '../pipelines/check/unloaded.js';
import { allow, readAllowed } from '../pipelines/plugins/allowed.js';
import type { PluginDigest } from '../pipelines/plugins/closure.js';
import { readName } from '../pipelines/plugins/naming.js';
import {
  allowedBy,
  inspect,
  loadInto,
  mustBeAllowed,
  type PluginPolicy,
  type PluginUse,
} from '../pipelines/plugins.js';
import { printable, shortPath } from './printable.js';
import { printDiagnostics } from './report-diagnostics.js';
import type { Terminal } from './terminal.js';

/**
 * Compiles what is only looked at: plugins that were not allowed are not loaded, and nobody is asked about them. What the
 * command line allows is kept for later.
 */
export const compileToLook = <A>(
  compile: (plugins: PluginPolicy) => TE.TaskEither<Diagnostics, A>,
  graphOf: (compiled: A) => Graph,
  given: readonly PluginDigest[],
  terminal: Terminal,
): TE.TaskEither<Diagnostics, A> =>
  pipe(
    compile(given.length === 0 ? 'allowed' : { allow: given }),
    TE.chainFirstTaskK((compiled) => keep(loadedBy(graphOf(compiled), given), terminal)),
  );

/** A task that ends when it is stopped: what it was at may go on, and counts for nothing. Error: `run/cancelled`. */
export const untilStopped =
  <A>(task: TE.TaskEither<Diagnostics, A>, signal: AbortSignal): TE.TaskEither<Diagnostics, A> =>
  () =>
    new Promise((resolve, reject) => {
      const stop = (): void =>
        resolve(E.left([failure('run/cancelled', 'Stopped before anything was begun.')]));
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      task()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', stop));
    });

/**
 * Compiles what is to run. A pipeline that needs plugins which were not allowed is compiled again when the user allows them,
 * asked on the terminal; what is allowed is kept for later. Errors: `plugin/not-allowed`, and those of compiling.
 *
 * @param graphOf the graph of what was compiled
 */
export const compileAllowed = <A>(
  compile: (plugins: PluginPolicy) => TE.TaskEither<Diagnostics, A>,
  graphOf: (compiled: A) => Graph,
  given: readonly PluginDigest[],
  terminal: Terminal,
): TE.TaskEither<Diagnostics, A> =>
  pipe(
    // Weights and folders can be very large, and are looked at before anything begins.
    untilStopped(compileToLook(compile, graphOf, given, terminal), terminal.signal),
    TE.chain((compiled) => {
      const graph = graphOf(compiled);
      if (isLoaded(graph)) return TE.right(compiled);
      return pipe(
        TE.fromTask(() => askAll(graph, terminal)),
        TE.chain((more) =>
          more.length === 0
            ? TE.right(compiled)
            : untilStopped(compile({ allow: [...given, ...more] }), terminal.signal),
        ),
        TE.chainFirstEitherK((again) => requireLoaded(graphOf(again))),
      );
    }),
  );

const loadedBy = ({ plugins = [] }: Graph, given: readonly PluginDigest[]): readonly PluginUse[] =>
  plugins.filter(({ digest, operators }) => operators !== undefined && given.includes(digest));

/** Keeps that plugins are allowed, if they were not before; says so where that cannot be kept. */
const keep = (uses: readonly PluginUse[], terminal: Terminal) => async (): Promise<void> => {
  if (uses.length === 0) return;
  const before = await readAllowed();
  const known = new Set(E.isRight(before) ? before.right.map(({ digest }) => digest) : []);
  const at = new Date().toISOString();
  const fresh = uses.flatMap(({ digest, name, folder }) =>
    known.has(digest) ? [] : [{ digest, name, folder, at }],
  );
  if (fresh.length === 0) return;
  const kept = await allow(fresh)();
  if (E.isLeft(kept))
    printDiagnostics(
      terminal,
      kept.left.map((each) => ({ ...each, severity: 'warning' as const })),
    );
};

/** Asks about plugins one after the other, and gives the digests of those that were allowed. */
const askAll = async ({ plugins = [] }: Graph, terminal: Terminal): Promise<readonly PluginDigest[]> => {
  const allowed: PluginDigest[] = [];
  for (const use of plugins)
    if (use.operators === undefined) {
      if (!(await askAbout(terminal)(use))) return [];
      allowed.push(use.digest);
    }
  return allowed;
};

/**
 * Asks the user about a plugin, unless the command line allows it, and keeps the answer when it is yes. Where nobody can
 * answer it is no.
 */
export const askAbout =
  (terminal: Terminal, given: readonly PluginDigest[] = []) =>
  async (use: PluginUse): Promise<boolean> => {
    if (given.includes(use.digest)) {
      await keep([use], terminal)();
      return true;
    }
    if (terminal.ask === undefined) return false;
    const place = use.kind === 'file' ? shortPath(use.place, terminal.folder) : `the package ${use.place}`;
    const answer = await terminal.ask(
      `${terminal.paint.yellow('!')} This needs the plugin ${terminal.paint.bold(printable(place))}, which was not allowed on this machine.
  It is code that can do all that you can do: read it first. Its content is
  ${use.digest}
  Allow it, as it is now? [y/N] `,
    );
    const isYes = /^y(es)?$/i.test(answer.trim());
    if (isYes) await keep([use], terminal)();
    return isYes;
  };

/** Plugins that a command is told of, and what is allowed of them. */
export interface PluginArguments {
  readonly plugin: readonly string[];
  readonly allowPlugin: readonly PluginDigest[];
}

/** What plugins brought that a command line names. */
interface NamedPlugins {
  readonly registry: Registry;
  readonly uses: readonly PluginUse[];
  readonly parts: readonly AnyPart[];
}

/**
 * The operators and parts of the plugins that a command line names, beside those that come with Prismflow. They are allowed before, by the
 * command line, or by the user who is asked. A file may lie anywhere: whoever named it wanted that one.
 * Errors: `plugin/not-allowed`, and those of reading and loading plugins.
 */
export const namedPlugins = (
  { plugin, allowPlugin }: PluginArguments,
  terminal: Terminal,
): TE.TaskEither<Diagnostics, NamedPlugins> => {
  const nothing: NamedPlugins = { registry: builtIn, uses: [], parts: [] };
  return plugin.reduce<TE.TaskEither<Diagnostics, NamedPlugins>>(
    (soFar, given) =>
      pipe(
        soFar,
        TE.chain(({ registry, uses, parts }) =>
          pipe(
            inspect(placed(given, terminal.folder), folderOf(given, terminal.folder)),
            TE.chainFirst(({ use }) => mayRun(use, allowPlugin, terminal)),
            TE.chain(({ use, closure }) =>
              pipe(
                loadInto(registry, { name: given }, closure),
                TE.map((loaded) => ({
                  registry: loaded.registry,
                  uses: [...uses, { ...use, operators: loaded.operators }],
                  parts: [...parts, ...loaded.parts],
                })),
              ),
            ),
          ),
        ),
      ),
    TE.right(nothing),
  );
};

/** The folder that a plugin is read from: a file's own, or the one that packages are found from. */
const folderOf = (given: string, folder: string): string => {
  const meant = readName(given, folder);
  return E.isRight(meant) && meant.right.kind === 'file' ? dirname(meant.right.path) : folder;
};

/** A file by its whole path, since its own folder is not the one that its name starts from. */
const placed = (given: string, folder: string): { readonly name: string } => {
  const meant = readName(given, folder);
  return { name: E.isRight(meant) && meant.right.kind === 'file' ? meant.right.path : given };
};

const mayRun = (
  use: PluginUse,
  given: readonly PluginDigest[],
  terminal: Terminal,
): TE.TaskEither<Diagnostics, void> =>
  pipe(
    allowedBy('allowed'),
    TE.chainTaskK((isAllowed) => async () => isAllowed(use.digest) || (await askAbout(terminal, given)(use))),
    TE.chain((isAllowed) => (isAllowed ? TE.right(undefined) : TE.left([mustBeAllowed(use)]))),
  );
