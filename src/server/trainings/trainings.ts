import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, didYouMean, failure } from '../../diagnostics/index.js';
import { startTraining, type TrainingProcess } from '../../execution/trainings/child.js';
import { type PictureFolder, pictureFoldersBelow, trainingsBelow } from '../../execution/trainings/find.js';
import { lookAtTraining } from '../../execution/trainings/on-disk.js';
import type { TrainingSetup } from '../../execution/trainings/protocol.js';
import { begunBy, type Recipe, resumedFrom } from '../../execution/trainings/recipes.js';
import type { Json } from '../../ports/index.js';
import type { Roots } from '../jobs/roots.js';
import { type Known, type Own, stateOf } from './shown.js';

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

interface Running extends Own {
  readonly ended: Promise<void>;
}

const idOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 20);

const state = (message: string): Diagnostics => [failure('serve/training-state', message)];

/** Keeps the trainings below a folder. */
export const openTrainings = ({
  served,
  recipes,
  roots,
  engine,
  start = startTraining,
}: TrainingOptions): Trainings => {
  const running = new Map<string, Running>();
  let looked: { readonly at: number; readonly folders: Promise<readonly string[]> } | undefined;
  let isClosing = false;

  const foldersOnDisk = (): Promise<readonly string[]> => {
    const now = performance.now();
    if (looked === undefined || now - looked.at > FRESH)
      looked = { at: now, folders: trainingsBelow(served) };
    return looked.folders;
  };
  const known = async (folder: string): Promise<Known> => {
    const name = (relative(served, folder) || '.').replaceAll('\\', '/');
    return { id: idOf(name), name, folder, own: running.get(folder), disk: await lookAtTraining(folder) };
  };
  const list = async (): Promise<readonly Known[]> => {
    const folders = new Set([...(await foldersOnDisk()), ...running.keys()]);
    const all = await Promise.all([...folders].map(known));
    return all.sort((a, b) => b.disk.changed - a.disk.changed || a.name.localeCompare(b.name));
  };
  const find =
    (id: string): TE.TaskEither<Diagnostics, Known> =>
    async () => {
      const folders = [...(await foldersOnDisk()), ...running.keys()];
      const folder = folders.find(
        (each) => idOf((relative(served, each) || '.').replaceAll('\\', '/')) === id,
      );
      return folder === undefined
        ? E.left([failure('serve/no-training', `There is no training ${id}.`)])
        : E.right(await known(folder));
    };

  /** One at a time: it takes all processors there are. */
  const mayBegin = (): E.Either<Diagnostics, void> => {
    if (isClosing) return E.left([failure('serve/stopping', 'The server is being stopped.')]);
    for (const [folder, { process }] of running)
      if (process !== undefined)
        return E.left(
          state(
            `The training ${relative(served, folder)} runs. One is run at a time: stop it first, or wait.`,
          ),
        );
    return E.right(undefined);
  };

  const launch = (folder: string, setup: TrainingSetup): void => {
    const process = start(setup);
    const ended = process.ended.then((problem) => {
      running.set(folder, { process: undefined, isStopping: false, problem, ended: Promise.resolve() });
    });
    running.set(folder, { process, isStopping: false, problem: undefined, ended });
    looked = undefined;
  };

  /** Begins, if it may: nothing is waited for in between, so that of two requests one alone begins. */
  const launched =
    (folder: string, setup: TrainingSetup): TE.TaskEither<Diagnostics, Known> =>
    async () => {
      const may = mayBegin();
      if (E.isLeft(may)) return may;
      launch(folder, setup);
      return E.right(await known(folder));
    };

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
          () => async () => ((await trainingsBelow(to)).length > 0 ? E.left(taken(kept)) : E.right(null)),
        ),
        TE.chain(({ setup }) => launched(to, setup)),
      );
    },
    stop: (id) =>
      pipe(
        find(id),
        TE.chain(({ folder, name, disk }) => async () => {
          const own = running.get(folder);
          if (own?.process === undefined)
            return E.left(
              state(
                disk.holder === undefined
                  ? `The training ${name} does not run.`
                  : `Process ${disk.holder.pid} trains ${name}, which this server has not begun: stop it where it was begun.`,
              ),
            );
          own.process.stop();
          running.set(folder, { ...own, isStopping: true });
          return E.right(await known(folder));
        }),
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
    close: async (late) => {
      isClosing = true;
      const all = [...running.values()].filter(({ process }) => process !== undefined);
      for (const { process } of all) process?.stop();
      const kill = (): void => {
        for (const { process } of all) process?.kill();
      };
      if (late.aborted) kill();
      else late.addEventListener('abort', kill, { once: true });
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
};

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
