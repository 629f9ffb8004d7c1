import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as O from 'fp-ts/lib/Option.js';
import * as T from 'fp-ts/lib/Task.js';
import type { Digest } from '../digest.js';
import type { FailedEntry } from './entries.js';
import { type Journal, nameIn, type Result } from './journal.js';

/** A file to work on, and the file to make of it. */
export interface Work {
  readonly source: string;
  readonly target: string;
  /** What is done to it. */
  readonly pipeline: Digest;
}

/** How sure the journal is that the work is done. */
export type WorkStatus =
  /** Recorded, and neither file was touched since. */
  | { readonly kind: 'done' }
  /** Recorded, but the source was touched: it is done if its content is still the same. */
  | { readonly kind: 'touched'; readonly result: Result; readonly stats: Stats }
  | { readonly kind: 'new'; readonly stats: Stats }
  /** The source is no file, or no longer there. */
  | { readonly kind: 'gone' };

/**
 * What a result that is no longer where it was written means: it is made again, or somebody took it away, as from a drop
 * folder's outbox, and it stays done.
 */
export type WhenGone = 'again' | 'done';

const look =
  (path: string): T.Task<O.Option<Stats>> =>
  () =>
    stat(path).then(O.some, () => O.none);

/** Asks the journal about a piece of work, without reading the files. */
export const statusOf =
  (journal: Journal, whenGone: WhenGone = 'again') =>
  ({ source, target, pipeline }: Work): T.Task<WorkStatus> => {
    const result = journal.resultOf(nameIn(journal.folder, target))();
    const isRecorded = result !== undefined && result.pipeline === pipeline;
    return T.Monad.chain(look(source), (of) => {
      // A pipe or a device is not opened: reading it could wait for ever.
      if (O.isNone(of) || !of.value.isFile()) return T.of<WorkStatus>({ kind: 'gone' });
      const stats = of.value;
      if (!isRecorded) return T.of<WorkStatus>({ kind: 'new', stats });
      return T.Monad.map(look(join(journal.folder, result.output)), (output): WorkStatus => {
        const isThere = O.isSome(output) && output.value.size === result.outputSize;
        if (!isThere && (O.isSome(output) || whenGone === 'again')) return { kind: 'new', stats };
        return isSource(result, stats) ? { kind: 'done' } : { kind: 'touched', result, stats };
      });
    });
  };

/** True when a file has the size and the time that were recorded. */
export const isSource = (
  { sourceSize, sourceModified }: Pick<Result, 'sourceSize' | 'sourceModified'>,
  { size, mtimeMs }: Stats,
): boolean => size === sourceSize && mtimeMs === sourceModified;

/** The failure that is recorded of this very work: the same content, pipeline and version. */
export const failureOf = (
  journal: Journal,
  source: string,
  digest: Digest,
  pipeline: Digest,
  version: string,
): FailedEntry | undefined => {
  const entry = journal.failureOf(source)();
  return entry?.sourceDigest === digest && entry.pipeline === pipeline && entry.version === version
    ? entry
    : undefined;
};
