import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as R from 'fp-ts/lib/ReadonlyRecord.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Diagnostic, type Diagnostics, failure, messageOf, warning } from '../../diagnostics/index.js';
import { readBytes } from '../../disk/read.js';
import { type Checkpoints, isOfGenerator, type SavedTraining } from '../../operator/checkpoints.js';
import { definedOnly } from '../../ports/defined.js';
import { type ItemKey, type Json, parseJson } from '../../ports/index.js';
import { networkSpec } from '../generators/spec.js';
import { readTensors, writeTensors, writeWhole } from './index.js';

const key = t.type({ path: t.string, index: t.number, epoch: t.number });

const common = {
  format: t.literal('prismflow-checkpoint'),
  step: t.number,
  sha256: t.string,
  bytes: t.number,
  position: t.record(t.string, key),
};

const savedModel = t.type({
  generator: networkSpec,
  cycle: t.number,
  images: t.number,
  metrics: t.record(t.string, t.union([t.number, t.null])),
});

/**
 * What stands beside the tensors of a checkpoint; without it they do not count. Since version 2 it says by which SHA-256 it is
 * known itself: of its JSON without spaces, and without that entry.
 */
const manifestCodec = t.union([
  t.intersection([
    t.type({ ...common, version: t.literal(2), check: t.string }),
    t.partial({ model: savedModel, pipeline: t.unknown }),
  ]),
  t.type({ ...common, version: t.literal(1) }),
]);

type Manifest = t.TypeOf<typeof manifestCodec>;

const checkOf = (body: object): string => createHash('sha256').update(JSON.stringify(body)).digest('hex');

/** The text of a manifest. */
const encodeManifest = (body: object): string =>
  `${JSON.stringify({ ...body, check: checkOf(body) }, null, 2)}\n`;

/** Whether a manifest says what was written. */
const isIntact = (json: object, manifest: Manifest): boolean => {
  if (manifest.version === 1) return true;
  const { check, ...body } = json as { readonly check: string };
  return check === checkOf(body);
};

/** Bytes of a manifest: it holds a pipeline, which has a megabyte at most. */
const MAX_MANIFEST = 1 << 22;

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

/** A manifest that is whole, of the step that its name says. */
const readManifest = (folder: string, step: number): TE.TaskEither<Diagnostics, Manifest> => {
  const path = fileOf(folder, step, 'json');
  return pipe(
    readBytes(path, MAX_MANIFEST),
    TE.mapLeft(([{ message, cause }]): Diagnostics => [failure('file/unreadable', message, { cause })]),
    TE.chainEitherK((bytes) =>
      pipe(
        parseJson(new TextDecoder().decode(bytes)),
        E.chainW((json) =>
          pipe(
            manifestCodec.decode(json),
            E.filterOrElseW(
              (manifest) => manifest.step === step && isIntact(json as object, manifest),
              () => 'changed' as const,
            ),
          ),
        ),
        E.mapLeft((): Diagnostics => [failure('weights/damaged', `${path} is no whole manifest.`)]),
      ),
    ),
  );
};

interface Found {
  readonly saved: SavedTraining;
  readonly warnings: readonly Diagnostic[];
}

const readCheckpoint =
  (folder: string, wanted?: (name: string) => boolean) =>
  (step: number): TE.TaskEither<Diagnostics, Found & { readonly sha256: string; readonly bytes: number }> =>
    pipe(
      readManifest(folder, step),
      TE.chain((manifest) => {
        const { position, sha256, bytes } = manifest;
        return pipe(
          readTensors(
            fileOf(folder, step, 'safetensors'),
            { sha256, bytes },
            {
              inside: folder,
              ...(wanted && { wanted }),
            },
          ),
          TE.map(({ tensors }) => ({
            sha256,
            bytes,
            saved: { step, state: tensors, position, ...aboutOf(manifest) },
            warnings: manifest.version === 1 ? [unchecked(folder, step)] : [],
          })),
        );
      }),
    );

const aboutOf = (manifest: Manifest): Pick<SavedTraining, 'model' | 'pipeline'> => {
  if (manifest.version === 1) return {};
  const { model, pipeline } = manifest;
  return {
    ...(model && {
      model: { ...model, metrics: R.map((value: number | null) => value ?? Number.NaN)(model.metrics) },
    }),
    ...(pipeline === undefined ? {} : { pipeline: pipeline as Json }),
  };
};

const unchecked = (folder: string, step: number): Diagnostic =>
  warning(
    'training/checkpoint-unchecked',
    `${fileOf(folder, step, 'json')} is of an earlier version, which noted nothing that damage to it would be known by.`,
  );

/** The latest checkpoint that is whole. An error only when there are some and none is. */
const latestOf = <A extends Found>(
  read: (step: number) => TE.TaskEither<Diagnostics, A>,
  steps: readonly number[],
  damaged: readonly Diagnostic[] = [],
): TE.TaskEither<Diagnostics, O.Option<A>> => {
  const [step, ...before] = steps;
  if (step === undefined)
    return damaged.length === 0 ? TE.right(O.none) : TE.left(damaged as unknown as Diagnostics);
  return pipe(
    read(step),
    TE.map((found) =>
      O.some({
        ...found,
        warnings: [...damaged.map((each) => passedOver(each, found.saved.step)), ...found.warnings],
      }),
    ),
    TE.orElse((faults) => latestOf(read, before, [...damaged, ...faults])),
  );
};

