import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, didYouMean, failure } from '../../diagnostics/index.js';
import { startTraining, type TrainingProcess } from '../../execution/trainings/child.js';
import {
  isTrainingAt,
  type PictureFolder,
  pictureFoldersBelow,
  trainingsBelow,
} from '../../execution/trainings/find.js';
import { lookAtTraining } from '../../execution/trainings/on-disk.js';
import type { TrainingSetup } from '../../execution/trainings/protocol.js';
import { begunBy, type Recipe, resumedFrom } from '../../execution/trainings/recipes.js';
import type { Json } from '../../ports/index.js';
import type { Roots } from '../jobs/roots.js';
import { createProcesses, type Processes } from './processes.js';
import { type Known, stateOf } from './shown.js';

/** What a training is asked for with. */
export interface Wanted {
  readonly recipe: string;
  /** The folder in `runs` that it is kept in. */
  readonly name: string;
  /** Paths by the names of the recipe's folders. */
  readonly folders: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, Json>>;
}

/** The trainings below a folder. What stands on the disk is what is known of them; only processes are held here. */
export interface Trainings {
  readonly recipes: readonly Recipe[];
  /** The folders that a training may learn from, each below one that the operator allowed. */
  readonly folders: () => Promise<readonly PictureFolder[]>;
  /** All of them, the one that something was last heard of first. */
  readonly list: () => Promise<readonly Known[]>;
  /** Error: `serve/no-training`. */
  readonly find: (id: string) => TE.TaskEither<Diagnostics, Known>;
  /** Errors: `serve/no-training`, `serve/request`, `serve/training-state`, `training/exists`, those of paths and parameters. */
  readonly begin: (wanted: Wanted) => TE.TaskEither<Diagnostics, Known>;
  /** Errors: `serve/no-training`, `serve/training-state`. */
  readonly stop: (id: string) => TE.TaskEither<Diagnostics, Known>;
  /** Errors: `serve/no-training`, `serve/training-state`, `training/not-resumable`. */
  readonly resume: (id: string) => TE.TaskEither<Diagnostics, Known>;
  /** Has all that was begun here keep what it learned, and end; those that have not when the signal aborts are ended. */
  readonly close: (late: AbortSignal) => Promise<void>;
}

/** What trainings are kept by. */
export interface TrainingOptions {
  /** The folder that is served. */
  readonly served: string;
  readonly recipes: readonly Recipe[];
  readonly roots: Roots;
  readonly engine: string;
  /** Default: a process of its own for each. */
  readonly start?: (setup: TrainingSetup) => TrainingProcess;
}

/** Where trainings are kept that are begun here. */
const RUNS = 'runs';

/** Milliseconds for which folders are not looked through again. */
const FRESH = 1000;

const nameOf = (served: string, folder: string): string =>
  (relative(served, folder) || '.').replaceAll('\\', '/');

const idOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 20);

const state = (message: string): Diagnostics => [failure('serve/training-state', message)];

/** What looks at the trainings that there are: those on the disk, and those whose processes have not written yet. */
const lookout = (served: string, processes: Processes) => {
  let looked: { readonly at: number; readonly folders: Promise<readonly string[]> } | undefined;
  const folders = async (): Promise<readonly string[]> => {
    const now = performance.now();
    if (looked === undefined || now - looked.at > FRESH)
      looked = { at: now, folders: trainingsBelow(served) };
    return [...new Set([...(await looked.folders), ...processes.folders()])];
  };
  /** Folders by their ids: one that is asked for again and again is not looked for among all. */
  const known = new Map<string, string>();
  const folderOf = async (id: string): Promise<string | undefined> => {
    const before = known.get(id);
    if (before !== undefined && (processes.of(before) !== undefined || (await isTrainingAt(before))))
      return before;
    return (await folders()).find((each) => idOf(nameOf(served, each)) === id);
  };
  const at = async (folder: string): Promise<Known> => {
    const name = nameOf(served, folder);
    const id = idOf(name);
    known.set(id, folder);
    return { id, name, folder, own: processes.of(folder), disk: await lookAtTraining(folder) };
  };
  return {
    at,
    list: async (): Promise<readonly Known[]> => {
      const all = await Promise.all((await folders()).map(at));
      return all.sort((a, b) => b.disk.changed - a.disk.changed || a.name.localeCompare(b.name));
    },
    find:
      (id: string): TE.TaskEither<Diagnostics, Known> =>
      async () => {
        const folder = await folderOf(id);
        return folder === undefined
          ? E.left([failure('serve/no-training', `There is no training ${id}.`)])
          : E.right(await at(folder));
      },
  };
};

