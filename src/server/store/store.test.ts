import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { open } from 'lmdb';
import { afterAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../diagnostics/index.js';
import { openStore, STORE_VERSION, type Store } from './store.js';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'prismflow-store-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

const put = (store: Store, name: string, value: number): Promise<void> =>
  store.change((draft) => draft.put('meta', [name], value)).kept;

const all = (store: Store): readonly (readonly [string, unknown])[] =>
  [...store.range('meta')]
    .filter(({ key: [name] }) => name !== 'version')
    .map(({ key, value }) => [key[0], value]);

/** A job's id that begins with a letter. */
const idOf = (letter: string): string => letter.padEnd(29, '0');

describe('a store', () => {
  it('shows a change at once, and still has it when it is opened again', async () => {
    const place = folder();
    const store = openStore(place);
    const { kept } = store.change((draft) => {
      draft.put('meta', ['a'], 1);
      draft.put('meta', ['b'], 2);
      expect(draft.get('meta', 'a')).toBe(1);
      expect(store.get('meta', 'a')).toBeUndefined();
    });
    expect(all(store)).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    await kept;
    await store.close();
    const again = openStore(place);
    expect(all(again)).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    await again.close();
  });

  it('makes nothing of a change that throws', async () => {
    const store = openStore(folder());
    expect(() =>
      store.change((draft) => {
        draft.put('meta', ['a'], 1);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(all(store)).toEqual([]);
    await store.close();
  });

  it('gives parts of a table in both directions', async () => {
    const store = openStore(folder());
    const { kept } = store.change((draft) => {
      for (const [job, number] of [
        ['a', 1],
        ['a', 2],
        ['a', 10],
        ['b', 1],
      ] as const)
        draft.put('working', [idOf(job), number], true);
    });
    const numbers = ({
      within,
      after,
      ...range
    }: NonNullable<Parameters<typeof store.range>[1]>): readonly unknown[] => {
      const of = (start: readonly (string | number)[]) =>
        start.map((part) => (typeof part === 'string' ? idOf(part) : part));
      const all = store.range('working', {
        ...range,
        ...(within === undefined ? {} : { within: of(within) }),
        ...(after === undefined ? {} : { after: of(after) }),
      });
      return [...all].map(({ key: [job, number] }) => `${job[0]}/${number}`);
    };
    const look = (): void => {
      expect(numbers({ within: ['a'] })).toEqual(['a/1', 'a/2', 'a/10']);
      expect(numbers({ within: ['a'], isReversed: true })).toEqual(['a/10', 'a/2', 'a/1']);
      expect(numbers({ within: ['a'], after: ['a', 1] })).toEqual(['a/2', 'a/10']);
      expect(numbers({ within: ['a'], after: ['a', 10], isReversed: true })).toEqual(['a/2', 'a/1']);
      expect(numbers({ after: ['a'] })).toEqual(['b/1']);
      expect(numbers({ within: ['a'], limit: 1 })).toEqual(['a/1']);
      expect(numbers({ limit: 0 })).toEqual([]);
    };
    look();
    await kept;
    look();
    await store.close();
  });

  it('tells which jobs were changed', async () => {
    const store = openStore(folder());
    const told: string[] = [];
    const end = store.watch((jobs) => told.push(...jobs));
    store.change((draft) => draft.remove('jobs', 'a'));
    end();
    store.change((draft) => draft.remove('jobs', 'b'));
    await put(store, 'x', 1);
    expect(told).toEqual(['a']);
    await store.close();
  });

  it('refuses what another version wrote', async () => {
    const place = folder();
    const database = open({ path: place, noSubdir: false, encoding: 'json' });
    await database.put(['meta', 'version'], STORE_VERSION + 1);
    await database.close();
    expect(() => openStore(place)).toThrow(DiagnosticError);
    expect(() => openStore(place)).toThrow('store/other-version');
  });

  it('reads as a plain list does, whatever is written to the disk yet', async () => {
    const names = fc.constantFrom('a', 'aa', 'b', 'ba', 'c', 'd');
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('put' as const), name: names, value: fc.nat() }),
        fc.record({ kind: fc.constant('remove' as const), name: names }),
        fc.record({ kind: fc.constant('wait' as const) }),
      ),
      { maxLength: 20 },
    );
    const store = openStore(folder());
    await fc.assert(
      fc.asyncProperty(steps, async (done) => {
        const model = new Map<string, number>();
        store.change((draft) => {
          for (const [name] of all(store)) draft.remove('meta', name);
        });
        for (const step of done) {
          if (step.kind === 'put') {
            model.set(step.name, step.value);
            void put(store, step.name, step.value);
          } else if (step.kind === 'remove') {
            model.delete(step.name);
            store.change((draft) => draft.remove('meta', step.name));
          } else await store.change(() => undefined).kept;
          const right = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
          expect(all(store)).toEqual(right);
          expect([...store.range('meta', { isReversed: true })].map(({ key: [name] }) => name)).toEqual([
            'version',
            ...right.map(([name]) => name).reverse(),
          ]);
        }
      }),
      { numRuns: 60 },
    );
    await store.close();
  });
});
