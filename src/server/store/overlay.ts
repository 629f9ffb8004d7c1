import { compareKeys } from 'lmdb';

/** A key of the database: the table's name, and the parts of the key in it. */
export type FullKey = readonly (string | number)[];

/** A write that is not yet to be read from below: a value, or that there is none any more. */
export interface Written {
  readonly key: FullKey;
  /** Undefined where the entry is removed. */
  readonly value: unknown;
}

/** What can be read by key, and in order of keys. */
export interface Layer {
  readonly get: (key: FullKey) => unknown;
  /** Entries from one key to another, `start` inclusive, `end` exclusive; reversed, from the last one. */
  readonly range: (start: FullKey, end: FullKey, isReversed: boolean) => Iterable<Required<Written>>;
}

/** Writes by table and key, over what can be read below. */
export interface Overlay extends Layer {
  readonly set: (written: Written) => void;
  /** Forgets a write, unless it was written over since. */
  readonly forget: (written: Written) => void;
  readonly all: () => readonly Written[];
}

const nameOf = (key: FullKey): string => JSON.stringify(key);

// The library's type of keys is one of mutable arrays, which it does not write to.
const order = (a: FullKey, b: FullKey): number => compareKeys([...a], [...b]);

/** Writes that lie over a layer. A value is never `undefined`. */
export const overlayOn = (below: Layer): Overlay => {
  const tables = new Map<string | number | undefined, Map<string, Written>>();
  const tableOf = (key: FullKey): Map<string, Written> => {
    const table = tables.get(key[0]) ?? new Map<string, Written>();
    tables.set(key[0], table);
    return table;
  };
  return {
    get: (key) => {
      const written = tables.get(key[0])?.get(nameOf(key));
      return written === undefined ? below.get(key) : written.value;
    },
    range: (start, end, isReversed) => {
      const sign = isReversed ? -1 : 1;
      const mine = [...(tables.get(start[0])?.values() ?? [])]
        .filter(({ key }) => order(key, start) >= 0 && order(key, end) < 0)
        .sort((a, b) => sign * order(a.key, b.key));
      return mine.length === 0
        ? below.range(start, end, isReversed)
        : merged(mine, below.range(start, end, isReversed), sign);
    },
    set: (written) => void tableOf(written.key).set(nameOf(written.key), written),
    forget: (written) => {
      const table = tableOf(written.key);
      if (table.get(nameOf(written.key)) === written) table.delete(nameOf(written.key));
    },
    all: () => [...tables.values()].flatMap((table) => [...table.values()]),
  };
};

/** Two orders in one: of equal keys that of the upper layer counts, and what is removed there is left out. */
function* merged(
  upper: readonly Written[],
  lower: Iterable<Required<Written>>,
  sign: 1 | -1,
): Generator<Required<Written>> {
  let next = 0;
  for (const entry of lower) {
    let isReplaced = false;
    for (let mine = upper[next]; mine !== undefined; mine = upper[++next]) {
      const place = sign * order(mine.key, entry.key);
      if (place > 0) break;
      if (mine.value !== undefined) yield mine;
      if (place === 0) {
        isReplaced = true;
        next++;
        break;
      }
    }
    if (!isReplaced) yield entry;
  }
  for (let mine = upper[next]; mine !== undefined; mine = upper[++next])
    if (mine.value !== undefined) yield mine;
}
