import type { Entry } from '../../records/journal/entries.js';
import { entriesOf } from '../../records/journal/journal.js';

/** All that the journal of a folder of results says. */
export const entriesIn = async (folder: string): Promise<readonly Entry[]> => {
  const all: Entry[] = [];
  for await (const entry of entriesOf(folder)) all.push(entry);
  return all;
};
