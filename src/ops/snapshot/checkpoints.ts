import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Diagnostic, type Diagnostics, failure, messageOf, warning } from '../../diagnostics/index.js';
import { readTensors, writeTensors, writeWhole } from '../../nn/models/index.js';
import type { Checkpoints, SavedTraining } from '../../operator/checkpoints.js';
import type { Training } from '../../ports/index.js';

const key = t.type({ path: t.string, index: t.number, epoch: t.number });

/** What stands beside the tensors of a checkpoint; without it they do not count. */
const manifestCodec = t.type({
  format: t.literal('prismflow-checkpoint'),
  version: t.literal(1),
  step: t.number,
  sha256: t.string,
  bytes: t.number,
  position: t.record(t.string, key),
});

const NAME = /^step-(\d+)\.json$/;

const fileOf = (folder: string, step: number, kind: 'json' | 'safetensors'): string =>
  join(folder, `step-${String(step).padStart(8, '0')}.${kind}`);

/** Steps that there are checkpoints of, latest first; none where there is no folder. */
const stepsIn = (folder: string): TE.TaskEither<Diagnostics, readonly number[]> =>
  TE.tryCatch(
    async () => {
      const names = await readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code === 'ENOENT') return [];
        throw thrown;
      });
      return names.flatMap((name) => NAME.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => b - a);
    },
    (cause): Diagnostics => [
      failure('file/unreadable', `${folder} cannot be read: ${messageOf(cause)}.`, { cause }),
    ],
  );

const readCheckpoint = (folder: string, step: number): TE.TaskEither<Diagnostics, SavedTraining> => {
  const path = fileOf(folder, step, 'json');
  return pipe(
    TE.tryCatch(
      () => readFile(path, 'utf8'),
      (cause): Diagnostics => [
        failure('file/unreadable', `${path} cannot be read: ${messageOf(cause)}.`, { cause }),
      ],
    ),
    TE.chainEitherK((text) =>
      pipe(
        E.tryCatch((): unknown => JSON.parse(text), messageOf),
        E.chainW(manifestCodec.decode),
        E.mapLeft((): Diagnostics => [failure('weights/damaged', `${path} is no whole manifest.`)]),
      ),
    ),
    TE.chain(({ position, sha256, bytes }) =>
      pipe(
        readTensors(fileOf(folder, step, 'safetensors'), { sha256, bytes }),
        TE.map(({ tensors }) => ({ step, state: tensors, position })),
      ),
    ),
  );
};

/** The latest checkpoint that is whole. An error only when there are some and none is. */
const latestOf = (
  folder: string,
  steps: readonly number[],
  damaged: Diagnostics | readonly [] = [],
): Checkpoints['latest'] => {
  const [step, ...before] = steps;
  if (step === undefined) return damaged.length === 0 ? TE.right(O.none) : TE.left(damaged as Diagnostics);
  return pipe(
    readCheckpoint(folder, step),
    TE.map((saved) => O.some({ saved, warnings: damaged.map((each) => passedOver(each, saved.step)) })),
    TE.orElse((faults) => latestOf(folder, before, [...damaged, ...faults] as unknown as Diagnostics)),
  );
};

const passedOver = ({ message }: Diagnostic, step: number): Diagnostic =>
  warning('training/checkpoint-damaged', `${message} The one of step ${step} is used.`);

/** The checkpoints in a folder. */
export const checkpointsIn = (folder: string): Checkpoints => ({
  folder,
  latest: pipe(
    stepsIn(folder),
    TE.chain((steps) => latestOf(folder, steps)),
  ),
});

/**
 * Writes a checkpoint: the tensors, then the manifest that makes them count, each whole or not at all; then removes all
 * but the latest `keep`. What is later than this one, from before a resume of an earlier step, goes too.
 */
export const writeCheckpoint = (
  folder: string,
  { step, state, position }: Pick<Training, 'step' | 'state' | 'position'>,
  keep: number,
): TE.TaskEither<Diagnostics, void> =>
  pipe(
    // A manifest of the same step must not name tensors that are about to be replaced.
    TE.fromTask<void, Diagnostics>(() => remove(folder, step, ['json'])()),
    TE.chain(() => writeTensors(fileOf(folder, step, 'safetensors'), state, { step: String(step) })),
    TE.chain(({ sha256, bytes }) =>
      writeWhole(
        fileOf(folder, step, 'json'),
        new TextEncoder().encode(
          `${JSON.stringify(manifestCodec.encode({ format: 'prismflow-checkpoint', version: 1, step, sha256, bytes, position: { ...position } }), null, 2)}\n`,
        ),
      ),
    ),
    TE.chain(() => stepsIn(folder)),
    TE.chainTaskK((steps) => async () => {
      const kept = steps.filter((each) => each <= step).slice(0, keep);
      await Promise.all(
        steps
          .filter((each) => !kept.includes(each))
          .map((each) => remove(folder, each, ['json', 'safetensors'])()),
      );
    }),
  );

/** Manifests first: tensors without one do not count. */
const remove =
  (folder: string, step: number, kinds: readonly ('json' | 'safetensors')[]): Task<void> =>
  async () => {
    for (const kind of kinds) await rm(fileOf(folder, step, kind), { force: true }).catch(() => undefined);
  };
