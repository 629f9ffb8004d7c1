import { writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import type { Task } from 'fp-ts/lib/Task.js';
import * as t from 'io-ts';

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
}

const codec: t.Type<Noted, unknown, unknown> = t.readonly(
  t.type({ inFlight: t.readonlyArray(t.string), suspects: t.readonlyArray(t.string) }),
);

/** Suspects that are kept: photos can be taken away and never come back. */
const MOST_SUSPECTS = 1000;

/**
 * Reads who was in flight.
 *
 * @param wasLeft whether the process that wrote last ended without a word
 */
export const openInFlight = async (path: string, wasLeft: boolean): Promise<InFlight> => {
  const before = await read(path);
  const suspects = new Set([...before.suspects, ...(wasLeft ? before.inFlight : [])].slice(-MOST_SUSPECTS));
  const inFlight = new Map<string, number>();
  // Those that ended since stay in the file until the next is begun: one write a photo will do.
  let written: ReadonlySet<string> = new Set();
  const write = (sources: readonly string[]): void => {
    try {
      writeFileSync(path, JSON.stringify({ inFlight: sources, suspects: [...suspects] } satisfies Noted));
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
    close: async () => {
      if (suspects.size > 0) write([]);
      else await rm(path, { force: true }).catch(() => undefined);
    },
  };
};

/** Keeps those that were suspects before, and no more, of what a process was at that was ended on purpose. */
export const blameNobody = async (path: string): Promise<void> => {
  const { suspects } = await read(path);
  try {
    if (suspects.length > 0) writeFileSync(path, JSON.stringify({ inFlight: [], suspects } satisfies Noted));
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
  close: () => Promise.resolve(),
};

const read = async (path: string): Promise<Noted> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  return pipe(
    E.tryCatch((): unknown => JSON.parse(text), String),
    E.chainW(codec.decode),
    // A file that was cut off, or is not there, says nothing.
    E.getOrElse((): Noted => ({ inFlight: [], suspects: [] })),
  );
};
