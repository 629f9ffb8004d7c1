import { constants } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { onDisk } from '../../disk/names.js';
import { openRegular } from '../../disk/regular.js';
import { isTemporary } from '../../disk/temporary.js';
import { walk } from '../../disk/walk.js';
import { type Holder, type Lock, type LockOptions, takeLock } from '../lock.js';
import type { Entry } from './entries.js';
import { type InFlight, openInFlight } from './in-flight.js';
import {
  appendEntry,
  FOLDER,
  inFlightPath,
  type Journal,
  journalPath,
  lockPath,
  makeOwnFolder,
  readJournal,
  recordFailure,
} from './journal.js';

/** A folder's journal while it is written: by one process at a time. */
export interface Ledger {
  readonly journal: Journal;
  readonly inFlight: InFlight;
  /** Whether the process that wrote here last ended without a word. */
  readonly wasLeft: boolean;
  /** Adds an entry to the file, and then to what is known. */
  readonly record: (entry: Entry) => TE.TaskEither<Diagnostics, void>;
  /** Brings what was written to the disk, and lets others write. */
  readonly close: Task<void>;
}

/**
 * Opens a folder's journal for writing. Where whoever wrote before was cut off, temporary files that he left are removed.
 * Errors: `run/folder-in-use` while another process writes results there; where nothing can be written, those of `recordFailure`.
 *
 * @param options how to wait where it has to be watched for a while whether whoever holds the folder lives
 */
export const openLedger = (folder: string, options: LockOptions = {}): TE.TaskEither<Diagnostics, Ledger> =>
  pipe(
    lockFolder(folder, options),
    TE.chain((lock) =>
      pipe(
        TE.fromTask(() => (lock.wasLeft ? clearLeftovers(folder) : Promise.resolve())),
        TE.chain(() => readJournal(folder)),
        TE.bind('inFlight', ({ journal }) =>
          TE.fromTask(() =>
            openInFlight(inFlightPath(folder), lock.wasLeft, (output, digests) =>
              digests.includes(journal.resultOf(output)()?.outputDigest ?? ''),
            ),
          ),
        ),
        TE.map(({ journal, add, inFlight }): Ledger => {
          let isOpen = true;
          return {
            journal,
            inFlight,
            wasLeft: lock.wasLeft,
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

const lockFolder = (folder: string, options: LockOptions): TE.TaskEither<Diagnostics, Lock> =>
  pipe(
    TE.tryCatch(async () => {
      await makeOwnFolder(folder);
      return takeLock(lockPath(folder), options);
    }, recordFailure(folder)),
    TE.chainEitherK(E.mapLeft((holder): Diagnostics => [inUse(folder, holder)])),
  );

const inUse = (folder: string, { pid, host, since }: Holder) =>
  failure(
    'run/folder-in-use',
    `Process ${pid} on ${host} has been writing results to ${folder} since ${since}.`,
    {
      hint: `Wait until it is done, stop it, or write to another folder. If no such process is Prismflow’s, remove ${lockPath(folder)}.`,
    },
  );

/** Removes what writers that were killed left between their files: theirs never got its name. */
export const clearLeftovers = async (folder: string): Promise<void> => {
  // Folders that may not be read, or whose names are no text, do not keep those in others from being cleared.
  for await (const { kind, path } of walk(folder, NEVER, Number.POSITIVE_INFINITY, true))
    if (kind === 'file' && (isTemporary(basename(path)) || path.startsWith(`${FOLDER}/lock.`)))
      await rm(onDisk(join(folder, path)), { force: true }).catch(() => undefined);
};

const NEVER = new AbortController().signal;

const syncJournal = async (folder: string): Promise<void> => {
  const file = await openRegular(journalPath(folder), constants.O_RDONLY).catch(() => undefined);
  await file?.datasync().catch(() => undefined);
  await file?.close();
};
