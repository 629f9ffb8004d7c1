import { join } from 'node:path';
import { open } from 'lmdb';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { isTable } from './codecs.js';
import { type FullKey, type Layer, type Overlay, overlayOn, type Written } from './overlay.js';
import { type Bytes, jsonIn, keyBytes, keyIn, notADatabase, recordIn, valueBytes } from './records.js';
import type { Draft, Entry, KeyOf, KeyStart, Range, Reading, TableName, ValueOf } from './tables.js';

/** The layout of what is kept. A server of another layout is told so, and touches nothing. */
export const STORE_VERSION = 1;

/** A change that is made, and seen by all who read. */
export interface Changed<A> {
  readonly value: A;
  /** Fulfilled when it is on the disk; rejects with a `DiagnosticError` where it cannot be written. */
  readonly kept: Promise<void>;
}

/** What the server knows, kept in an embedded database. */
export interface Store extends Reading {
  /**
   * Makes a change, all of it or (where it throws) nothing of it. It is seen at once, and on the disk when `kept` is fulfilled.
   * Changes reach the disk in their order. Throws a `DiagnosticError` once one could not be written.
   */
  readonly change: <A>(work: (draft: Draft) => A) => Changed<A>;
  /** Is told after each change of which jobs it was; gives what ends that. */
  readonly watch: (listener: (jobs: ReadonlySet<string>) => void) => () => void;
  /** Why nothing can be written any more; undefined while it can. */
  readonly fault: () => Diagnostics | undefined;
  /**
   * Looks at every record, and moves those that are none to the table `aside`; gives their keys as far as they can be read. It is for
   * a start: nothing may be changed meanwhile.
   */
  readonly setAside: (now: number) => Promise<readonly FullKey[]>;
  /** Waits for what is being written, and closes the files. */
  readonly close: () => Promise<void>;
}

/** Sorts behind every part of a key: our names are ASCII. */
const LAST = '\uffff';

const readingOf = (layer: Layer): Reading => ({
  // What lies under a table's name was put there by `put`, which is typed by it.
  get: <T extends TableName>(table: T, ...key: KeyOf<T>) =>
    layer.get([table, ...key]) as ValueOf<T> | undefined,
  range: <T extends TableName>(
    table: T,
    { within = [], after, isReversed = false, limit = Number.POSITIVE_INFINITY }: Range = {},
  ) => entriesOf<T>(layer, boundsOf([table, ...within], after, isReversed), isReversed, limit),
});

const boundsOf = (
  within: FullKey,
  after: KeyStart | undefined,
  isReversed: boolean,
): readonly [start: FullKey, end: FullKey] => {
  const [table = ''] = within;
  if (after === undefined) return [within, [...within, LAST]];
  return isReversed
    ? [within, [table, ...after]]
    : // The smallest key behind it.
      [
        [table, ...after, LAST],
        [...within, LAST],
      ];
};

function* entriesOf<T extends TableName>(
  layer: Layer,
  [start, end]: readonly [start: FullKey, end: FullKey],
  isReversed: boolean,
  limit: number,
): Generator<Entry<T>> {
  let left = limit;
  if (left <= 0) return;
  for (const { key, value } of layer.range(start, end, isReversed)) {
    yield { key: key.slice(1) as unknown as KeyOf<T>, value: value as ValueOf<T> };
    if (--left <= 0) return;
  }
}

const draftOn = (overlay: Overlay): Draft => ({
  ...readingOf(overlay),
  put: (table, key, value) => overlay.set({ key: [table, ...key], value }),
  remove: (table, ...key) => overlay.set({ key: [table, ...key], value: undefined }),
});

/** Is told of a record that is damaged. */
export type Damaged = (diagnostics: Diagnostics) => void;

/** Tells of each damaged record once. */
const onceTold = (folder: string, damaged: Damaged): ((key: Buffer) => void) => {
  const told = new Set<string>();
  return (key) => {
    const name = key.toString('hex');
    if (told.has(name) || told.size >= MOST_TOLD) return;
    told.add(name);
    const shown = keyIn(key)?.join('/') ?? `with the key ${name.slice(0, 64)}`;
    damaged([failure('store/damaged', `The record ${shown} of ${folder} is none that a server writes.`)]);
  };
};

/** Damaged records that are told of. */
const MOST_TOLD = 1000;

const onDatabase = (database: Bytes, damaged: (key: Buffer) => void): Layer => ({
  get: (key) => {
    const name = keyBytes(key);
    const value = database.get(name);
    if (value === undefined) return undefined;
    const record = recordIn(key, value);
    if (record === undefined) damaged(name);
    return record?.value;
  },
  range: function* (start, end, isReversed) {
    // Reversed, the library takes the upper bound first and includes it.
    const range = isReversed
      ? database.getRange({
          start: keyBytes(end),
          end: keyBytes(start),
          reverse: true,
          exclusiveStart: true,
          inclusiveEnd: true,
        })
      : database.getRange({ start: keyBytes(start), end: keyBytes(end) });
    for (const { key, value } of range) {
      const record = recordIn(keyIn(key), value);
      if (record === undefined) damaged(key);
      else yield record;
    }
  },
});

