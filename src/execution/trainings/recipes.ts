import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { stringify } from 'yaml';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { checkpointFolder } from '../../nn/models/checkpoint-folder.js';
import { latestState } from '../../nn/models/checkpoints.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { requireLoaded } from '../../pipelines/check/loaded.js';
import { isLoaded } from '../../pipelines/check/unloaded.js';
import { analyse, type SourceFile } from '../../pipelines/compile.js';
import { fromPipelines } from '../../pipelines/from-pipelines.js';
import type { ParamSource, PipelineSource } from '../../pipelines/parse/pipeline-file.js';
import { examples } from '../../pipelines/shipped.js';
import { definedOnly } from '../../ports/defined.js';
import type { Json } from '../../ports/index.js';
import { exampleValues } from '../editing/offers.js';
import { type ParametersSchema, parametersSchema, textsOf } from '../editing/parameters.js';
import { keptTraining } from '../resume.js';
import type { TrainingSetup } from './protocol.js';

/** A pipeline that trains: it reads folders of photos, and keeps all that it learns in one folder. */
export interface Recipe {
  readonly name: string;
  readonly about: string;
  readonly source: 'file' | 'shipped';
  /** Its parameters but for paths. */
  readonly parameters: ParametersSchema;
  /** The paths that it reads. */
  readonly folders: readonly { readonly name: string; readonly about: string }[];
  /** The parameter by which it is told where to keep what it learns. */
  readonly output: string;
  readonly declared: readonly ParamSource[];
  readonly file: SourceFile;
  /** Which pipeline of the file. */
  readonly pipeline?: string;
}

/** The pipelines of a file that train; those with plugins that were not allowed are none. Errors: those of reading the file. */
export const recipesOf = (
  file: SourceFile,
  source: Recipe['source'],
): TE.TaskEither<Diagnostics, readonly Recipe[]> =>
  fromPipelines(file, (each) => recipeOf(file, source, each));

/** The examples that train. */
export const shippedRecipes = async (): Promise<readonly Recipe[]> => {
  const names = (await readdir(examples).catch((): string[] => []))
    .filter((name) => name.startsWith('train-') && name.endsWith('.yaml'))
    .sort();
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(examples, name);
      return recipesOf({ path, text: await readFile(path, 'utf8') }, 'shipped')();
    }),
  );
  return found.flatMap((each) => (E.isLeft(each) ? [] : each.right));
};

const recipeOf = async (
  file: SourceFile,
  source: Recipe['source'],
  { name, about = '', params }: PipelineSource,
): Promise<Recipe | undefined> => {
  const paths = params.filter(({ declaration }) => declaration.type === 'path');
  // Each path is given a place of its own, to see which of them the training is kept in.
  const placeOf = (param: string): string => resolve(dirname(file.path), `.place-of-${param}`);
  const places = Object.fromEntries(paths.map((each) => [each.name, placeOf(each.name)]));
  const graph = await analyse(file, {
    set: { ...exampleValues(params), ...places },
    ...definedOnly({ pipeline: name }),
  })();
  if (E.isLeft(graph) || !isLoaded(graph.right)) return undefined;
  const folder = keptTraining(graph.right)?.checkpoints.model.folder;
  const output = paths.find((each) => placeOf(each.name) === folder);
  if (folder === undefined || output === undefined || !writesOnly(graph.right, folder)) return undefined;
  return {
    name: name ?? basename(file.path).replace(/\.ya?ml$/, ''),
    about,
    source,
    parameters: parametersSchema(params),
    folders: paths
      .filter((each) => each !== output)
      .map((each) => ({ name: each.name, about: each.declaration.about ?? '' })),
    output: output.name,
    declared: params,
    file,
    ...definedOnly({ pipeline: name }),
  };
};

/** Whether all that a pipeline writes goes to one folder. */
const writesOnly = ({ nodes }: Graph, folder: string): boolean =>
  nodes.every(({ operator: { facts }, params }) => {
    const written = facts.writes?.(params);
    return facts.sink === undefined && (written === undefined || written === folder);
  });

/** What a training is begun with. */
export interface Begun {
  /** Absolute paths by the names of the recipe's folders. */
  readonly folders: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, Json>>;
  /** Where it keeps what it learns: an absolute path. */
  readonly to: string;
  readonly engine: string;
}

/** A recipe with all its values, checked. Errors: those of parameters. */
export const begunBy = (
  { file, pipeline, declared, output }: Recipe,
  { folders, parameters, to, engine }: Begun,
): TE.TaskEither<Diagnostics, TrainingSetup> =>
  pipe(
    TE.fromEither(textsOf(declared, parameters)),
    TE.map((texts) => ({ ...texts, ...folders, [output]: to })),
    TE.chainFirst((set) => analyse(file, { set, ...definedOnly({ pipeline }) })),
    TE.map((set) => ({ file, set, engine, resume: false, ...definedOnly({ pipeline }) })),
  );

/**
 * What goes on with a training from its latest checkpoint: the pipeline that is noted there, whoever began it. Errors:
 * `training/not-resumable`; those of the pipeline, `plugin/not-allowed` among them.
 */
export const resumedFrom = (folder: string, engine: string): TE.TaskEither<Diagnostics, TrainingSetup> =>
  pipe(
    latestState(checkpointFolder(folder)),
    TE.chain((latest) => {
      const pipeline = latest._tag === 'None' ? undefined : latest.value.pipeline;
      return pipeline === undefined
        ? TE.left([
            failure(
              'training/not-resumable',
              `${basename(folder)} has no checkpoint that says by which pipeline it was made.`,
              {
                hint: 'Begin anew under another name, or go on on the command line: `pipe run FILE --resume`.',
              },
            ),
          ])
        : TE.right(pipeline);
    }),
    TE.map(
      (pipeline): TrainingSetup => ({ file: notedFile(folder, pipeline), set: {}, engine, resume: true }),
    ),
    TE.chainFirst(({ file }) =>
      pipe(
        analyse(file),
        TE.chainEitherK(requireLoaded),
        TE.filterOrElse(
          (graph) => writesOnly(graph, folder) && keptTraining(graph)?.checkpoints.model.folder === folder,
          (): Diagnostics => [
            failure(
              'training/not-resumable',
              `The training in ${basename(folder)} also writes elsewhere, so it is not gone on with from here.`,
              { hint: 'Go on with it on the command line: `pipe run FILE --resume`.' },
            ),
          ],
        ),
      ),
    ),
  );

/** The pipeline that a checkpoint notes, as a file of the training's folder: paths in it start there. */
const notedFile = (folder: string, pipeline: Json): SourceFile => ({
  path: join(folder, 'pipeline.yaml'),
  shown: `the pipeline of ${basename(folder)}`,
  text: stringify(pipeline, { lineWidth: 0 }),
});
