import { rm } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Editor, EditResult } from '../../execution/editing/editor.js';
import { toldOf } from '../problems/problem.js';
import type { Store } from '../store/store.js';
import type { Failed, ItemResult } from './item.js';
import { type Pace, withSettled } from './job.js';
import type { JobFiles } from './job-files.js';
import { type Outcome, settle, type Task, takeNext } from './queue.js';
import { createRests } from './rests.js';
import type { Ready, Sources } from './sources.js';

/** What the scheduler works with. */
export interface SchedulerOptions {
  readonly store: Store;
  readonly files: JobFiles;
  readonly editor: Pick<Editor, 'edit'>;
  readonly sources: Sources;
  /** Items that are worked on at once: enough to keep the editing process busy. */
  readonly atOnce: number;
  /** Milliseconds for which what has ended is kept. */
  readonly keep: number;
  readonly now: () => number;
  /** Is told of each item that was settled. */
  readonly settled?: (outcome: Outcome, milliseconds: number) => void;
  /** Is told what must not happen. It is gone on after a while. */
  readonly failed: (thrown: unknown) => void;
  /** Milliseconds until it is gone on the first time; twice as long after each further failure. Default: 1 s. */
  readonly rest?: number;
}

/** What takes items from the queue and edits them. */
export interface Scheduler {
  /** Looks whether there is work. */
  readonly wake: () => void;
  /** Stops the work on a job's items, which were cancelled. */
  readonly abandon: (job: string) => void;
  readonly paceOf: (job: string) => Pace;
  readonly working: () => number;
  /** `failed` while nothing is taken because of something that must not happen. */
  readonly state: () => 'working' | 'failed';
  /** Takes no more items, and waits for those that are worked on; the signal gives them back unfinished. */
  readonly stop: (signal?: AbortSignal) => Promise<void>;
}

const problemOf = ([first, ...rest]: Diagnostics): Failed['problem'] => [toldOf(first), ...rest.map(toldOf)];

/** The id of an item's receipt. */
export const receiptOf = ({ job, item }: Task): string => `${job.id}_${item.number}`;

const resultOf = (task: Task, edited: EditResult): ItemResult => ({
  type: edited.type,
  extension: edited.extension,
  bytes: edited.bytes,
  digest: edited.digest,
  width: edited.width,
  height: edited.height,
  receipt: receiptOf(task),
  warnings: edited.warnings.map(toldOf),
  milliseconds: edited.milliseconds,
});

/** What nobody works on any more waits again. */
const takeBack = ({ store, now, keep }: SchedulerOptions, adrift: Set<Task>): void => {
  for (const task of adrift) {
    store.change((draft) => settle(draft, task, { kind: 'given-back' }, { now: now(), keep }));
    adrift.delete(task);
  }
};

/** Writes down what became of an item, and removes what was made of one that nobody wants any more. */
const finish = async (
  { store, files, now, keep, settled: tell }: SchedulerOptions,
  paces: Map<string, Pace>,
  task: Task,
  outcome: Outcome,
  edited: EditResult | undefined,
): Promise<void> => {
  const { id } = task.job;
  const { value: counts, kept } = store.change((draft) => {
    const settled = settle(draft, task, outcome, { now: now(), keep });
    if (settled && edited !== undefined)
      draft.put('receipts', [receiptOf(task)], { owner: task.job.owner, receipt: edited.receipt });
    return settled;
  });
  if (counts) {
    paces.set(id, withSettled(paces.get(id) ?? [], now()));
    if (outcome.kind !== 'given-back') tell?.(outcome, edited?.milliseconds ?? 0);
  } else if (store.get('jobs', id) === undefined) await files.removeResults(id);
  else await rm(files.result(id, task.item.number), { force: true });
  await kept;
};

