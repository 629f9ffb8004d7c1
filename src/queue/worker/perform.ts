import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, dispositionOf, failure } from '../../diagnostics/index.js';
import { digestBytes, digestFile } from '../../disk/digest.js';
import { makeFolder } from '../../disk/folders.js';
import { writeAtomically } from '../../disk/write.js';
import { createWarmSessions } from '../../execution/editing/warm-sessions.js';
import { createMemory } from '../../execution/memory/room.js';
import { definedOnly } from '../../ports/defined.js';
import type { Encoded, ItemFailure, ItemKey } from '../../ports/index.js';
import { travelsOn } from '../../ports/index.js';
import { machine, versions } from '../../records/receipts/versions.js';
import { type QueuedPhoto, saidOf } from '../messages.js';
import { stagedPath, stagingFolder } from '../staging.js';
import { openWarmLane, type WarmLane } from './lane.js';
import type { Places } from './places.js';
import type { Answer, Setup, Task } from './protocol.js';

/** Works on photos, and keeps the pipelines warm that it works by. */
export interface Performer {
  /** @param at is told of each operator when it begins, and how many milliseconds the photo may take */
  readonly perform: (task: Task, at: (operator: string, allowed: number) => Promise<void>) => Promise<Answer>;
}

/** Pipelines that stay open while nothing is worked on by them. */
const MOST_LANES = 4;

/** Makes one for a worker. */
export const createPerformer = (setup: Setup): Performer => {
  const room = createMemory(setup);
  const lanes = createWarmSessions<WarmLane, Answer>(MOST_LANES);
  const opened = (task: Task): TE.TaskEither<Answer, WarmLane> =>
    pipe(
      openWarmLane(task.pipeline, setup, room),
      TE.mapLeft((obstacle) =>
        obstacle.kind === 'lacking' ? obstacle : unable(setup, obstacle.diagnostics),
      ),
    );
  return {
    perform: async (task, at) =>
      E.toUnion(
        await lanes.use(task.digest, opened(task), async (lane) =>
          E.right(await edit(lane, task, setup, at)),
        ),
      ),
  };
};

/** What this worker cannot do, in a sentence of its own. */
const unable = ({ worker }: Setup, [first]: Diagnostics): Answer => ({
  kind: 'unable',
  said: saidOf({
    code: first.code.startsWith('queue/') ? first.code : 'queue/refused',
    severity: 'warning',
    message: `The worker ${worker} gives photos back. ${first.message}`,
    ...definedOnly({ hint: first.hint }),
  }),
});

/** Where the photo and its results are here; or what there is instead. */
const found = async (
  places: Places,
  { photo, pipeline }: Task,
): Promise<E.Either<Diagnostics, { readonly input: string; readonly results: string }>> => {
  const [wanted, folder] = [places.here(photo.input), places.here(pipeline.folder)];
  const results = await places.within(folder);
  if (results === undefined)
    return E.left([failure('queue/outside', outside('the folder of results', folder))]);
  const input = await places.within(wanted);
  if (input !== undefined) return E.right({ input, results });
  const isGone = (await places.within(dirname(wanted))) !== undefined;
  return E.left([
    isGone
      ? failure('image/not-found', `There is no file ${wanted}.`)
      : failure('queue/outside', outside('the photo', wanted)),
  ]);
};

const outside = (what: string, path: string): string =>
  `Here ${what} would be ${path}, which is not there, or not below a folder that this worker may use.`;

const edit = async (
  lane: WarmLane,
  task: Task,
  setup: Setup,
  at: (operator: string, allowed: number) => Promise<void>,
): Promise<Answer> => {
  const { photo, isLast } = task;
  const began = performance.now();
  const key: ItemKey = { ...photo.key };
  const placed = await found(lane.places, task);
  if (E.isLeft(placed))
    return placed.left[0].code === 'image/not-found'
      ? failed(setup, { key, operator: '', diagnostics: placed.left })
      : unable(setup, placed.left);
  const { input, results } = placed.right;
  if (!(await isSame(input, photo))) return unable(setup, [otherContent(input)]);
  const warnings: Diagnostic[] = [];
  const { size, modified, sha256, target, digest } = photo;
  lane.notes.begin(key, {
    source: photo.key.path,
    sourceSize: size,
    sourceModified: modified,
    sourceDigest: sha256,
    work: { source: photo.input, target, pipeline: digest },
  })();
  lane.listeners.set(key, { at, warned: (warning) => void warnings.push(warning) });
  try {
    const made = await lane.work({ key, value: { path: input } }, new AbortController().signal);
    if (E.isLeft(made))
      return isOfMachine(made.left, isLast) ? unable(setup, made.left.diagnostics) : failed(setup, made.left);
    if (!travelsOn({ kind: 'encoded' }, made.right)) return failed(setup, notEncoded(key));
    const staged = await stage(lane.places, results, task.item, made.right);
    if (E.isLeft(staged)) return unable(setup, staged.left);
    const { format, extension, modified: changed } = made.right;
    const engine = lane.engine();
    return {
      kind: 'made',
      made: {
        kind: 'made',
        size: made.right.bytes.length,
        sha256: staged.right,
        format,
        ...definedOnly({ extension, modified: changed, engine }),
        notes: { ...lane.notes.read(key)?.notes },
        warnings: warnings.map(saidOf),
        surroundings: { versions: versions(), machine: machine() },
        memory: lane.memory,
        worker: setup.worker,
        milliseconds: performance.now() - began,
      },
    };
  } finally {
    lane.listeners.delete(key);
    lane.notes.end(key)();
  }
};

/** Whether the file here is the very photo that the run has seen. */
const isSame = async (path: string, { size, sha256 }: QueuedPhoto): Promise<boolean> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() !== true || stats.size !== size) return false;
  const digest = await digestFile(path)();
  return E.isRight(digest) && digest.right === sha256;
};

const otherContent = (path: string): Diagnostic =>
  failure('queue/refused', `${path} has another content here than where the run is.`);

const notEncoded = (key: ItemKey): ItemFailure => ({
  key,
  operator: '',
  diagnostics: [failure('run/wrong-value', `The pipeline makes no file of ${key.path}.`)],
});

/** Whether a failure says more of this machine than of the photo. */
const isOfMachine = ({ diagnostics }: ItemFailure, isLast: boolean): boolean =>
  diagnostics.some(
    ({ code }) => dispositionOf(code) === 'fatal' || (code === 'image/memory-limit' && !isLast),
  );

const failed = ({ worker }: Setup, { operator, diagnostics }: ItemFailure): Answer => ({
  kind: 'failed',
  failed: { kind: 'failed', operator, diagnostics: diagnostics.map(saidOf), worker },
});

/** Puts a result where the run finds it, whole or not at all; the same photo again gives the same file. */
const stage = async (
  places: Places,
  results: string,
  item: string,
  { bytes }: Encoded,
): Promise<E.Either<Diagnostics, string>> => {
  const folder = stagingFolder(results);
  try {
    await makeFolder(folder);
  } catch (thrown) {
    return E.left([
      failure(
        'queue/refused',
        `${folder} cannot be made: ${thrown instanceof Error ? thrown.message : thrown}.`,
      ),
    ]);
  }
  if ((await places.within(folder)) === undefined)
    return E.left([failure('queue/outside', outside('what is made', folder))]);
  const written = await writeAtomically(stagedPath(results, item), bytes)();
  return E.isLeft(written) ? written : E.right(digestBytes(bytes));
};
