import type { IO } from 'fp-ts/lib/IO.js';
import type { Notes } from '../../ops/index.js';
import type { ItemKey } from '../../ports/index.js';

/** What operators note about the items that are being worked on, by the operators' paths. */
export type ItemNotes = Readonly<Record<string, Notes>>;

/** Keeps notes from the moment an item is begun until its record is written; those of other items are not kept. */
export interface Notebook<A> {
  readonly begin: (key: ItemKey, about: A) => IO<void>;
  readonly note: (key: ItemKey, operator: string, facts: Notes) => IO<void>;
  /** What is known of an item so far. */
  readonly read: (key: ItemKey) => { readonly about: A; readonly notes: ItemNotes } | undefined;
  readonly end: (key: ItemKey) => IO<void>;
}

/** A notebook without a page. */
export const createNotebook = <A>(): Notebook<A> => {
  const pages = new Map<string, { readonly about: A; readonly notes: ItemNotes }>();
  const nameOf = ({ epoch, index, path }: ItemKey): string => `${epoch}.${index}.${path}`;
  return {
    begin: (key, about) => () => void pages.set(nameOf(key), { about, notes: {} }),
    note: (key, operator, facts) => () => {
      const page = pages.get(nameOf(key));
      if (page === undefined) return;
      const notes = { ...page.notes, [operator]: { ...page.notes[operator], ...facts } };
      pages.set(nameOf(key), { ...page, notes });
    },
    read: (key) => pages.get(nameOf(key)),
    end: (key) => () => void pages.delete(nameOf(key)),
  };
};