const passedOver = ({ message }: Diagnostic, step: number): Diagnostic =>
  warning('training/checkpoint-damaged', `${message} The one of step ${step} is used.`);

/** The checkpoints in a folder. */
export const checkpointsIn = (folder: string): Pick<Checkpoints, 'folder' | 'latest'> => ({
  folder,
  latest: pipe(
    stepsIn(folder),
    TE.chain((steps) => latestOf(readCheckpoint(folder), steps)),
    TE.map(O.map(({ saved, warnings }) => ({ saved, warnings }))),
  ),
});

/** The generator of the latest checkpoint, and the file that it is in. */
export interface LatestGenerator extends Found {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The latest checkpoint of a folder, of whose state the generator is read only; none where there is no training. */
export const latestGenerator = (folder: string): TE.TaskEither<Diagnostics, O.Option<LatestGenerator>> =>
  pipe(
    stepsIn(folder),
    TE.chain((steps) =>
      latestOf(
        (step) =>
          pipe(
            readCheckpoint(folder, isOfGenerator)(step),
            TE.map((found) => ({ ...found, file: fileOf(folder, step, 'safetensors') })),
          ),
        steps,
      ),
    ),
  );

/** What a manifest says of a training. */
export type LatestState = Pick<SavedTraining, 'step' | 'model' | 'pipeline'>;

/** What the latest manifest of a folder that is whole says, its tensors unread; none where there is no training. */
export const latestState = (folder: string): TE.TaskEither<Diagnostics, O.Option<LatestState>> => {
  const first = ([step, ...before]: readonly number[]): TE.TaskEither<Diagnostics, O.Option<LatestState>> =>
    step === undefined
      ? TE.right(O.none)
      : pipe(
          readManifest(folder, step),
          TE.map((manifest) => O.some({ step, ...aboutOf(manifest) })),
          TE.orElse(() => first(before)),
        );
  return pipe(stepsIn(folder), TE.chain(first));
};

/** The file that says what the latest checkpoint is, by its name alone; undefined where there is none. */
export const latestManifest = (folder: string): TE.TaskEither<Diagnostics, string | undefined> =>
  pipe(
    stepsIn(folder),
    TE.map(([step]) => (step === undefined ? undefined : fileOf(folder, step, 'json'))),
  );

/**
 * Writes a checkpoint: the tensors, then the manifest that makes them count, each whole or not at all; then removes all
 * but the latest `keep`. What is later than this one, from before a resume of an earlier step, goes too.
 */
export const writeCheckpoint = (
  folder: string,
  { step, state, position }: Pick<SavedTraining, 'step' | 'state' | 'position'>,
  keep: number,
  { model, pipeline }: Pick<SavedTraining, 'model' | 'pipeline'> = {},
): TE.TaskEither<Diagnostics, void> =>
  pipe(
    // A manifest of the same step must not name tensors that are about to be replaced.
    TE.fromTask<void, Diagnostics>(() => remove(folder, step, ['json'])()),
    TE.chain(() => writeTensors(fileOf(folder, step, 'safetensors'), state, { step: String(step) })),
    TE.chain(({ sha256, bytes }) =>
      writeWhole(
        fileOf(folder, step, 'json'),
        new TextEncoder().encode(
          encodeManifest({
            format: 'prismflow-checkpoint',
            version: 2,
            step,
            sha256,
            bytes,
            // Nothing but what a place is known by: keys of batches hold more.
            position: R.map(({ path, index, epoch }: ItemKey) => ({ path, index, epoch }))(position),
            ...(model && { model: { ...model, generator: networkSpec.encode(model.generator) } }),
            ...definedOnly({ pipeline }),
          }),
        ),
      ),
    ),
    TE.chain(() => keepLatest(folder, keep, step)),
  );

/**
 * Removes all checkpoints but the latest few, and tensors whose manifest is gone: a process that was killed while it removed them has
 * left them.
 *
 * @param upTo later ones go too. Default: there are none
 */
export const keepLatest = (
  folder: string,
  keep: number,
  upTo = Number.POSITIVE_INFINITY,
): TE.TaskEither<Diagnostics, void> =>
  pipe(
    stepsIn(folder),
    TE.chainTaskK((steps) => async () => {
      const kept = steps.filter((each) => each <= upTo).slice(0, keep);
      const left = new Set([...steps, ...(await tensorsIn(folder))]);
      await Promise.all(
        [...left]
          .filter((each) => !kept.includes(each))
          .map((each) => remove(folder, each, ['json', 'safetensors'])()),
      );
    }),
  );

/** Steps that there are tensors of, with a manifest or without; none where the folder cannot be read. */
const tensorsIn = async (folder: string): Promise<readonly number[]> =>
  (await readdir(folder).catch((): string[] => [])).flatMap(
    (name) => /^step-(\d+)\.safetensors$/.exec(name)?.slice(1).map(Number) ?? [],
  );

/** Manifests first: tensors without one do not count. */
const remove =
  (folder: string, step: number, kinds: readonly ('json' | 'safetensors')[]): Task<void> =>
  async () => {
    for (const kind of kinds) await rm(fileOf(folder, step, kind), { force: true }).catch(() => undefined);
  };