/** Starts taking items. Items that were worked on before are expected to wait again: see `recoverJobs`. */
export const startScheduler = (options: SchedulerOptions): Scheduler => {
  const { store, atOnce, now } = options;
  const under = new Map<Task, { readonly abort: AbortController; readonly done: Promise<void> }>();
  const paces = new Map<string, Pace>();
  let served = '';
  let isStopped = false;
  const rests = createRests(options.rest);
  /** Tasks of which it could not be written down what became of them. */
  const adrift = new Set<Task>();

  const work = async (task: Task, signal: AbortSignal): Promise<void> => {
    const { outcome, edited } = await worked(options, task, signal);
    const isGivenBack = outcome.kind === 'failed' && isStopped && signal.aborted;
    await finish(options, paces, task, isGivenBack ? { kind: 'given-back' } : outcome, edited);
    rests.worked();
  };

  const failed = (thrown: unknown, task?: Task): void => {
    options.failed(thrown);
    if (task !== undefined) adrift.add(task);
    if (!isStopped) rests.begin(wakeSafely);
  };

  const wake = (): void => {
    if (isStopped || rests.isResting()) return;
    takeBack(options, adrift);
    while (!isStopped && under.size < atOnce) {
      const { value: task } = store.change((draft) =>
        takeNext(draft, served, { now: now(), keep: options.keep }),
      );
      if (task === undefined) break;
      served = task.job.id;
      const abort = new AbortController();
      // Where it is not written down that it was begun, it waits after a crash: the same as what becomes of it otherwise.
      const done = work(task, abort.signal)
        .catch((thrown: unknown) => failed(thrown, task))
        .finally(() => {
          under.delete(task);
          const job = store.get('jobs', task.job.id);
          if (job === undefined || job.ended !== undefined) paces.delete(task.job.id);
          wakeSafely();
        });
      under.set(task, { abort, done });
    }
  };

  const wakeSafely = (): void => {
    try {
      wake();
      if (under.size === 0) rests.worked();
    } catch (thrown) {
      failed(thrown);
    }
  };

  const abortAll = (): void => {
    for (const { abort } of under.values()) abort.abort();
  };
  return {
    wake: wakeSafely,
    abandon: (job) => {
      for (const [task, { abort }] of under) if (task.job.id === job) abort.abort();
    },
    paceOf: (job) => paces.get(job) ?? [],
    working: () => under.size,
    state: () => (rests.isFailing() ? 'failed' : 'working'),
    stop: async (signal) => {
      isStopped = true;
      rests.end();
      if (signal?.aborted === true) abortAll();
      signal?.addEventListener('abort', abortAll, { once: true });
      await Promise.all([...under.values()].map(({ done }) => done));
      signal?.removeEventListener('abort', abortAll);
    },
  };
};

/** Gets the photo, edits it, and says what became of it; nothing is thrown. */
const worked = async (
  { sources, editor, files }: SchedulerOptions,
  task: Task,
  signal: AbortSignal,
): Promise<{ readonly outcome: Outcome; readonly edited?: EditResult }> => {
  let ready: Ready | undefined;
  try {
    const source = await sources(task, signal)();
    if (E.isLeft(source)) return { outcome: { kind: 'failed', problem: problemOf(source.left) } };
    ready = source.right;
    await files.makeResults(task.job.id);
    const edited = await editor.edit({
      edits: task.job.edits,
      photo: ready.path,
      name: task.item.name,
      to: files.result(task.job.id, task.item.number),
      priority: 'job',
      // As in a run over a folder, whose random choices depend on it.
      index: task.item.number - 1,
      signal,
    })();
    return E.isLeft(edited)
      ? { outcome: { kind: 'failed', problem: problemOf(edited.left) } }
      : { outcome: { kind: 'done', result: resultOf(task, edited.right) }, edited: edited.right };
  } catch (cause) {
    const problem = failure('run/operator-threw', `${task.item.name}: ${messageOf(cause)}`, { cause });
    return { outcome: { kind: 'failed', problem: problemOf([problem]) } };
  } finally {
    await ready?.release().catch(() => undefined);
  }
};
