import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { DiagnosticError, type Diagnostics, failure, isCode } from '../../diagnostics/index.js';
import { type Digest, digestFile } from '../../disk/digest.js';
import { leftOut } from '../../disk/left-out.js';
import { lookAt } from '../../disk/look.js';
import { onDisk } from '../../disk/names.js';
import { placeOfPath } from '../../disk/objects/address.js';
import { digestResult, lookAtResult } from '../../disk/objects/at-path.js';
import { deliver } from '../../ops/save/deliver.js';
import { nodesOf } from '../../pipelines/plan/stages.js';
import { definedOnly } from '../../ports/defined.js';
import {
  type FileRef,
  type Item,
  type ItemFailure,
  type ItemKey,
  type Outcome,
  travelsOn,
} from '../../ports/index.js';
import { failureOf, isSource, statusOf, type Work } from '../../records/journal/done.js';
import type { FailedEntry } from '../../records/journal/entries.js';
import { nameIn, type Result } from '../../records/journal/journal.js';
import type { Ledger } from '../../records/journal/ledger.js';
import { version } from '../../records/receipts/versions.js';
import { type ItemFlow, operate, runLanes } from '../../streams/index.js';
import type { RunContext } from '../context.js';
import type { LaneWork } from '../lane/lane.js';
import { fileRefusal } from '../memory/room.js';
import type { Plan } from '../plan/plan.js';
import { ALTERED_RESULT } from '../plan/works-on.js';
import { isCancelled, isPermanent, stands } from '../recovery/disposition.js';
import { retryWithBackoff } from '../recovery/retry.js';
import type { GuardedResults } from '../results.js';
import type { ItemNotes } from './item-notes.js';
import { type About, type Records, sourceStateOf, type Written } from './record-writer.js';
import { bytesOf, duplicateOf } from './reuse.js';
import { takeSource } from './source.js';

type Bulk = NonNullable<Plan['bulk']>;

/** What a lane that keeps records needs. */
export interface RecordedSite {
  readonly bulk: Bulk;
  readonly work: LaneWork;
  readonly run: RunContext;
  readonly ledger: Ledger;
  readonly itemNotes: ItemNotes<About>;
  readonly records: Records;
  readonly results: GuardedResults;
  /** Whether no run has written to the folder before. */
  readonly isNew: boolean;
}

/** What became of an item. */
type Worked =
  | { readonly kind: 'worked'; readonly outcome: Outcome<unknown> }
  /** It was done before. */
  | { readonly kind: 'skipped'; readonly key: ItemKey }
  /** It failed before, and nothing has changed. */
  | { readonly kind: 'quarantined'; readonly failure: ItemFailure }
  /** It is itself the result of another, or it is gone. */
  | { readonly kind: 'ignored' };

/** Runs a lane over the files that are not done yet, and records what becomes of each. */
export const recorded = (site: RecordedSite): ((source: ItemFlow<unknown>) => ItemFlow<unknown>) => {
  const { jobs, skipped, quarantined } = site.run;
  const alone = createTurns();
  return (source) =>
    pipe(
      source,
      runLanes<Outcome<unknown>, Worked>(
        (outcome, signal) => {
          if (E.isLeft(outcome)) return { now: { kind: 'worked', outcome } };
          const { key, value } = outcome.right;
          return travelsOn({ kind: 'file' }, value)
            ? decide(site, alone, { key, value }, signal)
            : { now: { kind: 'ignored' } };
        },
        // Of files that come one by one nobody waits for an earlier one.
        { lanes: jobs, ordered: !site.bulk.live },
      ),
      operate<Worked, Outcome<unknown>>(async function* (results) {
        for await (const result of results) {
          if (result.kind === 'worked') yield result.outcome;
          if (result.kind === 'skipped') skipped(result.key)();
          if (result.kind === 'quarantined' && site.bulk.live) quarantined(result.failure)();
          if (result.kind === 'quarantined' && !site.bulk.live) yield E.left(result.failure);
        }
      }),
    );
};

/** Runs tasks about one file one after the other, in the order in which they come. */
interface Turns {
  readonly take: <A>(file: string, task: () => Promise<A>) => Promise<A>;
  /** True while a task about the file waits or runs. */
  readonly has: (file: string) => boolean;
}

const createTurns = (): Turns => {
  const last = new Map<string, Promise<unknown>>();
  return {
    take: (file, task) => {
      const turn = (last.get(file) ?? Promise.resolve()).then(task, task);
      last.set(file, turn);
      const leave = (): void => {
        if (last.get(file) === turn) last.delete(file);
      };
      turn.then(leave, leave);
      return turn;
    },
    has: (file) => last.has(file),
  };
};

/** Looks whose result an item would be, and waits for its turn to write it. */
const decide = async (
  site: RecordedSite,
  turns: Turns,
  item: Item<FileRef>,
  signal: AbortSignal,
): Promise<Worked> => {
  try {
    return await decided(site, turns, item, signal);
  } catch (thrown) {
    // A store that cannot be asked.
    if (thrown instanceof DiagnosticError) return setAside(site.bulk, item.key, thrown.diagnostics);
    throw thrown;
  }
};

