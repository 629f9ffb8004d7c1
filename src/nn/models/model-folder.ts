import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { all, DiagnosticError, type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { readBytes, systemCodeOf } from '../../disk/read.js';
import type { HostTensor, NetworkSpec } from '../../ports/index.js';
import { BEST, bestFolder } from './best-folder.js';
import {
  decodeManifest,
  encodeManifest,
  isModelFile,
  MAX_MANIFEST,
  MODEL_JSON,
  type ModelManifest,
  type Snapshot,
  snapshotFile,
} from './model-json.js';
import { checkInside, type Demands, readTensors, writeTensors, writeWhole } from './tensor-file.js';

/** A snapshot and its weights, float32, by parameter name. */
export interface SnapshotWeights extends Snapshot {
  readonly weights: Readonly<Record<string, HostTensor<'float32'>>>;
}

/** A trained model in memory. */
export interface TrainedFolder extends Omit<ModelManifest, 'snapshots'> {
  /** From the first to the last. */
  readonly snapshots: readonly SnapshotWeights[];
}

const noModel = (path: string): Diagnostics => [
  failure('weights/no-model', `${path} holds no trained model: there is no ${MODEL_JSON} in it.`),
];

/** What a folder's `model.json` says; the weights are not looked at. Errors: `weights/no-model`, `weights/model-json`. */
export const readManifest = (path: string): TE.TaskEither<Diagnostics, ModelManifest> =>
  pipe(
    readBytes(join(path, MODEL_JSON), MAX_MANIFEST),
    TE.mapLeft(([{ code, message, cause }]): Diagnostics => {
      if (code === 'image/not-found') return noModel(path);
      return code === 'image/file-too-large'
        ? [failure('weights/model-json', message, { hint: 'It is no description of a model.' })]
        : [failure('weights/unreadable', message, { cause })];
    }),
    TE.chainFirst(() => inside(join(path, MODEL_JSON), path)),
    TE.chainEitherK((bytes) => decodeManifest(join(path, MODEL_JSON), new TextDecoder().decode(bytes))),
  );

const inside = (path: string, folder: string): TE.TaskEither<Diagnostics, void> =>
  TE.tryCatch(
    () => checkInside(path, folder),
    (cause): Diagnostics =>
      cause instanceof DiagnosticError
        ? cause.diagnostics
        : [failure('weights/unreadable', `${path} cannot be read: ${messageOf(cause)}.`, { cause })],
  );

/** Files of a folder that are part of a model, by their names; none where there is no folder. Error: `weights/unreadable`. */
export const modelFilesIn = (path: string): TE.TaskEither<Diagnostics, readonly string[]> =>
  TE.tryCatch(
    async () => {
      const names = await readdir(path).catch((thrown: unknown) => {
        if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(thrown))) return [];
        throw thrown;
      });
      return names.filter(isModelFile).sort();
    },
    (cause): Diagnostics => [
      failure('weights/unreadable', `${path} cannot be read: ${messageOf(cause)}.`, { cause }),
    ],
  );

/** Files of a folder that a training made models of: those of its model, and of the best one. Error: `weights/unreadable`. */
export const trainedFilesIn = (path: string): TE.TaskEither<Diagnostics, readonly string[]> =>
  pipe(
    modelFilesIn(path),
    TE.bindTo('own'),
    TE.bind('best', () => modelFilesIn(bestFolder(path))),
    TE.map(({ own, best }) => [...own, ...best.map((name) => `${BEST}/${name}`)]),
  );

const onlyFloats: Demands['objection'] = (tensors) => {
  const other = tensors.find(({ dtype }) => dtype !== 'float32');
  return other && `is of no use: its tensor \`${other.name}\` holds ${other.dtype}, no weights`;
};

const readSnapshot =
  (folder: string, objection: Demands['objection']) =>
  (snapshot: Snapshot): TE.TaskEither<Diagnostics, SnapshotWeights> =>
    pipe(
      readTensors(join(folder, snapshot.file), snapshot, {
        inside: folder,
        objection: (tensors) => objection?.(tensors) ?? onlyFloats(tensors),
      }),
      TE.map(({ tensors }) => ({ ...snapshot, weights: tensors as SnapshotWeights['weights'] })),
    );

/**
 * Reads a model's folder: `model.json` and every snapshot, whose size and hash must be those noted. Each snapshot that
 * is missing or damaged is named in an error of its own: `weights/unreadable`, `weights/damaged`,
 * `weights/not-safetensors`.
 *
 * @param chosen which snapshots to read. Default: all
 * @param objection why the tensors of a snapshot are not those of the model; asked before memory is taken for them
 */
