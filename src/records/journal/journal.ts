import { closeSync, constants, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Digest } from '../../disk/digest.js';
import { makeFolder, obstacleTo } from '../../disk/folders.js';
import { NotLinesError, readLines } from '../../disk/lines.js';
import type { Look } from '../../disk/look.js';
import {
  NotAFileError,
  openRegular,
  openRegularSync,
  SharedFileError,
  separated,
} from '../../disk/regular.js';
import { writeFailure } from '../../disk/write.js';
import { OWN_FOLDER } from '../../ops/save/clearance.js';
import { definedOnly } from '../../ports/defined.js';
import {
  type DoneEntry,
  type Entry,
  type FailedEntry,
  type FirstEntry,
  type OutputState,
  readEntry,
  type SourceState,
  type TouchedEntry,
  type WrittenEntry,
} from './entries.js';
import { openLine, sealLine } from './line.js';
import { createPlaces, type Place } from './place-index.js';

/** What is asked about a result. */
export interface Result extends SourceState {
  readonly output: string;
  readonly outputSize: number;
  /** Absent for results of the journal's first version. */
  readonly outputDigest?: Digest;
  /** The file as it was known last; absent for older results. */
  readonly outputLook?: Omit<Look, 'size'>;
  readonly pipeline: Digest;
}

/** What is known of a file that was written, by whatever pipeline. */
export interface WrittenFile extends Pick<Result, 'outputSize' | 'outputDigest' | 'outputLook'> {
  /** When its content was changed last, as it was written: milliseconds since 1970. Absent in older entries. */
  readonly outputModified?: number;
}

/**
 * The record of what was written to a folder, kept in that folder. It grows as a run adds to it. What is asked for is read
 * from the file again, so that memory does not grow with the number of photos: see `places.ts`.
 */
export interface Journal {
  readonly folder: string;
  /** The result that a file is, by `output`: the last entry about a file holds. */
  readonly resultOf: (output: string) => IO<Result | undefined>;
  /** What was written to a file last, by `output`, by a pipeline of any kind. */
  readonly writtenOf: (output: string) => IO<WrittenFile | undefined>;
  /** A result made of some content, by that content's digest. */
  readonly madeOf: (content: Digest) => IO<Result | undefined>;
  /** Why a source could not be worked on, if it was not since, by `source`. */
  readonly failureOf: (source: string) => IO<FailedEntry | undefined>;
  readonly recipes: ReadonlySet<Digest>;
  /** True while no entry is known. */
  readonly isEmpty: IO<boolean>;
}

/** A journal, and how to tell it what stands in its file. */
export interface GrowingJournal {
  readonly journal: Journal;
  readonly add: (placed: Placed) => IO<void>;
}

/** An entry, and where its line stands in the file. */
export interface Placed {
  readonly entry: Entry;
  readonly place: Place;
}

/** The folder that Prismflow keeps its own files in, inside a folder of results. */
export const FOLDER = OWN_FOLDER;
const FILE = 'journal.jsonl';

/** Path of a folder's journal. */
export const journalPath = (folder: string): string => join(folder, FOLDER, FILE);

/** The file that says who writes to a folder. */
export const lockPath = (folder: string): string => join(folder, FOLDER, 'lock');

/** The file that says which sources are being worked on. */
export const inFlightPath = (folder: string): string => join(folder, FOLDER, 'in-flight.json');

/** How the journal of a folder names a file: with forward slashes, relative to the folder. */
export const nameIn = (folder: string, file: string): string => relative(folder, file).split(sep).join('/');