/** Keeps the trainings below a folder. */
export const openTrainings = ({
  served,
  recipes,
  roots,
  engine,
  start = startTraining,
}: TrainingOptions): Trainings => {
  const processes = createProcesses(start);
  const { at, list, find } = lookout(served, processes);
  const launched = (folder: string, setup: TrainingSetup): TE.TaskEither<Diagnostics, Known> =>
    pipe(
      TE.fromIOEither(() => processes.launch(folder, setup)),
      TE.chainTaskK(() => () => at(folder)),
    );
  return {
    recipes,
    folders: async () => {
      const found = await Promise.all(roots.tops.map(pictureFoldersBelow));
      return [...new Map(found.flat().map((each) => [each.path, each])).values()];
    },
    list,
    find,
    begin: ({ recipe: name, name: kept, folders: given, parameters }) => {
      const to = join(served, RUNS, kept);
      return pipe(
        TE.fromEither(recipeNamed(recipes, name)),
        TE.bindTo('recipe'),
        TE.bind('folders', ({ recipe }) => foldersOf(recipe, given, roots)),
        TE.bind('setup', ({ recipe, folders }) => begunBy(recipe, { folders, parameters, to, engine })),
        TE.chainFirst(
          () => async () =>
            (await trainingsBelow(to)).length > 0 ? E.left(taken(kept)) : E.right(undefined),
        ),
        TE.chain(({ setup }) => launched(to, setup)),
      );
    },
    stop: (id) =>
      pipe(
        find(id),
        TE.filterOrElse(({ folder }) => processes.stop(folder), notOurs),
        TE.chainTaskK(
          ({ folder }) =>
            () =>
              at(folder),
        ),
      ),
    resume: (id) =>
      pipe(
        find(id),
        TE.filterOrElse(
          (each) => ['stopped', 'failed'].includes(stateOf(each)),
          (each) =>
            state(`The training ${each.name} is ${stateOf(each)}, so there is nothing to go on with.`),
        ),
        TE.bindTo('before'),
        TE.bind('setup', ({ before }) => resumedFrom(before.folder, engine)),
        TE.chain(({ before, setup }) => launched(before.folder, setup)),
      ),
    close: processes.close,
  };
};

const notOurs = ({ name, disk: { holder } }: Known): Diagnostics =>
  state(
    holder === undefined
      ? `The training ${name} does not run.`
      : `Process ${holder.pid} trains ${name}, which this server has not begun: stop it where it was begun.`,
  );

const taken = (name: string): Diagnostics => [
  failure('training/exists', `There is a training in ${RUNS}/${name} already.`, {
    hint: 'Choose another name, or go on with that one.',
  }),
];

const recipeNamed = (recipes: readonly Recipe[], name: string): E.Either<Diagnostics, Recipe> =>
  E.fromNullable<Diagnostics>([
    failure('serve/no-training', `There is no recipe \`${name.slice(0, 100)}\`.`, {
      hint: didYouMean(
        name,
        recipes.map((each) => each.name),
      ),
    }),
  ])(recipes.find((each) => each.name === name));

/** Where the folders of a recipe really lie. */
const foldersOf = (
  { folders, name }: Recipe,
  given: Readonly<Record<string, string>>,
  roots: Roots,
): TE.TaskEither<Diagnostics, Readonly<Record<string, string>>> => {
  const names = folders.map((each) => each.name);
  const unknown = Object.keys(given).find((each) => !names.includes(each));
  const missing = names.find((each) => !Object.hasOwn(given, each));
  const wrong =
    unknown !== undefined
      ? `\`${name}\` reads no folder \`${unknown.slice(0, 100)}\``
      : missing !== undefined
        ? `\`${name}\` also needs the folder \`${missing}\``
        : undefined;
  return wrong !== undefined
    ? TE.left([failure('serve/request', `${wrong}: its folders are ${names.join(', ')}.`)])
    : pipe(
        names,
        TE.traverseArray((each) =>
          pipe(
            roots.folderAt(given[each] ?? ''),
            TE.map((path) => [each, path] as const),
          ),
        ),
        TE.map((entries) => Object.fromEntries(entries)),
      );
};
