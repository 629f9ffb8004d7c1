import type { IO } from 'fp-ts/lib/IO.js';
import type { Notes } from '../../ops/index.js';
import type { ItemKey } from '../../ports/index.js';

/** What operators note about the items that are being worked on, by the operators' paths. */
export type NotesByOperator = Readonly<Record<string, Notes>>;

/** Keeps notes from the moment an item is begun until its record is written; those of other items are not kept. */
export interface ItemNotes<A> {
  readonly begin: (key: ItemKey, about: A) => IO<void>;
  readonly note: (key: ItemKey, operator: string, facts: Notes) => IO<void>;
  /** What is known of an item so far. */
  readonly read: (key: ItemKey) => { readonly about: A; readonly notes: NotesByOperator } | undefined;
  readonly end: (key: ItemKey) => IO<void>;
}

/** Notes of no item yet. */
export const createItemNotes = <A>(): ItemNotes<A> => {
  const entries = new Map<string, { readonly about: A; readonly notes: NotesByOperator }>();
  const nameOf = ({ epoch, index, path }: ItemKey): string => `${epoch}.${index}.${path}`;
  return {
    begin: (key, about) => () => void entries.set(nameOf(key), { about, notes: {} }),
    note: (key, operator, facts) => () => {
      const entry = entries.get(nameOf(key));
      if (entry === undefined) return;
      const notes = { ...entry.notes, [operator]: { ...entry.notes[operator], ...facts } };
      entries.set(nameOf(key), { ...entry, notes });
    },
    read: (key) => entries.get(nameOf(key)),
    end: (key) => () => void entries.delete(nameOf(key)),
  };
};
