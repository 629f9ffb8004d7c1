import { relative } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Digest } from '../../disk/digest.js';
import type { Look } from '../../disk/look.js';
import { shownPath } from '../../disk/objects/address.js';
import { definedOnly } from '../../ports/defined.js';
import type { Item, ItemFailure, ItemKey, Json } from '../../ports/index.js';
import type { FileRef } from '../../ports/values.js';
import type { SourceLook, Work } from '../../records/journal/done.js';
import type {
  DoneEntry,
  FailedEntry,
  OutputState,
  RecipeEntry,
  SourceState,
} from '../../records/journal/entries.js';
import { nameIn } from '../../records/journal/journal.js';
import type { Ledger } from '../../records/journal/ledger.js';
import { embeddedRecipe } from '../../records/receipts/embedded.js';
import { version } from '../../records/receipts/versions.js';
import type { ItemNotes } from './item-notes.js';

/** What is known of an item before it is worked on. */
export interface About extends SourceState {
  readonly work: Work;
}

/** The source of an item as it was when it was read. */
export const sourceStateOf = (
  key: ItemKey,
  { size, mtimeMs, tag }: SourceLook,
  sourceDigest: Digest,
): SourceState => ({
  source: key.path,
  sourceSize: size,
  sourceModified: mtimeMs,
  sourceDigest,
  ...definedOnly({ sourceTag: tag }),
});

/** What was written for an item. */
export interface Written {
  readonly outputSize: number;
  readonly outputDigest: Digest;
  readonly copyOf?: string;
  /** The file as it was right after it was written. */
  readonly look?: Look;
}

/** A look at a result's file, as entries hold it. */
export const outputStateOf = (look: Look | undefined): OutputState =>
  look === undefined
    ? {}
    : {
        outputModified: look.modified,
        outputChanged: look.changed,
        outputInode: look.inode,
        ...definedOnly({ outputTag: look.tag }),
      };

/** What a run writes into the journal. */
export interface Records {
  readonly done: (item: Item<FileRef>, about: About, written: Written) => TE.TaskEither<Diagnostics, void>;
  /** @param look the result's file, which is what was written */
  readonly touched: (about: About, look?: Look) => TE.TaskEither<Diagnostics, void>;
  readonly failed: (
    item: Item<FileRef>,
    about: About,
    failure: ItemFailure,
  ) => TE.TaskEither<Diagnostics, void>;
  /** What the record of an item will say, as far as it is known. */
  readonly receipt: (key: ItemKey) => Json | undefined;
}

/** @param recipe how the result of an item is made, by the engine that was used so far */
export const recordsOf = (
  { journal, record }: Pick<Ledger, 'journal' | 'record'>,
  itemNotes: ItemNotes<About>,
  recipe: (key: ItemKey) => RecipeEntry,
): Records => {
  const { folder } = journal;
  const described = (made: RecipeEntry): TE.TaskEither<Diagnostics, void> =>
    journal.recipes.has(made.id) ? TE.right(undefined) : record(made);
  const inputOf = ({ value }: Item<FileRef>): string =>
    value.object !== undefined
      ? shownPath(value.path)
      : (relative(folder, value.path) || value.path).replaceAll('\\', '/');
  const now = (): string => new Date().toISOString();
  return {
    done: (item, { work, ...source }, { look, ...written }) => {
      const made = recipe(item.key);
      const { notes = {} } = itemNotes.read(item.key) ?? {};
      const entry: DoneEntry = {
        v: 2,
        kind: 'done',
        output: nameIn(folder, work.target),
        ...written,
        ...outputStateOf(look),
        ...source,
        input: inputOf(item),
        index: item.key.index,
        epoch: item.key.epoch,
        pipeline: work.pipeline,
        recipe: made.id,
        ...(Object.keys(notes).length > 0 ? { notes } : {}),
        at: now(),
      };
      return pipe(
        described(made),
        TE.chain(() => record(entry)),
      );
    },
    touched: ({ work, ...source }, look) =>
      record({
        v: 2,
        kind: 'touched',
        output: nameIn(folder, work.target),
        ...source,
        ...outputStateOf(look),
      }),
    failed: (item, { work, ...source }, { operator, diagnostics: [{ code, message, hint }] }) => {
      const entry: FailedEntry = {
        v: 2,
        kind: 'failed',
        ...source,
        input: inputOf(item),
        pipeline: work.pipeline,
        version,
        operator,
        code,
        message,
        ...definedOnly({ hint }),
        at: now(),
      };
      return record(entry);
    },
    receipt: (key) => {
      const entry = itemNotes.read(key);
      if (entry === undefined) return undefined;
      const { work, sourceModified: _modified, sourceTag: _tag, ...source } = entry.about;
      return {
        ...embeddedRecipe(recipe(key), entry.notes),
        ...source,
        output: nameIn(folder, work.target),
        index: key.index,
        epoch: key.epoch,
        ...(Object.keys(entry.notes).length > 0 ? { notes: entry.notes } : {}),
      };
    },
  };
};