/** A journal of which nothing is known. */
export const emptyJournal = (folder: string): GrowingJournal => {
  const [results, touches, contents, failures] = [
    createPlaces(),
    createPlaces(),
    createPlaces(),
    createPlaces(),
  ];
  const recipes = new Set<Digest>();
  let isEmpty = true;
  const entryAt = (place: Place | undefined): Entry | undefined =>
    place === undefined ? undefined : readLine(journalPath(folder), place);
  const resultAt = (place: Place | undefined): Result | undefined => {
    const entry = entryAt(place);
    return entry !== undefined && isResult(entry) ? { ...entry, ...lookIn(entry) } : undefined;
  };
  const touchedOf = (output: string): TouchedEntry | undefined => {
    const entry = entryAt(touches.get(output));
    return entry !== undefined && isTouched(entry) && entry.output === output ? entry : undefined;
  };
  return {
    journal: {
      folder,
      recipes,
      isEmpty: () => isEmpty,
      resultOf: (output) => () => {
        const result = resultAt(results.get(output));
        if (result?.output !== output) return undefined;
        const touched = touchedOf(output);
        if (touched?.sourceDigest !== result.sourceDigest) return result;
        const { source, sourceSize, sourceModified, sourceTag } = touched;
        return {
          ...result,
          source,
          sourceSize,
          sourceModified,
          ...definedOnly({ sourceTag }),
          ...lookIn(touched),
        };
      },
      writtenOf: (output) => () => {
        const entry = entryAt(results.get(output));
        if (entry === undefined || !isAboutFile(entry) || entry.output !== output) return undefined;
        const { outputSize } = entry;
        return {
          outputSize,
          ...('outputDigest' in entry
            ? definedOnly({ outputDigest: entry.outputDigest, outputModified: entry.outputModified })
            : {}),
          ...lookIn(entry),
          ...lookIn(touchedOf(output) ?? {}),
        };
      },
      madeOf: (content) => () => {
        const result = resultAt(contents.get(content));
        return result?.sourceDigest === content ? result : undefined;
      },
      failureOf: (source) => () => {
        const entry = entryAt(failures.get(source));
        return entry !== undefined && isFailed(entry) && entry.source === source ? entry : undefined;
      },
    },
    add:
      ({ entry, place }) =>
      () => {
        isEmpty = false;
        if (isResult(entry)) {
          results.set(entry.output, place);
          contents.set(entry.sourceDigest, place);
          touches.delete(entry.output);
          failures.delete(entry.source);
        } else if (entry.kind === 'written') {
          results.set(entry.output, place);
          touches.delete(entry.output);
        } else if (entry.kind === 'recipe') recipes.add(entry.id);
        else if (entry.kind === 'failed') failures.set(entry.source, place);
        else touches.set(entry.output, place);
      },
  };
};

const isResult = (entry: Entry): entry is FirstEntry | DoneEntry =>
  !('kind' in entry) || entry.kind === 'done';
const isAboutFile = (entry: Entry): entry is FirstEntry | DoneEntry | WrittenEntry =>
  isResult(entry) || ('kind' in entry && entry.kind === 'written');
const isTouched = (entry: Entry): entry is TouchedEntry => 'kind' in entry && entry.kind === 'touched';
const isFailed = (entry: Entry): entry is FailedEntry => 'kind' in entry && entry.kind === 'failed';

/** The look at its file that an entry holds, if it holds all of one. */
const lookIn = (entry: OutputState | FirstEntry): { readonly outputLook?: Omit<Look, 'size'> } => {
  const { outputModified, outputChanged, outputInode, outputTag } = entry as OutputState;
  return outputModified === undefined || outputChanged === undefined || outputInode === undefined
    ? {}
    : {
        outputLook: {
          modified: outputModified,
          changed: outputChanged,
          inode: outputInode,
          ...definedOnly({ tag: outputTag }),
        },
      };
};

