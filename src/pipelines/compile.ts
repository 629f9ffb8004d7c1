import { basename, dirname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, didYouMean, failure } from '../diagnostics/index.js';
import { builtIn, type Registry } from '../ops/index.js';
import { check } from './check/check.js';
import type { Graph } from './check/graph.js';
import { asLive, type LiveOptions } from './live.js';
import { type PipelineFile, type PipelineSource, readPipelineFile } from './parse/pipeline-file.js';
import { parseYaml } from './parse/yaml.js';
import {
  inspectPlugins,
  type LoadedPlugins,
  loadPlugins,
  notLoaded,
  type PluginPolicy,
  type PluginUse,
} from './plugins.js';

/** The text of a pipeline's file. */
export interface SourceFile {
  /** Relative paths in the file start at its folder. */
  readonly path: string;
  /** How messages call it. Default: its path. */
  readonly shown?: string;
  readonly text: string;
}

/** How to compile. */
export interface CompileOptions {
  /** Which pipeline of a file with several. */
  readonly pipeline?: string;
  /** Values of parameters, as text. */
  readonly set?: Readonly<Record<string, string>>;
  /** Operators beside those of the file's plugins. Default: those that come with Prismflow. */
  readonly registry?: Registry;
  /**
   * Which plugins may run. Others are not loaded: the graph shows steps that may come from them as such, warns of them, and
   * does not run. Default: those that the user allowed on this machine.
   */
  readonly plugins?: PluginPolicy;
  /** Waits for files that come, in the place of those that are there: see `asLive`. */
  readonly live?: LiveOptions;
  /**
   * Places in the network that the file may name: `s3://bucket/prefix`, `redis://host:6379`. Those given in `set` are allowed. Default:
   * none.
   */
  readonly allow?: readonly string[];
  /** Where relative paths in `set` start. Default: the working directory. */
  readonly folder?: string;
}

/** The phases that need no more than the file and its plugins: what `pipe check` and editors do while one types. */
export const analyse = (
  { path, shown = path, text }: SourceFile,
  {
    pipeline,
    set = {},
    registry = builtIn,
    plugins: policy = 'allowed',
    live,
    folder = process.cwd(),
  }: CompileOptions = {},
): TE.TaskEither<Diagnostics, Graph> =>
  pipe(
    // 1. Parse: text to sections and steps, each with its place.
    TE.fromEither(parse(shown, text)),
    // 2. Load those of the plugins that the file names which the user allowed.
    TE.bindTo('file'),
    TE.bind('plugins', ({ file }) =>
      TE.fromTask(loadPlugins(file.plugins, dirname(resolve(path)), registry, policy)),
    ),
    // 3. Check: parameters read, names found, ports unified.
    TE.chainEitherK(({ file, plugins }) =>
      pipe(
        choose(file, pipeline, shown),
        E.chain((source) => (live === undefined ? E.right(source) : asLive(source, live))),
        E.chain((source) =>
          check(source, {
            registry: plugins.registry,
            isPartial:
              plugins.faults.length > 0 || plugins.uses.some(({ operators }) => operators === undefined),
            set,
            folders: { file: dirname(resolve(path)), user: folder },
            name: basename(path).replace(/\.ya?ml$/, ''),
          }),
        ),
        withPlugins(plugins, policy),
      ),
    ),
  );

/** What was found, with what there is to say about plugins. */
const withPlugins =
  ({ uses, faults }: LoadedPlugins, policy: PluginPolicy) =>
  (checked: E.Either<Diagnostics, Graph>): E.Either<Diagnostics, Graph> => {
    const said = [...faults, ...notLoaded(uses, policy)];
    const [first, ...others] = [...said, ...(E.isLeft(checked) ? checked.left : [])];
    if (first !== undefined && (faults.length > 0 || E.isLeft(checked))) return E.left([first, ...others]);
    return E.Monad.map(checked, (graph) => ({
      ...graph,
      plugins: uses,
      warnings: [...said, ...graph.warnings],
    }));
  };

/** The plugins that a file names, with the digests of what they would execute; nothing of them runs. */
export const pluginsIn = ({
  path,
  shown = path,
  text,
}: SourceFile): TE.TaskEither<Diagnostics, readonly PluginUse[]> =>
  pipe(
    TE.fromEither(parse(shown, text)),
    TE.chain((file) => inspectPlugins(file.plugins, dirname(resolve(path)))),
  );

/** The sections of a file. */
export const parse = (shown: string, text: string): E.Either<Diagnostics, PipelineFile> =>
  pipe(parseYaml(text, shown), E.chain(readPipelineFile));

/** The pipeline of a file that is meant. */
const choose = (
  { pipelines }: PipelineFile,
  name: string | undefined,
  shown: string,
): E.Either<Diagnostics, PipelineSource> => {
  const [only, second] = pipelines;
  const names = pipelines.flatMap((each) => (each.name === undefined ? [] : [each.name]));
  if (name === undefined && only !== undefined && second === undefined) return E.right(only);
  const chosen = pipelines.find((each) => each.name === name);
  if (name !== undefined && chosen !== undefined) return E.right(chosen);
  return E.left([
    name === undefined
      ? failure('pipeline/several', `${shown} holds ${names.length} pipelines: ${names.join(', ')}.`)
      : failure('pipeline/not-found', `${shown} holds no pipeline \`${name}\`.`, {
          hint: didYouMean(name, names),
        }),
  ]);
};
