import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Digest } from '../digest.js';
import {
  type DoneEntry,
  type Entry,
  type FailedEntry,
  type FirstEntry,
  readEntry,
  type SourceState,
  type TouchedEntry,
} from './entries.js';
import { openLine, sealLine } from './line.js';
import { createPlaces, type Place } from './place-index.js';

/** What is asked about a result. */
export interface Result extends SourceState {
  readonly output: string;
  readonly outputSize: number;
  /** Absent for results of the journal's first version. */
  readonly outputDigest?: Digest;
  readonly pipeline: Digest;
}

/**
 * The record of what was written to a folder, kept in that folder. It grows as a run adds to it. What is asked for is read
 * from the file again, so that memory does not grow with the number of photos: see `places.ts`.
 */
export interface Journal {
  readonly folder: string;
  /** The result that a file is, by `output`: the last entry about a file holds. */
  readonly resultOf: (output: string) => IO<Result | undefined>;
  /** A result made of some content, by that content's digest. */
  readonly madeOf: (content: Digest) => IO<Result | undefined>;
  /** Why a source could not be worked on, if it was not since, by `source`. */
  readonly failureOf: (source: string) => IO<FailedEntry | undefined>;
  readonly recipes: ReadonlySet<Digest>;
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
export const FOLDER = '.prismflow';
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
  const entryAt = (place: Place | undefined): Entry | undefined =>
    place === undefined ? undefined : readLine(journalPath(folder), place);
  const resultAt = (place: Place | undefined): Result | undefined => {
    const entry = entryAt(place);
    return entry !== undefined && isResult(entry) ? entry : undefined;
  };
  const touchedOf = (output: string): TouchedEntry | undefined => {
    const entry = entryAt(touches.get(output));
    return entry !== undefined && isTouched(entry) && entry.output === output ? entry : undefined;
  };
  return {
    journal: {
      folder,
      recipes,
      resultOf: (output) => () => {
        const result = resultAt(results.get(output));
        if (result?.output !== output) return undefined;
        const touched = touchedOf(output);
        if (touched?.sourceDigest !== result.sourceDigest) return result;
        const { source, sourceSize, sourceModified } = touched;
        return { ...result, source, sourceSize, sourceModified };
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
        if (isResult(entry)) {
          results.set(entry.output, place);
          contents.set(entry.sourceDigest, place);
          touches.delete(entry.output);
          failures.delete(entry.source);
        } else if (entry.kind === 'recipe') recipes.add(entry.id);
        else if (entry.kind === 'failed') failures.set(entry.source, place);
        else touches.set(entry.output, place);
      },
  };
};

const isResult = (entry: Entry): entry is FirstEntry | DoneEntry =>
  !('kind' in entry) || entry.kind === 'done';
const isTouched = (entry: Entry): entry is TouchedEntry => 'kind' in entry && entry.kind === 'touched';
const isFailed = (entry: Entry): entry is FailedEntry => 'kind' in entry && entry.kind === 'failed';

/** What stands at a place of a file; undefined where that is no entry, or the file is not there any more. */
const readLine = (path: string, { at, length }: Place): Entry | undefined => {
  const bytes = Buffer.allocUnsafe(length);
  try {
    const descriptor = openSync(path, 'r');
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

const LINE_END = 0x0a;

async function* placedIn(folder: string): AsyncGenerator<Placed> {
  let rest: Uint8Array = Buffer.alloc(0);
  let at = 0;
  try {
    for await (const chunk of createReadStream(journalPath(folder), { highWaterMark: 1 << 18 })) {
      const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      let from = 0;
      for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
        yield* placedOn(bytes.subarray(from, end), at + from);
        from = end + 1;
      }
      rest = bytes.subarray(from);
      at += from;
    }
  } catch (thrown) {
    if (!isAbsent(thrown)) throw thrown;
  }
  yield* placedOn(rest, at);
}

const placedOn = (line: Uint8Array, at: number): readonly Placed[] =>
  pipe(
    entryOn(line),
    O.match(
      () => [],
      (entry) => [{ entry, place: { at, length: line.length } }],
    ),
  );

const entryOn = (line: Uint8Array): O.Option<Entry> =>
  line.length === 0
    ? O.none
    : pipe(openLine(Buffer.from(line.buffer, line.byteOffset, line.length).toString()), O.chain(readEntry));

/** Reads a folder's journal; without one there are no entries. */
export const readJournal = (folder: string): TE.TaskEither<Diagnostics, GrowingJournal> =>
  TE.tryCatch(
    async () => {
      const growing = emptyJournal(folder);
      for await (const placed of placedIn(folder)) growing.add(placed)();
      return growing;
    },
    (cause): Diagnostics => [
      failure('file/unreadable', `${journalPath(folder)} cannot be read: ${messageOf(cause)}.`, { cause }),
    ],
  );

/**
 * Adds an entry to the file: one line, written at once, after a line end in case the last one was cut off. Gives the place
 * of the line.
 */
export const appendEntry = (folder: string, entry: Entry): TE.TaskEither<Diagnostics, Place> => {
  const line = Buffer.from(`\n${sealLine(entry)}`);
  const append = async (): Promise<Place> => {
    const file = await open(journalPath(folder), 'a');
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
        await mkdir(join(folder, FOLDER), { recursive: true });
        return append();
      }),
    (cause): Diagnostics => {
      const isFull = cause instanceof Error && 'code' in cause && /^(ENOSPC|EDQUOT)$/.test(`${cause.code}`);
      return [
        isFull
          ? failure('image/disk-full', `There is no room left to write ${journalPath(folder)}.`, { cause })
          : failure('run/journal', `${journalPath(folder)} cannot be written: ${messageOf(cause)}.`, {
              cause,
            }),
      ];
    },
  );
};