export const readModelFolder = (
  path: string,
  chosen: (snapshots: readonly Snapshot[]) => readonly Snapshot[] = (each) => each,
  objection?: (manifest: ModelManifest) => Demands['objection'],
): TE.TaskEither<Diagnostics, TrainedFolder> =>
  pipe(
    readManifest(path),
    TE.chain((manifest) =>
      pipe(
        TE.fromTask<readonly E.Either<Diagnostics, SnapshotWeights>[], Diagnostics>(() =>
          Promise.all(
            chosen(manifest.snapshots).map((snapshot) =>
              readSnapshot(path, objection?.(manifest))(snapshot)(),
            ),
          ),
        ),
        TE.chainEitherK(all),
        TE.map((snapshots) => ({ ...manifest, snapshots })),
      ),
    ),
  );

/** What is known of a new snapshot. */
export interface SnapshotFacts {
  readonly step: number;
  readonly cycle: number;
  /** Free facts for `model.json`, in the place of those that stand there. */
  readonly training?: Readonly<Record<string, unknown>>;
  /** Stores float16: half the size, weights off by up to 1/2048 of themselves. */
  readonly half?: boolean;
  /** Whether it takes the place of all that are there. */
  readonly isAlone?: boolean;
}

const sameSpec = (one: NetworkSpec, other: NetworkSpec): boolean => {
  const sorted = ({ kind, options }: NetworkSpec): string =>
    JSON.stringify([kind, Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))]);
  return sorted(one) === sorted(other);
};

/** The manifest without the snapshots of a step and after: a resumed training makes them anew. */
const upTo = (manifest: ModelManifest, step: number): ModelManifest => ({
  ...manifest,
  snapshots: manifest.snapshots.filter((snapshot) => snapshot.step < step),
});

const writeManifest = (folder: string, manifest: ModelManifest): TE.TaskEither<Diagnostics, void> =>
  writeWhole(join(folder, MODEL_JSON), new TextEncoder().encode(encodeManifest(manifest)));

/** Removes files that the model named before and names no longer; that one cannot be removed does no harm. */
const clear =
  (folder: string, before: ModelManifest, after: ModelManifest): Task<void> =>
  async () => {
    const named = new Set(after.snapshots.map(({ file }) => file));
    const stale = before.snapshots.filter(({ file }) => !named.has(file));
    await Promise.all(
      stale.map(({ file }) => rm(join(folder, file), { force: true }).catch(() => undefined)),
    );
  };

/**
 * Adds a snapshot to a model's folder, which is made if it is not there, and gives what `model.json` says then.
 * Snapshots of the same step or later ones, left from before a resume, are replaced, and all others by one that is alone. At every moment the folder holds
 * a whole model: the weights are written and synced first, `model.json` last.
 * Errors: `weights/other-model` when earlier snapshots are of another network; those of reading and writing.
 */
export const addSnapshot = (
  path: string,
  generator: NetworkSpec,
  weights: Readonly<Record<string, HostTensor>>,
  { step, cycle, training, half = false, isAlone = false }: SnapshotFacts,
): TE.TaskEither<Diagnostics, ModelManifest> =>
  pipe(
    readManifest(path),
    TE.orElse((errors) =>
      errors[0].code === 'weights/no-model'
        ? TE.right<Diagnostics, ModelManifest>({ generator, snapshots: [], training: {} })
        : TE.left(errors),
    ),
    TE.bindTo('before'),
    TE.let('kept', ({ before }) => upTo(before, step)),
    TE.filterOrElse(
      ({ kept }) => kept.snapshots.length === 0 || sameSpec(kept.generator, generator),
      (): Diagnostics => [
        failure(
          'weights/other-model',
          `${path} holds snapshots of another network than the one in training.`,
        ),
      ],
    ),
    // What is about to be written over must not be named meanwhile.
    TE.chainFirst(({ before, kept }) =>
      before.snapshots.length === kept.snapshots.length ? TE.right(undefined) : writeManifest(path, kept),
    ),
    TE.bind('written', () =>
      writeTensors(
        join(path, snapshotFile(step)),
        weights,
        { step: String(step), cycle: String(cycle) },
        { half },
      ),
    ),
    TE.let(
      'after',
      ({ kept, written }): ModelManifest => ({
        generator,
        snapshots: [
          ...(isAlone ? [] : kept.snapshots),
          { file: snapshotFile(step), ...written, step, cycle },
        ],
        training: training ?? kept.training,
      }),
    ),
    TE.chainFirst(({ after }) => writeManifest(path, after)),
    TE.chainFirstTaskK(({ before, after }) => clear(path, before, after)),
    TE.map(({ after }) => after),
  );
