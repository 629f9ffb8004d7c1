import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import {
  type FileRef,
  type Item,
  type ItemFailure,
  type ItemKey,
  type Outcome,
  travelsOn,
} from '../../ports/index.js';
import { type ItemFlow, operate, runLanes } from '../../streams/index.js';
import type { RunContext } from '../context.js';
import { type Digest, digestFile } from '../journal/digest.js';
import { type Standing, standingOf, type Work } from '../journal/done.js';
import { appendEntry, type JournalEntry, outputName } from '../journal/journal.js';
import type { Plan } from '../plan/plan.js';
import type { LaneWork } from './lane.js';

type Bulk = NonNullable<Plan['bulk']>;

/** What became of an item. */
type Worked =
  | { readonly kind: 'worked'; readonly outcome: Outcome<unknown> }
  /** It was done before. */
  | { readonly kind: 'skipped'; readonly key: ItemKey }
  /** It is itself the result of another. */
  | { readonly kind: 'ignored' };

/** Runs a lane over the files that are not done yet, and records those that get done. */
export const recorded =
  (bulk: Bulk, work: LaneWork, { jobs, skipped }: RunContext) =>
  (source: ItemFlow<unknown>): ItemFlow<unknown> =>
    pipe(
      source,
      runLanes<Outcome<unknown>, Worked>(
        (outcome, signal) => {
          if (E.isLeft(outcome)) return { now: { kind: 'worked', outcome } };
          const { key, value } = outcome.right;
          return travelsOn({ kind: 'file' }, value)
            ? decide(bulk, work, { key, value }, signal)
            : { now: { kind: 'ignored' } };
        },
        { lanes: jobs },
      ),
      operate<Worked, Outcome<unknown>>(async function* (results) {
        for await (const result of results) {
          if (result.kind === 'worked') yield result.outcome;
          if (result.kind === 'skipped') skipped(result.key)();
        }
      }),
    );

/** Looks whether an item is done, and does it if it is not. */
const decide = async (
  bulk: Bulk,
  work: LaneWork,
  item: Item<FileRef>,
  signal: AbortSignal,
): Promise<Worked> => {
  const { key } = item;
  const planned = bulk.worksOn(item);
  if (E.isLeft(planned)) return setAside(bulk, key, planned.left);
  if (planned.right === undefined) return { kind: 'ignored' };
  const standing = await standingOf(bulk.journal)(planned.right)();
  if (standing.kind === 'done') return { kind: 'skipped', key };
  // A source that is gone goes on to the operator that reads it, which says best what is wrong.
  const read = standing.kind === 'gone' ? E.right('') : await digestFile(planned.right.source)();
  if (E.isLeft(read)) return setAside(bulk, key, read.left);
  const isSame = standing.kind === 'touched' && standing.entry.sourceDigest === read.right;
  const worked = isSame ? E.right(undefined) : await work(item, signal);
  if (E.isLeft(worked)) return { kind: 'worked', outcome: worked };
  const size = isSame ? standing.entry.outputSize : sizeOf(worked.right);
  const noted = await note(bulk, key, planned.right, standing, read.right, size)();
  if (E.isLeft(noted)) return setAside(bulk, key, noted.left);
  return isSame
    ? { kind: 'skipped', key }
    : { kind: 'worked', outcome: E.right({ key, value: worked.right }) };
};

const setAside = ({ sink }: Bulk, key: ItemKey, diagnostics: Diagnostics): Worked => {
  const failure: ItemFailure = { key, operator: sink.path, diagnostics };
  return { kind: 'worked', outcome: E.left(failure) };
};

/** Bytes that the sink wrote. */
const sizeOf = (value: unknown): number => (travelsOn({ kind: 'saved' }, value) ? value.size : -1);

/** Records a result. Size and time of the source are those from before it was read. */
const note = (
  { journal }: Bulk,
  key: ItemKey,
  { target, pipeline }: Work,
  standing: Standing,
  sourceDigest: Digest,
  outputSize: number,
): TE.TaskEither<Diagnostics, void> => {
  if (!('stats' in standing)) return TE.right(undefined);
  const { size, mtimeMs } = standing.stats;
  const entry: JournalEntry = {
    v: 1,
    output: outputName(journal.folder, target),
    outputSize,
    source: key.path,
    sourceSize: size,
    sourceModified: mtimeMs,
    sourceDigest,
    pipeline,
    at: new Date().toISOString(),
  };
  return appendEntry(journal.folder, entry);
};
