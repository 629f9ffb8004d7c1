import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { compilePipeline } from '../../execution/compile.js';
import { escapeBraces } from '../../operator/params/template.js';
import { decode, encode, ensembleAverage, model as onnxModel, type Registry, save } from '../../ops/index.js';
import { absolutePath } from '../../pipelines/check/absolute-path.js';
import { pipeline } from '../../pipelines/code.js';
import { shippedModelNames } from '../../pipelines/shipped.js';
import { namedPlugins, type PluginArguments } from '../allow-plugins.js';
import { chosenFiles } from '../chosen-files.js';
import type { Exit } from '../exit.js';
import { shortPath } from '../printable.js';
import type { Terminal } from '../terminal.js';
import { type ModelState, stateOf } from '../trained-model.js';
import { type RunArguments, runCompiled } from './run.js';

/** What `pipe apply` is given. */
export interface ApplyArguments
  extends Omit<RunArguments, 'set' | 'allow' | 'resume' | 'laws'>,
    PluginArguments {
  readonly to: string;
  readonly overwrite: boolean;
  readonly strength: number;
}

/** `pipe apply`: edits photos with a trained model, without a file that says how. Runs, records and receipts are those of any pipeline. */
export const apply = async (
  model: string,
  photos: readonly string[],
  { to, overwrite, strength, plugin, allowPlugin, ...options }: ApplyArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const plan = pipe(
    TE.Do,
    TE.bind('places', () => placesOf(photos, terminal.folder)),
    TE.bind('known', () => namedPlugins({ plugin, allowPlugin }, terminal)),
    TE.bind('edit', ({ known }) =>
      editOf(absolutePath(model, terminal.folder), strength, known.registry, terminal),
    ),
    TE.chain(({ places: { paths, areFolders }, known, edit }) =>
      compilePipeline(
        pipeline(
          chosenFiles(paths, areFolders),
          decode(),
          edit,
          encode(),
          save({ to: `${escapeBraces(resolve(terminal.folder, to))}/{path}`, overwrite }),
        ).with({ name: 'apply' }),
        known.uses,
      ),
    ),
  );
  return runCompiled(
    plan,
    { ...options, set: {}, allow: [], allowPlugin: [], resume: false, laws: false },
    terminal,
  );
};

interface Places {
  readonly paths: readonly [string, ...string[]];
  readonly areFolders: readonly boolean[];
}

const placesOf =
  (photos: readonly string[], folder: string): TE.TaskEither<Diagnostics, Places> =>
  async () => {
    const paths = photos.map((photo) => absolutePath(photo, folder));
    const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
    const missing = paths.filter((_, i) => found[i] === undefined);
    return missing.length > 0
      ? E.left(
          missing.map((path) =>
            failure('file/missing', `There is no ${shortPath(path, folder)}.`),
          ) as unknown as Diagnostics,
        )
      : E.right({
          paths: paths as unknown as Places['paths'],
          areFolders: found.map((stats) => stats?.isDirectory() === true),
        });
  };

/** Error: `file/missing`, with the models that ship. */
const isThere =
  (path: string, folder: string): TE.TaskEither<Diagnostics, void> =>
  async () => {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) return E.right(undefined);
    const names = await shippedModelNames();
    return E.left([
      failure('file/missing', `There is no model ${shortPath(path, folder)}.`, {
        hint: `Give the folder of a training or of a model, or one that ships: ${names.map((name) => `prismflow:${name}`).join(', ')}.`,
      }),
    ]);
  };

type Edit = ReturnType<typeof ensembleAverage>;

/** The step that edits: an ONNX file as it is, a trained model by its snapshots, or by its latest checkpoint where there are none. */
const editOf = (
  path: string,
  strength: number,
  registry: Registry,
  { err, folder }: Terminal,
): TE.TaskEither<Diagnostics, Edit> =>
  /\.onnx$/i.test(path)
    ? TE.right(onnxModel({ file: path }))
    : pipe(
        isThere(path, folder),
        TE.chain(() => stateOf(path)),
        TE.map((state: ModelState) => {
          if (state.kind === 'latest')
            err(
              `${shortPath(path, folder)} has no snapshot yet: its latest checkpoint is used, of step ${state.step}.\n`,
            );
          const step = ensembleAverage({
            models: path,
            strength,
            ...(state.kind === 'latest' ? { at: 'latest' as const } : {}),
          });
          // The one that knows the networks of plugins.
          return { ...step, operator: registry.get(step.operator.name) ?? step.operator };
        }),
      );