const decided: typeof decide = async (site, turns, item, signal) => {
  const { bulk, ledger, run } = site;
  const isBeingWritten = (): boolean => turns.has(item.value.path);
  if (isBeingWritten()) return { kind: 'ignored' };
  const found = await bulk.worksOn(ledger.journal)(item)();
  if (E.isLeft(found)) return setAside(bulk, item.key, found.left);
  // Of files that are all there at the start the survey has told.
  if (found.right.kind === 'altered result' && bulk.live)
    run.warn(item.key, leftOut(item.key.path, ALTERED_RESULT))();
  if (found.right.kind !== 'work' || isBeingWritten()) return { kind: 'ignored' };
  const { work } = found.right;
  const worked = await turns.take(work.target, () => settle(site, item, work, signal));
  if (!isStopped(worked)) ledger.inFlight.clear(item.key.path)();
  return worked;
};

const isStopped = (worked: Worked): boolean => worked.kind === 'worked' && isCancelled(worked.outcome);

/** What a bulk run's survey finds out beforehand, about one file that came: whether it may be written at all. */
const conflictOf = async (
  { ledger: { journal } }: RecordedSite,
  { key, value }: Item<FileRef>,
  { source, target }: Work,
): Promise<Diagnostics | undefined> => {
  if (source === target) return [failure('file/over-source', `${source} would be written over.`)];
  const owner = journal.resultOf(nameIn(journal.folder, target))()?.source;
  if (owner === undefined || owner === key.path) return undefined;
  const root = value.path.slice(0, -key.path.length);
  const other = join(root, owner);
  const isThere =
    placeOfPath(other) === undefined
      ? await lstat(onDisk(other)).then(
          () => true,
          () => false,
        )
      : (await lookAtResult(other)) !== undefined;
  return isThere
    ? [failure('file/same-output', `${owner} was written to ${target}; ${key.path} would replace it.`)]
    : undefined;
};

/** Looks whether an item is done, and does it if it is not. */
const settle = async (
  site: RecordedSite,
  item: Item<FileRef>,
  work: Work,
  signal: AbortSignal,
): Promise<Worked> => {
  const { bulk, ledger, records, run } = site;
  const { key } = item;
  const { journal } = ledger;
  const conflict = bulk.live ? await conflictOf(site, item, work) : undefined;
  if (conflict !== undefined) return setAside(bulk, key, conflict);
  const status = await statusOf(journal, bulk.live ? 'done' : 'again')(work)();
  if (status.kind === 'done') return { kind: 'skipped', key };
  if (status.kind === 'seen') {
    const { result, stats, look } = status;
    const noted = await records.touched({ ...sourceStateOf(key, stats, result.sourceDigest), work }, look)();
    return E.isLeft(noted) ? setAside(bulk, key, noted.left) : { kind: 'skipped', key };
  }
  if (status.kind === 'gone') {
    if (bulk.live) return { kind: 'ignored' };
    // The operator that reads it says best what is wrong.
    const worked = await site.work(item, signal);
    return { kind: 'worked', outcome: asOutcome(key, worked) };
  }
  // Where something was written before, a record can be lost: then what is made tells whether the file is that very result.
  const barrier = site.isNew && status.kind === 'new' ? await barrierTo(site, work) : undefined;
  if (barrier !== undefined) return setAside(bulk, key, barrier);
  const tooLarge = fileRefusal(run, key.path, status.stats.size);
  if (tooLarge !== undefined) return setAside(bulk, key, tooLarge);
  const taken = await takeSource(site, item, status.stats, signal);
  if (taken === 'gone') return { kind: 'ignored' };
  try {
    const digest = taken.digest;
    if (E.isLeft(digest)) return setAside(bulk, key, digest.left);
    const about: About = { ...sourceStateOf(key, taken.stats, digest.right), work };
    if (status.kind === 'touched' && status.result.sourceDigest === digest.right) {
      const noted = await records.touched(about)();
      return E.isLeft(noted) ? setAside(bulk, key, noted.left) : { kind: 'skipped', key };
    }
    const before = failureOf(journal, key.path, digest.right, work.pipeline, version);
    if (before !== undefined && stands(before.code) && !run.retry)
      return { kind: 'quarantined', failure: failedBefore(key, before) };
    return await retryWithBackoff(site, key, signal, async () => {
      const duplicate = isCopyable(bulk) ? duplicateOf(journal, work, digest.right) : undefined;
      return duplicate !== undefined && (await copied(site, duplicate, work))
        ? finish(site, item, about, { path: work.target, size: duplicate.outputSize }, duplicate.output)
        : perform(site, item, taken.here, about, signal);
    });
  } finally {
    await taken.release();
  }
};

/** What stands in the way of a result before it is made; undefined where nothing does. */
const barrierTo = async ({ bulk: { sink, journal }, results }: RecordedSite, { target }: Work) => {
  const overwrite = sink.operator.facts.sink?.overwrites?.(sink.params) === true;
  const clear = await results.check({ file: target, folder: journal.folder, overwrite })();
  return E.isLeft(clear) ? clear.left : undefined;
};

