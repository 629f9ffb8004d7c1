import { mkdir, realpath, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import { writeFailure } from '../disk/write.js';
import type { GraphNode } from '../pipelines/check/graph.js';
import { FOLDER, lockPath } from '../records/journal/journal.js';
import { takeLock } from '../records/lock.js';
import type { Plan } from './plan/plan.js';

/** Folders that a run writes, beside those of sinks, whose ledgers have locks of their own. */
const foldersOf = ({ graph }: Plan): readonly string[] => {
  const foldersBy = (folderOf: (node: GraphNode) => string | undefined): readonly string[] =>
    graph.nodes.flatMap((node) => folderOf(node) ?? []);
  const ofSinks = new Set(foldersBy(({ operator: { facts }, params }) => facts.sink?.folder(params)));
  const written = foldersBy(({ operator: { facts }, params }) => facts.writes?.(params));
  return [...new Set(written)].filter((folder) => !ofSinks.has(folder)).sort();
};

/** Folders that are this run's alone until it gives them back. */
export interface Hold {
  readonly release: Task<void>;
}

const nothing: Hold = { release: async () => undefined };

/** Takes a folder; undefined where this run has it already, under another name. */
const hold = (folder: string, held: ReadonlySet<string>): TE.TaskEither<Diagnostics, Held | undefined> =>
  pipe(
    TE.tryCatch(
      async () => {
        const made = await mkdir(join(folder, FOLDER), { recursive: true });
        const place = await realpath(folder);
        return held.has(place) ? undefined : { place, made, lock: await takeLock(lockPath(place)) };
      },
      writeFailure(lockPath(folder)),
    ),
    TE.chainEitherK((taken) => {
      if (taken === undefined) return E.right(undefined);
      const { place, made, lock } = taken;
      return pipe(
        lock,
        E.mapLeft(
          ({ pid, host, since }): Diagnostics => [
            failure(
              'run/folder-in-use',
              `Process ${pid} on ${host} has been writing to ${folder} since ${since}.`,
            ),
          ],
        ),
        E.map(({ release }): Held => ({ place, release: released(place, made, release) })),
      );
    }),
  );

interface Held extends Hold {
  readonly place: string;
}

/** Gives a folder back, and leaves no empty one behind that was made for the lock alone. */
const released =
  (place: string, made: string | undefined, release: Task<void>): Task<void> =>
  async () => {
    await release();
    const ours = [join(place, FOLDER), ...(made === undefined ? [] : upTo(place, made))];
    for (const folder of ours) {
      const isGone = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!isGone) return;
    }
  };

/** A folder and those above it, up to the first one that was made. */
const upTo = (folder: string, first: string): readonly string[] =>
  folder.length < first.length ? [] : [folder, ...upTo(dirname(folder), first)];

/**
 * Takes all folders that a run writes, for it alone: a training beside another one in a folder would mix two models.
 * Errors: `run/folder-in-use`; those of `writeAtomically` where a folder cannot be written.
 */
export const holdFolders = (plan: Plan): TE.TaskEither<Diagnostics, Hold> => {
  const next = (
    held: readonly Held[],
    [folder, ...others]: readonly string[],
  ): TE.TaskEither<Diagnostics, Hold> => {
    const release: Task<void> = async () => {
      for (const each of held.toReversed()) await each.release();
    };
    if (folder === undefined) return TE.right(held.length === 0 ? nothing : { release });
    return pipe(
      hold(folder, new Set(held.map(({ place }) => place))),
      TE.orElseFirstTaskK(() => release),
      TE.chain((taken) => next(taken === undefined ? held : [...held, taken], others)),
    );
  };
  return next([], foldersOf(plan));
};
