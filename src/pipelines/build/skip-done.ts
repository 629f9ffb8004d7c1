import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
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
import { digestFile } from '../journal/digest.js';
import { type Standing, standingOf, type Work } from '../journal/done.js';
import { appendEntry, type JournalEntry, outputName } from '../journal/journal.js';
import type { Plan } from '../plan/plan.js';
import type { LaneWork } from './lane.js';

/** Is told of every item that is not worked on because it is done. */
export type Skips = (key: ItemKey) => IO<void>;

type Bulk = NonNullable<Plan['bulk']>;

/** What became of an item: a result, or nothing, since it is done already or is itself a result. */
type Worked =
  | { readonly kind: 'worked'; readonly outcome: Outcome<unknown> }
  | { readonly kind: 'skipped'; readonly key: ItemKey }
  | { readonly kind: 'ignored' };

/** Runs a lane over the files that are not done yet, and records those that get done. */
export const recorded =
  (bulk: Bulk, work: LaneWork, jobs: number, skips: Skips) =>
  (source: ItemFlow<unknown>): ItemFlow<unknown> =>
    pipe(
      source,
      runLanes<Outcome<unknown>, Worked>(
        (outcome, signal) => {
          if (E.isLeft(outcome)) return { now: { kind: 'worked', outcome } };
          const { key, value } = outcome.right;
          return travelsOn({ kind: 'file' }, value)
            ? workOn(bulk, work, { key, value }, signal)
            : { now: { kind: 'ignored' } };
        },
        { lanes: jobs },
      ),
      operate<Worked, Outcome<unknown>>(async function* (results) {
        for await (const result of results) {
          if (result.kind === 'worked') yield result.outcome;
          if (result.kind === 'skipped') skips(result.key)();
        }
      }),
    );

const workOn = async (
  bulk: Bulk,
  work: LaneWork,
  item: Item<FileRef>,
  signal: AbortSignal,
): Promise<Worked> => {
  const { key } = item;
  const planned = bulk.worksOn(item);
  if (E.isLeft(planned)) return failed(bulk, key, planned.left);
  if (planned.right === undefined) return { kind: 'ignored' };
  const standing = await standingOf(bulk.journal)(planned.right)();
  if (standing.kind === 'done') return { kind: 'skipped', key };
  const digested = standing.kind === 'gone' ? E.right('') : await digestFile(planned.right.source)();
  if (E.isLeft(digested)) return failed(bulk, key, digested.left);
  const isSame = standing.kind === 'touched' && standing.entry.sourceDigest === digested.right;
  if (!isSame) {
    const worked = await work(item, signal);
    if (E.isLeft(worked)) return { kind: 'worked', outcome: worked };
    const noted = await note(bulk, key, planned.right, standing, digested.right, sizeOf(worked.right))();
    return E.isLeft(noted)
      ? failed(bulk, key, noted.left)
      : { kind: 'worked', outcome: E.right({ key, value: worked.right }) };
  }
  const noted = await note(bulk, key, planned.right, standing, digested.right, standing.entry.outputSize)();
  return E.isLeft(noted) ? failed(bulk, key, noted.left) : { kind: 'skipped', key };
};

const failed = ({ sink }: Bulk, key: ItemKey, diagnostics: Diagnostics): Worked => {
  const failure: ItemFailure = { key, operator: sink.path, diagnostics };
  return { kind: 'worked', outcome: E.left(failure) };
};

const sizeOf = (value: unknown): number => (travelsOn({ kind: 'saved' }, value) ? value.size : -1);

const note = (
  { journal }: Bulk,
  key: ItemKey,
  { target, pipeline }: Work,
  standing: Standing,
  sourceDigest: string,
  outputSize: number,
): TE.TaskEither<Diagnostics, void> => {
  if (!('stats' in standing)) return TE.right(undefined);
  const entry: JournalEntry = {
    v: 1,
    output: outputName(journal.folder, target),
    outputSize,
    source: key.path,
    sourceSize: standing.stats.size,
    sourceModified: standing.stats.mtimeMs,
    sourceDigest,
    pipeline,
    at: new Date().toISOString(),
  };
  return appendEntry(journal.folder, entry);
};