/** Writes the bytes of a result of the same content to another place; false where they are not what was written. */
const copied = async (
  { ledger: { journal }, bulk: { sink }, results }: RecordedSite,
  duplicate: Result,
  { source, target }: Work,
): Promise<boolean> => {
  if (join(journal.folder, duplicate.output) === target || duplicate.outputDigest === undefined) return false;
  const bytes = await bytesOf(journal.folder, duplicate);
  if (bytes === undefined) return false;
  const made = {
    file: target,
    folder: journal.folder,
    digest: duplicate.outputDigest,
    size: duplicate.outputSize,
    overwrite: sink.operator.facts.sink?.overwrites?.(sink.params) === true,
  };
  const keeps = sink.operator.facts.sink?.keepsTimes?.(sink.params) === true;
  const modified = keeps ? (await lookAt(source))?.modified : undefined;
  return E.isRight(await deliver(made, bytes, results, modified)());
};

/** How often a file is worked on again that changes while it is read. */
const MOST_CHANGES = 3;

/** Works on an item and records what became of it, unless it changed meanwhile: then all of it is done again. */
const perform = async (
  site: RecordedSite,
  item: Item<FileRef>,
  here: Item<FileRef>,
  about: About,
  signal: AbortSignal,
  changes = 0,
): Promise<Worked> => {
  const { bulk, itemNotes, records, work } = site;
  const { key } = item;
  itemNotes.begin(key, about)();
  try {
    const worked = await work(here, signal);
    const isObject = item.value.object !== undefined;
    // Of an object one version was read, which nothing changes any more.
    const stats = isObject ? undefined : await stat(onDisk(item.value.path)).catch(() => undefined);
    if (stats !== undefined && !isSource(about, stats)) {
      if (changes === MOST_CHANGES) return setAside(bulk, key, [changing(key)]);
      const digest = await digestFile(item.value.path)();
      if (E.isLeft(digest)) return setAside(bulk, key, digest.left);
      const now: About = { ...sourceStateOf(key, stats, digest.right), work: about.work };
      return await perform(site, item, here, now, signal, changes + 1);
    }
    if (E.isRight(worked)) return await finish(site, item, about, worked.right);
    const isGone = stats === undefined && !isObject && bulk.live;
    if (isGone) return { kind: 'ignored' };
    if ((stats !== undefined || isObject) && !signal.aborted && isPermanent(worked.left))
      await records.failed(item, about, worked.left)();
    return { kind: 'worked', outcome: worked };
  } finally {
    itemNotes.end(key)();
  }
};

/** Records a result. */
const finish = async (
  { bulk, ledger, records, results }: RecordedSite,
  item: Item<FileRef>,
  about: About,
  value: unknown,
  copyOf?: string,
): Promise<Worked> => {
  const { target } = about.work;
  const duplicate = copyOf === undefined ? undefined : ledger.journal.resultOf(copyOf)();
  const given = duplicate?.outputDigest ?? (travelsOn({ kind: 'saved' }, value) ? value.digest : undefined);
  const digest: E.Either<Diagnostics, Digest> =
    given === undefined ? await digestResult(target)() : E.right(given);
  if (E.isLeft(digest)) return setAside(bulk, item.key, digest.left);
  const look = results.takeLook(target);
  const written: Written = {
    outputSize: travelsOn({ kind: 'saved' }, value) ? value.size : -1,
    outputDigest: digest.right,
    ...definedOnly({ copyOf, look }),
  };
  const noted = await records.done(item, about, written)();
  if (E.isRight(noted)) ledger.inFlight.written(nameIn(ledger.journal.folder, target))();
  return E.isLeft(noted)
    ? setAside(bulk, item.key, noted.left)
    : { kind: 'worked', outcome: E.right({ key: item.key, value }) };
};

/** True when a result is a function of the content alone, so that one for the same content will do. */
const isCopyable = ({ lane }: Bulk): boolean =>
  nodesOf(lane).every(
    ({ operator: { facts }, params }) =>
      facts.deterministic !== false && facts.embedsReceipt?.(params) !== true,
  );

const asOutcome = (key: ItemKey, worked: E.Either<ItemFailure, unknown>): Outcome<unknown> =>
  E.isLeft(worked) ? worked : E.right({ key, value: worked.right });

const setAside = ({ sink }: Bulk, key: ItemKey, diagnostics: Diagnostics): Worked => ({
  kind: 'worked',
  outcome: E.left({ key, operator: sink.path, diagnostics }),
});

const changing = ({ path }: ItemKey) =>
  failure('file/changing', `${path} kept changing while it was worked on.`);

/** The failure that is recorded, with what would make it be tried again. */
const failedBefore = (key: ItemKey, { operator, code, message, hint, at }: FailedEntry): ItemFailure => ({
  key,
  operator,
  diagnostics: [
    failure(isCode(code) ? code : 'run/operator-threw', message, {
      hint: `${hint === undefined ? '' : `${hint} `}It failed so on ${at.slice(0, 10)} and has not changed since; --retry tries it again.`,
    }),
  ],
});
