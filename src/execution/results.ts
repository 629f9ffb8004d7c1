import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import type { Look } from '../disk/look.js';
import { digestResult } from '../disk/objects/at-path.js';
import { pathsOf } from '../operator/params/index.js';
import type { Clearance, Results } from '../ops/index.js';
import { clearanceFor, type Known, type Wanted } from '../ops/save/clearance.js';
import type { Graph } from '../pipelines/check/graph.js';
import { originOf } from '../records/journal/done.js';
import type { InFlight } from '../records/journal/in-flight.js';
import { type Journal, nameIn } from '../records/journal/journal.js';
import type { Ledger } from '../records/journal/ledger.js';
import { outputStateOf } from './recording/record-writer.js';

/** Folders and files that a pipeline reads photos from. */
export const inputsOf = ({ nodes }: Pick<Graph, 'nodes'>): readonly string[] =>
  nodes.flatMap((node) =>
    pathsOf(node.operator.params.shape, node.written)
      .filter(({ role }) => role === 'input')
      .map(({ path }) => path),
  );

/**
 * What a journal knows of files.
 *
 * @param begun contents that a file was about to get, which are not in the record
 */
const knownTo = (
  journal: Journal,
  inputs: readonly string[],
  begun: InFlight['wasWriting'] = () => [],
): Known => ({
  inputs,
  authorOf: async (file, look) => {
    const output = nameIn(journal.folder, file);
    const written = journal.writtenOf(output)();
    const origin = written === undefined ? undefined : await originOf(file, look, written);
    if (origin === 'as written') return 'a run';
    const wanted = begun(output).filter(({ modified }) => modified === look.modified);
    const digest = wanted.length === 0 ? undefined : await digestResult(file)();
    if (digest !== undefined && E.isRight(digest) && wanted.some((staged) => staged.digest === digest.right))
      return 'a run';
    if (origin === undefined) return 'unknown';
    return origin === 'same content' ? 'same content' : 'changed since';
  },
});

/** Looks whether a file may be written, by a journal that nobody writes to: before a run. */
export const expectedClearance = (
  journal: Journal,
  inputs: readonly string[],
): ((wanted: Wanted) => TE.TaskEither<Diagnostics, Clearance>) => clearanceFor(knownTo(journal, inputs));

/** The results of a run in one folder, and how they looked when they were written. */
export interface GuardedResults extends Results {
  /** Looks whether a file may be written before its content is known. */
  readonly check: (wanted: Wanted) => TE.TaskEither<Diagnostics, Clearance>;
  /** How a file looked right after it was written by this run; it is forgotten then. */
  readonly takeLook: (file: string) => Look | undefined;
}

/** Guards the files of a folder by its ledger. What is written is recorded by whoever asks for its look. */
export const guardedResults = (
  { journal, inFlight }: Pick<Ledger, 'journal' | 'inFlight'>,
  inputs: readonly string[],
): GuardedResults => {
  const looks = new Map<string, Look>();
  const clear = clearanceFor(knownTo(journal, inputs, inFlight.wasWriting));
  return {
    check: clear,
    claim: clear,
    staged: ({ file, digest }, { modified }) =>
      inFlight.writing(nameIn(journal.folder, file), { digest, modified }),
    wrote: ({ file }, look) =>
      TE.fromIO(() => {
        looks.set(file, look);
      }),
    takeLook: (file) => {
      const look = looks.get(file);
      looks.delete(file);
      return look;
    },
  };
};

/** Guards the files of several folders, and records each that is written, for pipelines that keep no other records. */
export const recordedResults = (ledgers: ReadonlyMap<string, Ledger>, inputs: readonly string[]): Results => {
  const guards = new Map([...ledgers].map(([folder, ledger]) => [folder, guardedResults(ledger, inputs)]));
  const within = <A>(
    folder: string,
    use: (guard: GuardedResults, ledger: Ledger) => TE.TaskEither<Diagnostics, A>,
  ): TE.TaskEither<Diagnostics, A> => {
    const [guard, ledger] = [guards.get(folder), ledgers.get(folder)];
    return guard === undefined || ledger === undefined
      ? TE.left([failure('run/journal', `No record is kept of results in ${folder}.`)])
      : use(guard, ledger);
  };
  return {
    claim: (result) => within(result.folder, (guard) => guard.claim(result)),
    staged: (result, look) => guards.get(result.folder)?.staged(result, look) ?? (() => undefined),
    wrote: ({ folder, file, digest, size }, look) =>
      within(folder, (_, { record, inFlight }) => {
        const output = nameIn(folder, file);
        return pipe(
          record({
            v: 2,
            kind: 'written',
            output,
            outputSize: size,
            outputDigest: digest,
            ...outputStateOf(look),
            at: new Date().toISOString(),
          }),
          TE.chainFirstIOK(() => inFlight.written(output)),
        );
      }),
  };
};
