import { open, type RootDatabase } from 'lmdb';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { type FullKey, type Layer, type Overlay, overlayOn, type Written } from './overlay.js';
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

const onDatabase = (database: RootDatabase<unknown, (string | number)[]>): Layer => ({
  get: (key) => database.get([...key]),
  range: function* (start, end, isReversed) {
    // Reversed, the library takes the upper bound first and includes it.
    const range = isReversed
      ? database.getRange({
          start: [...end],
          end: [...start],
          reverse: true,
          exclusiveStart: true,
          inclusiveEnd: true,
        })
      : database.getRange({ start: [...start], end: [...end] });
    for (const { key, value } of range) yield { key, value };
  },
});

const unwritable = (folder: string, cause: unknown): Diagnostics => [
  failure('store/unwritable', `The state in ${folder} cannot be written: ${messageOf(cause)}.`, { cause }),
];

/**
 * Opens what a server keeps in a folder, which must exist. Throws a `DiagnosticError`: `store/unreadable`,
 * `store/other-version`.
 */
export const openStore = (folder: string): Store => {
  const database = opened(folder);
  const pending = overlayOn(onDatabase(database));
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
          if (value === undefined) void database.remove([...key]);
          else void database.put([...key], value);
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
    close: async () => {
      await database.flushed;
      await database.close();
    },
  };
};

const opened = (folder: string): RootDatabase<unknown, (string | number)[]> => {
  const database = (() => {
    try {
      return open<unknown, (string | number)[]>({ path: folder, noSubdir: false, encoding: 'json' });
    } catch (cause) {
      throw new DiagnosticError([
        failure('store/unreadable', `The state in ${folder} cannot be opened: ${messageOf(cause)}.`, {
          cause,
        }),
      ]);
    }
  })();
  const version = database.get(['meta', 'version']) as number | undefined;
  if (version === undefined) database.putSync(['meta', 'version'], STORE_VERSION);
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
