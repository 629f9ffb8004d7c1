import * as E from 'fp-ts/lib/Either.js';
import { warning } from '../../diagnostics/index.js';
import { builtIn } from '../../ops/index.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { nodesOf } from '../../pipelines/plan/stages.js';
import { definedOnly } from '../../ports/defined.js';
import { type FileRef, type Item, type ItemKey, travelsOn } from '../../ports/index.js';
import { whileInFlight } from '../../records/journal/in-flight.js';
import { resolvedPipeline } from '../../records/receipts/resolved.js';
import type { RunContext } from '../context.js';
import type { LaneWork } from '../lane/lane.js';
import type { Plan } from '../plan/plan.js';
import type { Recorder } from '../recording/recorder.js';
import { isCrashSuspect } from './crash-guard.js';
import { workAlone } from './isolation/isolate.js';
import type { Job, Message } from './isolation/protocol.js';

/** A lane that keeps records, and its work in two halves. */
export interface GuardedSite {
  readonly graph: Graph;
  readonly bulk: NonNullable<Plan['bulk']>;
  readonly run: RunContext;
  readonly recorder: Recorder;
  /** All that is done to an item. */
  readonly whole: LaneWork;
  /** Its last operator alone, which writes what the others made. */
  readonly delivery: LaneWork;
}

/**
 * The work of a lane, with a note of what is being worked on. What a process was at when it ended without a word is worked
 * on in one of its own, one at a time, whose result is delivered; should the photo end that one too, it is set aside.
 */
export const guarded = (site: GuardedSite): LaneWork => {
  const { recorder, whole } = site;
  const { ledger } = recorder;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <A>(task: () => Promise<A>): Promise<A> => {
    const turn = last.then(task, task);
    last = turn.catch(() => undefined);
    return turn;
  };
  return async (item, signal) => {
    const { key, value } = item;
    if (
      isCrashSuspect(ledger, key.path) &&
      travelsOn({ kind: 'file' }, value) &&
      canBeAlone(site.graph, site.bulk)
    ) {
      const worked = await inTurn(() =>
        withAllMemory(site.run, () => alone(site, { key, value }, signal), signal),
      );
      if (worked !== undefined) return worked;
    }
    return whileInFlight(ledger.inFlight, key.path, () => whole(item, signal));
  };
};

/** The other process has the run's memory for itself: what it takes of it is not known here. */
const withAllMemory = async <A>(
  { room }: RunContext,
  work: () => Promise<A>,
  signal: AbortSignal,
): Promise<A> => {
  const release = await room?.take(room.total, signal);
  try {
    return await work();
  } finally {
    release?.();
  }
};

/** Another process can compile the pipeline when its operators come with Prismflow or from plugins that it names. */
const canBeAlone = ({ plugins }: Graph, { lane }: GuardedSite['bulk']): boolean =>
  plugins !== undefined || nodesOf(lane).every(({ operator }) => builtIn.get(operator.name) === operator);

/** Works on an item elsewhere, and writes here what came of it; undefined where that cannot be done. */
const alone = async (
  { graph, bulk, run, recorder, delivery }: GuardedSite,
  item: Item<FileRef>,
  signal: AbortSignal,
): ReturnType<typeof workAlone> => {
  const { key } = item;
  const entry = recorder.itemNotes.read(key);
  if (entry === undefined) return undefined;
  const { work, ...source } = entry.about;
  const { folder } = bulk.journal;
  const job: Job = {
    name: graph.name,
    pipeline: resolvedPipeline(graph, folder),
    folder,
    weights: bulk.weights,
    plugins: (graph.plugins ?? []).map(({ span: _, ...plugin }) => plugin),
    key,
    input: item.value.path,
    about: { ...source, target: work.target, digest: work.pipeline },
    engine: recorder.engine() ?? run.engine,
    memory: run.memory,
    ...definedOnly({ timeout: run.timeout }),
    certify: run.certify,
    laws: run.laws,
  };
  run.warn(key, suspected)();
  const made = await workAlone(job, item, signal, { told: listener(key, run, recorder) });
  if (made === undefined) return undefined;
  return E.isLeft(made) ? made : delivery({ key, value: made.right }, signal);
};

const listener =
  (key: ItemKey, run: RunContext, recorder: Recorder) =>
  (told: Message): void => {
    if (told.kind === 'engine') recorder.chosen(told.name)();
    if (told.kind === 'warned') run.warn(key, told.warning)();
    if (told.kind === 'noted') run.noted(key, told.operator, told.facts)();
  };

const suspected = warning(
  'run/suspect',
  'A process ended without a word while it was at this photo, which is now worked on in one of its own.',
);
