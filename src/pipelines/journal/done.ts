import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as O from 'fp-ts/lib/Option.js';
import * as T from 'fp-ts/lib/Task.js';
import type { Digest } from './digest.js';
import { type Journal, type JournalEntry, outputName } from './journal.js';

/** A file to work on, and the file to make of it. */
export interface Work {
  readonly source: string;
  readonly target: string;
  /** What is done to it. */
  readonly pipeline: Digest;
}

/** How sure the journal is that the work is done. */
export type Standing =
  /** Recorded, and neither file was touched since. */
  | { readonly kind: 'done' }
  /** Recorded, but the source was touched: it is done if its content is still the same. */
  | { readonly kind: 'touched'; readonly entry: JournalEntry; readonly stats: Stats }
  | { readonly kind: 'new'; readonly stats: Stats }
  /** The source is no file, or no longer there. */
  | { readonly kind: 'gone' };

const look =
  (path: string): T.Task<O.Option<Stats>> =>
  () =>
    stat(path).then(O.some, () => O.none);

/** Asks the journal about a piece of work, without reading the files. */
export const standingOf =
  (journal: Journal) =>
  ({ source, target, pipeline }: Work): T.Task<Standing> => {
    const entry = journal.entries.get(outputName(journal.folder, target));
    const isRecorded = entry !== undefined && entry.pipeline === pipeline;
    return T.Monad.chain(look(source), (of) => {
      // A pipe or a device is not opened: reading it could wait for ever.
      if (O.isNone(of) || !of.value.isFile()) return T.of<Standing>({ kind: 'gone' });
      const stats = of.value;
      if (!isRecorded) return T.of<Standing>({ kind: 'new', stats });
      return T.Monad.map(look(join(journal.folder, entry.output)), (output): Standing => {
        if (O.isNone(output) || output.value.size !== entry.outputSize) return { kind: 'new', stats };
        return stats.size === entry.sourceSize && stats.mtimeMs === entry.sourceModified
          ? { kind: 'done' }
          : { kind: 'touched', entry, stats };
      });
    });
  };
