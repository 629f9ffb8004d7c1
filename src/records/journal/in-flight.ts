import { closeSync, constants, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as t from 'io-ts';
import { firstBytes, openRegularSync, SharedFileError } from '../../disk/regular.js';
import { parseJson } from '../../ports/json.js';

/** The content of a result, on the disk and without its name yet. */
export interface Staged {
  /** Its SHA-256. */
  readonly digest: string;
  /** When it was changed last: milliseconds since 1970. Whoever forges a note may know a file's content, but not this. */
  readonly modified: number;
}

/**
 * Which sources are being worked on, written down before each is begun, so that after a process has ended without a word
 * it is known what it was at. Nobody is blamed: those that were being worked on are suspects, until one of them was
 * worked on in a process of its own.
 */
export interface InFlight {
  /** Notes that work on a source begins; what it gives notes that it has ended. */
  readonly begin: (source: string) => IO<IO<void>>;
  /** True for a source that was being worked on when a process ended, and was not seen to yet. */
  readonly isSuspect: (source: string) => boolean;
  /** Notes that it is known what comes of a suspect. */
  readonly clear: (source: string) => IO<void>;
  /** Notes the content that is about to get the name of a result: should the process end, the file is known. */
  readonly writing: (output: string, staged: Staged) => IO<void>;
  /** Notes that the file is in the record. */
  readonly written: (output: string) => IO<void>;
  /** The contents that a file was about to get, by this process or one that ended, and that are not in the record. */
  readonly wasWriting: (output: string) => readonly Staged[];
  /** Keeps those that are still suspects for the next process. */
  readonly close: Task<void>;
}

/** Does work on a source, and notes meanwhile that it is being worked on. */
export const whileInFlight = async <A>(
  { begin }: Pick<InFlight, 'begin'>,
  source: string,
  work: Task<A>,
): Promise<A> => {
  const ended = begin(source)();
  try {
    return await work();
  } finally {
    ended();
  }
};

/** What the file holds. */
interface Noted {
  readonly inFlight: readonly string[];
  readonly suspects: readonly string[];
  /** Contents by the files that are about to get them. */
  readonly staged?: Readonly<Record<string, readonly Staged[]>>;
}

const codec: t.Type<Noted, unknown, unknown> = t.readonly(
  t.intersection([
    t.type({ inFlight: t.readonlyArray(t.string), suspects: t.readonlyArray(t.string) }),
    t.partial({
      staged: t.readonly(
        t.record(t.string, t.readonlyArray(t.type({ digest: t.string, modified: t.number }))),
      ),
    }),
  ]),
) as t.Type<Noted, unknown, unknown>;

/** Suspects, and files that were about to be written, that are kept: photos can be taken away and never come back. */
const MOST_SUSPECTS = 1000;

/** Contents that one file was about to get: the one before may be what is there, should the last one not have got so far. */
const MOST_STAGED = 2;

/** Bytes that the file can have. */
const MOST_BYTES = 16 * 2 ** 20;

const toOverwrite = (path: string): number =>
  openRegularSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC);

/** Opens the file to write it anew. One that has other names, by a hard link, stays in these as it is. */
const openedToOverwrite = (path: string): number => {
  try {
    return toOverwrite(path);
  } catch (thrown) {
    if (!(thrown instanceof SharedFileError)) throw thrown;
    rmSync(path);
    return toOverwrite(path);
  }
};

/** Replaces what stands in the file; a link or a pipe of that name is not written through. */
const overwrite = (path: string, text: string): void => {
  const descriptor = openedToOverwrite(path);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Reads who was in flight.
 *
 * @param wasLeft whether the process that wrote last ended without a word
 * @param isRecorded whether a file has one of these digests by the record: it need not be noted any more. Default: none has
 */
export const openInFlight = async (
  path: string,
  wasLeft: boolean,
  isRecorded: (output: string, digests: readonly string[]) => boolean = () => false,
): Promise<InFlight> => {
  const before = await read(path);
  const suspects = new Set([...before.suspects, ...(wasLeft ? before.inFlight : [])].slice(-MOST_SUSPECTS));
  const inFlight = new Map<string, number>();
  const writing = new Map(
    Object.entries(before.staged ?? {})
      .map(([output, staged]) => [output, staged.slice(-MOST_STAGED)] as const)
      .filter(
        ([output, staged]) =>
          !isRecorded(
            output,
            staged.map(({ digest }) => digest),
          ),
      )
      .slice(-MOST_SUSPECTS),
  );
  // Those that ended since stay in the file until the next is begun: one write a photo will do.
  let written: ReadonlySet<string> = new Set();
  const write = (sources: readonly string[]): void => {
    try {
      const noted: Noted = {
        inFlight: sources,
        suspects: [...suspects],
        ...(writing.size > 0 ? { staged: Object.fromEntries(writing) } : {}),
      };
      overwrite(path, JSON.stringify(noted));
      written = new Set(sources);
    } catch {
      // On a full disk nothing can be written: work goes on without.
      written = new Set();
    }
  };
  return {
    begin: (source) => () => {
      inFlight.set(source, (inFlight.get(source) ?? 0) + 1);
      if (!written.has(source)) write([...inFlight.keys()]);
      return () => {
        const left = (inFlight.get(source) ?? 1) - 1;
        if (left > 0) inFlight.set(source, left);
        else inFlight.delete(source);
      };
    },
    isSuspect: (source) => suspects.has(source),
    clear: (source) => () => {
      if (suspects.delete(source)) write([...inFlight.keys()]);
    },
    writing: (output, staged) => () => {
      writing.set(output, [...(writing.get(output) ?? []), staged].slice(-MOST_STAGED));
      write([...inFlight.keys()]);
    },
    // What is in the record stays in the file until it is written the next time: one write a photo will do.
    written: (output) => () => {
      writing.delete(output);
    },
    wasWriting: (output) => writing.get(output) ?? [],
    close: async () => {
      if (suspects.size > 0 || writing.size > 0) write([]);
      else await rm(path, { force: true }).catch(() => undefined);
    },
  };
};

/**
 * Of what a process was at that was ended on purpose, keeps those that were suspects before, and the files that were about to be
 * written.
 */
export const blameNobody = async (path: string): Promise<void> => {
  const { suspects, staged = {} } = await read(path);
  try {
    if (suspects.length > 0 || Object.keys(staged).length > 0)
      overwrite(path, JSON.stringify({ inFlight: [], suspects, staged } satisfies Noted));
    else await rm(path, { force: true });
  } catch {
    // Then they are worked on alone once, which costs no more than a moment.
  }
};

/** Where no results are written, nothing is begun. */
export const nothingInFlight: InFlight = {
  begin: () => () => () => undefined,
  isSuspect: () => false,
  clear: () => () => undefined,
  writing: () => () => undefined,
  written: () => () => undefined,
  wasWriting: () => [],
  close: () => Promise.resolve(),
};

const read = async (path: string): Promise<Noted> => {
  const text = await firstBytes(path, MOST_BYTES).then(String, () => '');
  return pipe(
    parseJson(text),
    E.chainW(codec.decode),
    // A file that was cut off, or is not there, says nothing.
    E.getOrElse((): Noted => ({ inFlight: [], suspects: [] })),
  );
};
