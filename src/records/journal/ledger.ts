import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { isTemporary } from '../../disk/write.js';
import { type Holder, type Lock, takeLock } from '../lock.js';
import type { Entry } from './entries.js';
import { type InFlight, openInFlight } from './in-flight.js';
import {
  appendEntry,
  FOLDER,
  inFlightPath,
  type Journal,
  journalPath,
  lockPath,
  readJournal,
} from './journal.js';

/** A folder's journal while it is written: by one process at a time. */
export interface Ledger {
  readonly journal: Journal;
  readonly inFlight: InFlight;
  /** Adds an entry to the file, and then to what is known. */
  readonly record: (entry: Entry) => TE.TaskEither<Diagnostics, void>;
  /** Brings what was written to the disk, and lets others write. */
  readonly close: Task<void>;
}

/**
 * Opens a folder's journal for writing. Where whoever wrote before was cut off, temporary files that he left are removed.
 * Errors: `run/folder-in-use` while another process writes results there, `run/journal` where nothing can be written.
 */
export const openLedger = (folder: string): TE.TaskEither<Diagnostics, Ledger> =>
  pipe(
    lockFolder(folder),
    TE.chain((lock) =>
      pipe(
        TE.fromTask(() => (lock.wasLeft ? clearLeftovers(folder) : Promise.resolve())),
        TE.chain(() => readJournal(folder)),
        TE.bind('inFlight', () => TE.fromTask(() => openInFlight(inFlightPath(folder), lock.wasLeft))),
        TE.map(({ journal, add, inFlight }): Ledger => {
          let isOpen = true;
          return {
            journal,
            inFlight,
            // What goes on after a run was stopped may no longer write: the folder can be another's by then.
            record: (entry) =>
              pipe(
                isOpen ? appendEntry(folder, entry) : TE.left<Diagnostics>([isClosed]),
                TE.chainIOK((place) => add({ entry, place })),
              ),
            close: async () => {
              isOpen = false;
              try {
                await inFlight.close();
                await syncJournal(folder);
              } finally {
                await lock.release();
              }
            },
          };
        }),
        (opened) => releasing(lock, opened),
      ),
    ),
  );

/** Gives the lock back when the rest does not open, or throws. */
const releasing =
  <A>(lock: Lock, opened: TE.TaskEither<Diagnostics, A>): TE.TaskEither<Diagnostics, A> =>
  async () => {
    try {
      const result = await opened();
      if (E.isLeft(result)) await lock.release();
      return result;
    } catch (thrown) {
      await lock.release();
      throw thrown;
    }
  };

const isClosed = failure('run/cancelled', 'Stopped before it was written down.');

const lockFolder = (folder: string): TE.TaskEither<Diagnostics, Lock> =>
  pipe(
    TE.tryCatch(
      async () => {
        await mkdir(join(folder, FOLDER), { recursive: true });
        return takeLock(lockPath(folder));
      },
      (cause): Diagnostics => [
        failure('run/journal', `${join(folder, FOLDER)} cannot be written: ${messageOf(cause)}.`, { cause }),
      ],
    ),
    TE.chainEitherK(E.mapLeft((holder): Diagnostics => [inUse(folder, holder)])),
  );

const inUse = (folder: string, { pid, host, since }: Holder) =>
  failure(
    'run/folder-in-use',
    `Process ${pid} on ${host} has been writing results to ${folder} since ${since}.`,
  );

/** Removes what writers that were killed left between their files: theirs never got its name. */
export const clearLeftovers = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const left = entries.filter(
    ({ name, parentPath }) =>
      isTemporary(name) || (parentPath === join(folder, FOLDER) && name.startsWith('lock.')),
  );
  await Promise.all(
    left.map(({ name, parentPath }) => rm(join(parentPath, name), { force: true }).catch(() => undefined)),
  );
};

const syncJournal = async (folder: string): Promise<void> => {
  const file = await open(journalPath(folder), 'r').catch(() => undefined);
  await file?.datasync().catch(() => undefined);
  await file?.close();
};