/** What stands at a place of a file; undefined where that is no entry, or the file is not there any more. */
const readLine = (path: string, { at, length }: Place): Entry | undefined => {
  const bytes = Buffer.allocUnsafe(length);
  try {
    const descriptor = openRegularSync(path, constants.O_RDONLY);
    try {
      readSync(descriptor, bytes, 0, length, at);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
  return O.toUndefined(entryOn(bytes));
};

const isAbsent = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');

/** All entries of a folder's journal, in order; lines that were cut off or spoilt are passed over. */
export async function* entriesOf(folder: string): AsyncGenerator<Entry> {
  for await (const { entry } of placedIn(folder)) yield entry;
}

/** Bytes that a line of the journal can have: the longest holds a whole pipeline, which has at most one MiB as YAML. */
const LONGEST_LINE = 16 * 2 ** 20;

/**
 * Goes through the lines of the file. What is longer than a line can be is passed over without being kept; what is no file, such
 * as a pipe or a link, is not read.
 */
async function* placedIn(folder: string): AsyncGenerator<Placed> {
  await refuseObstacle(folder);
  const file = await openRegular(journalPath(folder), constants.O_RDONLY).catch((thrown: unknown) => {
    if (isAbsent(thrown)) return undefined;
    throw thrown;
  });
  if (file === undefined) return;
  try {
    for await (const { at, bytes, value } of readLines(file, LONGEST_LINE, entryOn))
      yield { entry: value, place: { at, length: bytes.length } };
  } finally {
    await file.close();
  }
}

const entryOn = (line: Uint8Array): O.Option<Entry> =>
  line.length === 0
    ? O.none
    : pipe(openLine(Buffer.from(line.buffer, line.byteOffset, line.length).toString()), O.chain(readEntry));

/** Whether something else stands where records are kept, such as a link or a pipe. */
const isNoRecord = (cause: unknown): cause is Error =>
  cause instanceof NotAFileError || cause instanceof NotAFolderError;

/** Why a journal cannot be read. */
const unreadable = (folder: string, cause: unknown): Diagnostics => [
  isNoRecord(cause)
    ? failure(
        'run/journal',
        `${cause.message}, so it is none of the files that Prismflow keeps its records in.`,
        {
          hint: 'Remove it; `.prismflow` is made anew where it is missing.',
          cause,
        },
      )
    : failure('file/unreadable', `${journalPath(folder)} cannot be read: ${messageOf(cause)}.`, {
        ...(cause instanceof NotLinesError
          ? {
              hint: 'It is no record of Prismflow’s, or was damaged: move it away. Without it results are made anew.',
            }
          : {}),
        cause,
      }),
];

/** Reads a folder's journal; without one there are no entries. */
export const readJournal = (folder: string): TE.TaskEither<Diagnostics, GrowingJournal> =>
  TE.tryCatch(
    async () => {
      const growing = emptyJournal(folder);
      for await (const placed of placedIn(folder)) growing.add(placed)();
      return growing;
    },
    (cause) => unreadable(folder, cause),
  );

/**
 * What it means when nothing can be recorded in a folder of results: that results cannot be written there either, in the words
 * of `writeFailure`, or that something is wrong with the record itself (`run/journal`).
 */
export const recordFailure =
  (folder: string) =>
  (cause: unknown): Diagnostics => {
    if (isNoRecord(cause)) return unreadable(folder, cause);
    if (cause instanceof Error && cause.name === 'AbortError')
      return [failure('run/cancelled', 'Stopped before anything was begun.')];
    const [said] = writeFailure(folder)(cause);
    return [
      said.code === 'image/write-failed'
        ? failure('run/journal', `${join(folder, FOLDER)} cannot be written: ${messageOf(cause)}.`, { cause })
        : said,
    ];
  };

/** Opens the file to add to it. One that has other names, by a hard link, stays in these as it is. */
const openedToAppend = async (path: string): Promise<FileHandle> => {
  const open = () => openRegular(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
  return open().catch(async (thrown: unknown) => {
    if (!(thrown instanceof SharedFileError)) throw thrown;
    await separated(path);
    return open();
  });
};

/**
 * Adds an entry to the file: one line, written at once, after a line end in case the last one was cut off. Gives the place
 * of the line.
 */
export const appendEntry = (folder: string, entry: Entry): TE.TaskEither<Diagnostics, Place> => {
  const line = Buffer.from(`\n${sealLine(entry)}`);
  const append = async (): Promise<Place> => {
    const file = await openedToAppend(journalPath(folder));
    try {
      await file.appendFile(line);
      const length = line.length - 1;
      return { at: (await file.stat()).size - length, length };
    } finally {
      await file.close();
    }
  };
  return TE.tryCatch(
    () =>
      append().catch(async (thrown: unknown) => {
        if (!isAbsent(thrown)) throw thrown;
        await makeOwnFolder(folder);
        return append();
      }),
    recordFailure(folder),
  );
};

/** Makes the folder that Prismflow keeps its own files in. Rejects where a link stands there: it could lead anywhere. */
export const makeOwnFolder = async (folder: string): Promise<void> => {
  await refuseObstacle(folder);
  await makeFolder(join(folder, FOLDER));
};

/** Rejects where a link stands for the folder of Prismflow's own files. */
const refuseObstacle = async (folder: string): Promise<void> => {
  const obstacle = await obstacleTo(folder, join(folder, FOLDER, FILE));
  if (obstacle !== undefined) throw new NotAFolderError(obstacle.path, obstacle.kind);
};

class NotAFolderError extends Error {
  override readonly name = 'NotAFolderError';

  constructor(path: string, kind: string) {
    super(`${path} is ${kind}, not a folder`);
  }
}
