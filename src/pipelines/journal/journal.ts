import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Digest } from './digest.js';

/** What was done: one line of the journal. */
export interface JournalEntry {
  readonly v: 1;
  /** The file written, relative to the journal's folder, with forward slashes. */
  readonly output: string;
  readonly outputSize: number;
  /** The item's path below its source's folder. */
  readonly source: string;
  readonly sourceSize: number;
  /** Milliseconds since 1970. */
  readonly sourceModified: number;
  readonly sourceDigest: Digest;
  /** What was done to it: see `digestPipeline`. */
  readonly pipeline: Digest;
  /** ISO 8601, UTC. */
  readonly at: string;
}

const entryCodec: t.Type<JournalEntry, unknown, unknown> = t.readonly(
  t.type({
    v: t.literal(1),
    output: t.string,
    outputSize: t.number,
    source: t.string,
    sourceSize: t.number,
    sourceModified: t.number,
    sourceDigest: t.string,
    pipeline: t.string,
    at: t.string,
  }),
);

/** The record of what was written to a folder, kept in that folder: the last entry about a file holds. */
export interface Journal {
  readonly folder: string;
  /** Entries by `output`. */
  readonly entries: ReadonlyMap<string, JournalEntry>;
}

const FOLDER = '.prismflow';
const FILE = 'journal.jsonl';

/** Path of a folder's journal. */
export const journalPath = (folder: string): string => join(folder, FOLDER, FILE);

/** How the journal of a folder names a file in it. */
export const outputName = (folder: string, file: string): string =>
  relative(folder, file).split(sep).join('/');

/** Reads a folder's journal. Without one there are no entries; a line that was cut off when the machine stopped is skipped. */
export const readJournal = (folder: string): TE.TaskEither<Diagnostics, Journal> =>
  TE.Monad.map(
    TE.tryCatch(
      () =>
        readFile(journalPath(folder), 'utf8').catch((thrown: unknown) => {
          if (isAbsent(thrown)) return '';
          throw thrown;
        }),
      (cause): Diagnostics => [
        failure('file/unreadable', `${journalPath(folder)} cannot be read: ${messageOf(cause)}.`, { cause }),
      ],
    ),
    (text) => ({
      folder,
      entries: new Map(
        text
          .split('\n')
          .flatMap(readLine)
          .map((entry) => [entry.output, entry] as const),
      ),
    }),
  );

const isAbsent = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');

const readLine = (line: string): readonly JournalEntry[] => {
  const parsed = E.tryCatch((): unknown => JSON.parse(line), String);
  const entry = E.isRight(parsed) ? entryCodec.decode(parsed.right) : parsed;
  return E.isRight(entry) ? [entry.right] : [];
};

/** Adds an entry: one line, written at once, after a line end in case the last one was cut off. */
export const appendEntry = (folder: string, entry: JournalEntry): TE.TaskEither<Diagnostics, void> =>
  TE.tryCatch(
    async () => {
      await mkdir(join(folder, FOLDER), { recursive: true });
      await appendFile(journalPath(folder), `\n${JSON.stringify(entry)}`);
    },
    (cause): Diagnostics => [
      failure('run/journal', `${journalPath(folder)} cannot be written: ${messageOf(cause)}.`, { cause }),
    ],
  );
