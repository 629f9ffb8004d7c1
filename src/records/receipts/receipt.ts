import { stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Digest } from '../../disk/digest.js';
import { readBytes } from '../../disk/read.js';
import { MAX_BYTES } from '../../image/limits.js';
import type { Notes } from '../../ops/index.js';
import { definedOnly } from '../../ports/defined.js';
import { type Json, parseJson } from '../../ports/index.js';
import type { DoneEntry, RecipeEntry } from '../journal/entries.js';
import { entriesOf, nameIn } from '../journal/journal.js';

/** How a result was made: enough to make it again. */
export interface Receipt extends Omit<RecipeEntry, 'v' | 'kind' | 'id'> {
  /** Where it was found: in the journal beside the result, or in the file itself. */
  readonly from: 'journal' | 'file';
  /** The folder that paths in it start at. */
  readonly folder: string;
  readonly output: string;
  readonly source: string;
  readonly sourceSize: number;
  readonly sourceDigest: Digest;
  readonly index: number;
  readonly epoch: number;
  readonly notes: Readonly<Record<string, Notes>>;
  /** The source's file, relative to `folder`; the journal alone knows it. */
  readonly input?: string;
  /** What was written; a file cannot hold its own digest. */
  readonly outputDigest?: Digest;
  /** When it was written; ISO 8601, UTC. */
  readonly at?: string;
}

/** Finds the receipt of a file: in the journal of a folder that it is in, or else in its XMP. Errors: `receipt/none`, `file/missing`. */
export const findReceipt = (file: string): TE.TaskEither<Diagnostics, Receipt> =>
  pipe(
    TE.tryCatch(() => stat(file), missing(file)),
    TE.filterOrElse(
      (stats) => stats.isFile(),
      (): Diagnostics => [failure('file/unreadable', `${file} is no file.`)],
    ),
    TE.chain(() => TE.tryCatch(() => inJournals(file, dirname(file)), unreadable(file))),
    TE.chain((found) => (found === undefined ? inFile(file) : TE.right(found))),
  );

const unreadable =
  (file: string) =>
  (cause: unknown): Diagnostics => [
    failure('file/unreadable', `${file} cannot be read: ${messageOf(cause)}.`, { cause }),
  ];

const missing =
  (file: string) =>
  (cause: unknown): Diagnostics => [failure('file/missing', `There is no ${file}.`, { cause })];

/** The last receipt that a folder, or the nearest one above that has any, keeps of a file. */
const inJournals = async (file: string, folder: string): Promise<Receipt | undefined> => {
  const output = nameIn(folder, file);
  const recipes = new Map<Digest, RecipeEntry>();
  let done: DoneEntry | undefined;
  for await (const entry of entriesOf(folder)) {
    if (!('kind' in entry)) continue;
    if (entry.kind === 'recipe') recipes.set(entry.id, entry);
    if (entry.kind === 'done' && entry.output === output) done = entry;
  }
  const recipe = done === undefined ? undefined : recipes.get(done.recipe);
  if (done !== undefined && recipe !== undefined) {
    const { v: _v, kind: _kind, id: _id, ...made } = recipe;
    const { source, sourceSize, sourceDigest, input, outputDigest, index, epoch, notes = {}, at } = done;
    return {
      from: 'journal',
      folder,
      output,
      ...made,
      source,
      sourceSize,
      sourceDigest,
      input,
      outputDigest,
      index,
      epoch,
      notes,
      at,
    };
  }
  return dirname(folder) === folder ? undefined : inJournals(file, dirname(folder));
};

const embedded = t.intersection([
  t.type({
    id: t.string,
    name: t.string,
    pipeline: t.UnknownRecord,
    versions: t.record(t.string, t.string),
    machine: t.string,
    weights: t.record(t.string, t.string),
    source: t.string,
    sourceSize: t.number,
    sourceDigest: t.string,
    output: t.string,
    index: t.number,
    epoch: t.number,
  }),
  t.partial({
    engine: t.string,
    memory: t.number,
    certify: t.boolean,
    notes: t.record(t.string, t.UnknownRecord),
    plugins: t.record(t.string, t.string),
  }),
]);

const inFile = (file: string): TE.TaskEither<Diagnostics, Receipt> =>
  pipe(
    pipe(
      readBytes(file, MAX_BYTES),
      TE.mapLeft(([{ message, cause }]): Diagnostics => [failure('file/unreadable', message, { cause })]),
    ),
    TE.bindTo('bytes'),
    TE.bind('image', () => TE.fromTask(() => import('../../image/index.js'))),
    TE.chain(({ bytes, image }) =>
      pipe(
        image.xmpOf(bytes, file),
        TE.map((xmp) => (xmp && image.receiptIn(xmp)) ?? ''),
      ),
    ),
    TE.chainEitherK((text) =>
      pipe(
        parseJson(text),
        E.chainW(embedded.decode),
        E.bimap(
          (): Diagnostics => [
            failure('receipt/none', `${file} has no receipt, in no journal nor in itself.`),
          ],
          ({ id: _, engine, memory, certify, notes, plugins, ...read }): Receipt => ({
            from: 'file',
            ...read,
            // It was JSON before it was read.
            pipeline: read.pipeline as Json,
            ...definedOnly({ engine, memory, certify, plugins }),
            notes: (notes ?? {}) as Readonly<Record<string, Notes>>,
            folder: folderOf(file, read.output),
          }),
        ),
      ),
    ),
  );

/** The folder of results that a file was in, if it is still where it was in it. */
const folderOf = (file: string, output: string): string =>
  file.replaceAll('\\', '/').endsWith(`/${output}`)
    ? resolve(file, relative(`/${output}`, '/'))
    : dirname(file);
