import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, dispositionOf, failure } from '../../diagnostics/index.js';
import { digestBytes } from '../../disk/digest.js';
import { createWarmSessions } from '../../execution/editing/warm-sessions.js';
import { createMemory } from '../../execution/memory/room.js';
import { definedOnly } from '../../ports/defined.js';
import type { ItemFailure, ItemKey } from '../../ports/index.js';
import { travelsOn } from '../../ports/index.js';
import { machine, versions } from '../../records/receipts/versions.js';
import { saidOf } from '../messages.js';
import { openWarmLane, type WarmLane } from './lane.js';
import type { Answer, Setup, Task } from './protocol.js';
import { findPhoto, findResults, stage } from './sources.js';

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

const edit = async (
  lane: WarmLane,
  task: Task,
  setup: Setup,
  at: (operator: string, allowed: number) => Promise<void>,
): Promise<Answer> => {
  const { photo, isLast } = task;
  const began = performance.now();
  const key: ItemKey = { ...photo.key };
  const results = await findResults(lane.places, task);
  if (E.isLeft(results)) return unable(setup, results.left);
  const found = await findPhoto(lane.places, task, setup);
  if (E.isLeft(found))
    return found.left.isGone
      ? failed(setup, { key, operator: '', diagnostics: found.left.diagnostics })
      : unable(setup, found.left.diagnostics);
  const { input, release } = found.right;
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
    const staged = await stage(lane.places, results.right, task.item, made.right.bytes);
    if (E.isLeft(staged)) return unable(setup, staged.left);
    const { format, extension, modified: changed } = made.right;
    const engine = lane.engine();
    return {
      kind: 'made',
      made: {
        kind: 'made',
        size: made.right.bytes.length,
        sha256: digestBytes(made.right.bytes),
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
    await release();
  }
};

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