/** Moves bytes that are no record out of the way. What is of no table that is known is not looked at: it is read by nobody. */
const movedAside = async (database: Bytes, now: number): Promise<readonly FullKey[]> => {
  const found: { readonly key: Buffer; readonly value: Buffer }[] = [];
  for (const { key, value } of database.getRange()) {
    const name = keyIn(key);
    if ((name === undefined || isTable(name[0])) && recordIn(name, value) === undefined)
      found.push({ key: Buffer.from(key), value });
  }
  if (found.length === 0) return [];
  const first = [
    ...database.getKeys({ start: keyBytes(['aside', now]), end: keyBytes(['aside', now, LAST]) }),
  ];
  await database.batch(() => {
    for (const [i, { key, value }] of found.entries()) {
      const bytes = { key: key.toString('base64'), value: value.toString('base64') };
      void database.put(keyBytes(['aside', now, first.length + i]), valueBytes(bytes));
      void database.remove(key);
    }
  });
  database.resetReadTxn();
  return found.flatMap(({ key }) => {
    const name = keyIn(key);
    return name === undefined ? [] : [name];
  });
};

const unwritable = (folder: string, cause: unknown): Diagnostics => [
  failure('store/unwritable', `The state in ${folder} cannot be written: ${messageOf(cause)}.`, { cause }),
];

/**
 * Opens what a server keeps in a folder, which must exist. A record that is damaged is as if it was not there. Throws a
 * `DiagnosticError`: `store/unreadable`, `store/other-version`.
 *
 * @param damaged is told of each record that is damaged, once, when it is read; by default nobody is
 */
export const openStore = (folder: string, damaged: Damaged = () => undefined): Store => {
  const database = opened(folder);
  const tellOf = onceTold(folder, damaged);
  const pending = overlayOn(onDatabase(database, tellOf));
  const listeners = new Set<(jobs: ReadonlySet<string>) => void>();
  let fault: Diagnostics | undefined;
  const tell = (writes: readonly Written[]): void => {
    const jobs = new Set(writes.flatMap(({ key: [table, id] }) => (table === 'jobs' ? [String(id)] : [])));
    if (jobs.size > 0) for (const listener of [...listeners]) listener(jobs);
  };
  const commit = async (writes: readonly Written[]): Promise<void> => {
    try {
      await database.batch(() => {
        for (const { key, value } of writes)
          if (value === undefined) void database.remove(keyBytes(key));
          else void database.put(keyBytes(key), valueBytes(value));
      });
      // What is read from now on must be read from the database as it is now.
      database.resetReadTxn();
      for (const written of writes) pending.forget(written);
    } catch (thrown) {
      fault ??= unwritable(folder, thrown);
      throw new DiagnosticError(fault);
    }
  };
  return {
    ...readingOf(pending),
    change: (work) => {
      if (fault !== undefined) throw new DiagnosticError(fault);
      const draft = overlayOn(pending);
      const value = work(draftOn(draft));
      const writes = draft.all();
      for (const written of writes) pending.set(written);
      const kept = writes.length === 0 ? Promise.resolve() : commit(writes);
      // Whoever need not wait for the disk learns of its faults at the next change.
      kept.catch(() => undefined);
      tell(writes);
      return { value, kept };
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    fault: () => fault,
    setAside: async (now) => {
      try {
        const keys = await movedAside(database, now);
        for (const key of keys) tellOf(keyBytes(key));
        return keys;
      } catch (thrown) {
        fault ??= unwritable(folder, thrown);
        throw new DiagnosticError(fault);
      }
    },
    close: async () => {
      await database.flushed;
      await database.close();
    },
  };
};

const VERSION = ['meta', 'version'];

const opened = (folder: string): Bytes => {
  const database = (() => {
    try {
      const fault = notADatabase(join(folder, 'data.mdb'));
      if (fault !== undefined) throw new Error(fault);
      return open<Buffer, Buffer>({
        path: folder,
        noSubdir: false,
        encoding: 'binary',
        keyEncoding: 'binary',
      });
    } catch (cause) {
      throw new DiagnosticError([
        failure('store/unreadable', `The state in ${folder} cannot be opened: ${messageOf(cause)}.`, {
          cause,
        }),
      ]);
    }
  })();
  const written = database.get(keyBytes(VERSION));
  const version = written === undefined ? undefined : jsonIn(written);
  // Where its bytes are no number it is damaged, as any record may be: each is looked at when it is read.
  if (!Number.isInteger(version)) database.putSync(keyBytes(VERSION), valueBytes(STORE_VERSION));
  else if (version !== STORE_VERSION) {
    void database.close();
    throw new DiagnosticError([
      failure(
        'store/other-version',
        `The state in ${folder} has layout ${version}, and this version knows layout ${STORE_VERSION}.`,
      ),
    ]);
  }
  return database;
};
