import { createReadStream } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Digest } from './digest.js';
import {
  type DoneEntry,
  type Entry,
  type FailedEntry,
  type FirstEntry,
  readEntry,
  type SourceState,
} from './entries.js';
import { openLine, sealLine } from './line.js';

/** What is kept in memory of a result. */
export interface Result extends SourceState {
  readonly output: string;
  readonly outputSize: number;
  /** Absent for results of the journal's first version. */
  readonly outputDigest?: Digest;
  readonly pipeline: Digest;
}

/** The record of what was written to a folder, kept in that folder. It grows as a run adds to it. */
export interface Journal {
  readonly folder: string;
  /** Results by `output`: the last entry about a file holds. */
  readonly results: ReadonlyMap<string, Result>;
  /** A result made of some content, by that content's digest. */
  readonly byContent: ReadonlyMap<Digest, Result>;
  /** Sources that could not be worked on, and were not since, by `source`. */
  readonly failures: ReadonlyMap<string, FailedEntry>;
  readonly recipes: ReadonlySet<Digest>;
}

/** A journal, and how to add what was written to it. */
export interface GrowingJournal {
  readonly journal: Journal;
  readonly add: (entry: Entry) => IO<void>;
}

/** The folder that Prismflow keeps its own files in, inside a folder of results. */
export const FOLDER = '.prismflow';
const FILE = 'journal.jsonl';

/** Path of a folder's journal. */
export const journalPath = (folder: string): string => join(folder, FOLDER, FILE);

/** The file that says who writes to a folder. */
export const lockPath = (folder: string): string => join(folder, FOLDER, 'lock');

/** How the journal of a folder names a file: with forward slashes, relative to the folder. */
export const nameIn = (folder: string, file: string): string => relative(folder, file).split(sep).join('/');

/** A journal without entries. */
export const emptyJournal = (folder: string): GrowingJournal => {
  const results = new Map<string, Result>();
  const byContent = new Map<Digest, Result>();
  const failures = new Map<string, FailedEntry>();
  const recipes = new Set<Digest>();
  // Thousands of results share one pipeline: its digest is kept once.
  const shared = new Map<string, string>();
  const once = (text: string): string => {
    const known = shared.get(text);
    if (known === undefined) shared.set(text, text);
    return known ?? text;
  };
  return {
    journal: { folder, results, byContent, failures, recipes },
    add: (entry) => () => {
      if (!('kind' in entry) || entry.kind === 'done') {
        const result: Result = { ...resultOf(entry), pipeline: once(entry.pipeline) };
        results.set(entry.output, result);
        byContent.set(entry.sourceDigest, result);
        failures.delete(entry.source);
      } else if (entry.kind === 'recipe') recipes.add(entry.id);
      else if (entry.kind === 'failed') failures.set(entry.source, entry);
      else {
        const { output, source, sourceSize, sourceModified, sourceDigest } = entry;
        const result = results.get(output);
        if (result?.sourceDigest === sourceDigest)
          results.set(output, { ...result, source, sourceSize, sourceModified });
      }
    },
  };
};

/** What is kept of an entry: journals can have a million. */
const resultOf = (entry: FirstEntry | DoneEntry): Result => ({
  output: entry.output,
  outputSize: entry.outputSize,
  ...('outputDigest' in entry ? { outputDigest: entry.outputDigest } : {}),
  source: entry.source === entry.output ? entry.output : entry.source,
  sourceSize: entry.sourceSize,
  sourceModified: entry.sourceModified,
  sourceDigest: entry.sourceDigest,
  pipeline: entry.pipeline,
});

const isAbsent = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');

/** All entries of a folder's journal, in order; lines that were cut off or spoilt are passed over. */
export async function* entriesOf(folder: string): AsyncGenerator<Entry> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of createReadStream(journalPath(folder), { highWaterMark: 1 << 20 })) {
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) yield* entryOn(text);
    }
  } catch (thrown) {
    if (!isAbsent(thrown)) throw thrown;
  }
  yield* entryOn(rest);
}

const entryOn = (text: string): readonly Entry[] =>
  text === ''
    ? []
    : pipe(
        openLine(text),
        O.chain(readEntry),
        O.match(
          () => [],
          (entry) => [entry],
        ),
      );

/** Reads a folder's journal; without one there are no entries. */
export const readJournal = (folder: string): TE.TaskEither<Diagnostics, GrowingJournal> =>
  TE.tryCatch(
    async () => {
      const growing = emptyJournal(folder);
      for await (const entry of entriesOf(folder)) growing.add(entry)();
      return growing;
    },
    (cause): Diagnostics => [
      failure('file/unreadable', `${journalPath(folder)} cannot be read: ${messageOf(cause)}.`, { cause }),
    ],
  );

/** Adds an entry to the file: one line, written at once, after a line end in case the last one was cut off. */
export const appendEntry = (folder: string, entry: Entry): TE.TaskEither<Diagnostics, void> => {
  const append = () => appendFile(journalPath(folder), `\n${sealLine(entry)}`);
  return TE.tryCatch(
    () =>
      append().catch(async (thrown: unknown) => {
        if (!isAbsent(thrown)) throw thrown;
        await mkdir(join(folder, FOLDER), { recursive: true });
        await append();
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
