import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { open } from 'lmdb';
import { afterAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../diagnostics/index.js';
import { hasToken } from '../access/authorise.js';
import { cancelJob, createJob, recoverJobs, removeJob, retryJob, settle, takeNext } from '../jobs/queue.js';
import { repair } from '../jobs/repair.js';
import { shownItem, shownJob } from '../jobs/shown.js';
import { nothingHidden } from '../problems/hide.js';
import { makeToken, tokenOf, tokensIn } from '../tokens/keeping.js';
import { serverSecret } from '../webhooks/secret.js';
import { keyBytes, valueBytes } from './records.js';
import { openStore, STORE_VERSION, type Store } from './store.js';
import { bytesKept } from './usage.js';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'prismflow-damage-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

const clock = { now: 1_700_000_000_000, keep: 1000 };

/** Writes and reads bytes past the store. */
const raw = (place: string) =>
  open<Buffer, Buffer>({ path: place, noSubdir: false, encoding: 'binary', keyEncoding: 'binary' });

interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** A store with two jobs of three photos each, one of which is done, one that failed, a token and a photo. */
const filled = async (
  place: string,
): Promise<{ readonly jobs: readonly string[]; readonly token: string }> => {
  const store = openStore(place);
  const { text } = await makeToken(store, { name: 't', scopes: ['admin'], created: clock.now });
  await serverSecret(store);
  const ids = [1, 2].map(() => {
    const { value } = store.change((draft) => {
      const { id } = createJob(
        draft,
        {
          name: 'n',
          owner: 'local',
          edits: [{ pipeline: 'dehaze', parameters: {} }],
          photos: [1, 2, 3].map((i) => ({ name: `${i}.jpg`, source: { kind: 'path', path: `/p/${i}.jpg` } })),
          webhook: { url: 'https://example.org/' },
          idempotency: { key: `k${Math.random()}`, body: 'b' },
        },
        clock,
      );
      const task = takeNext(draft, '', clock);
      if (task !== undefined)
        settle(draft, task, { kind: 'failed', problem: [{ code: 'image/corrupt', message: 'no' }] }, clock);
      return id;
    });
    return value;
  });
  await store.change(() => undefined).kept;
  await store.close();
  return { jobs: ids, token: text };
};

/** What a server does with all that it reads. */
const used = (store: Store): void => {
  for (const table of [
    'meta',
    'jobs',
    'items',
    'waiting',
    'working',
    'changes',
    'states',
    'keys',
    'deliveries',
    'due',
    'tokens',
    'photos',
    'receipts',
    'expiries',
    'aside',
  ] as const)
    for (const isReversed of [false, true]) for (const _ of store.range(table, { isReversed }));
  for (const { value } of store.range('jobs')) JSON.stringify(shownJob(value));
  for (const { value } of store.range('items')) JSON.stringify(shownItem(value, nothingHidden));
  tokensIn(store);
  hasToken(store, clock.now);
  bytesKept(store);
};

/** What a start does, and all that is done afterwards. */
const started = async (store: Store): Promise<void> => {
  const damaged = await store.setAside(clock.now);
  store.change((draft) => {
    repair(draft, damaged, clock);
    recoverJobs(draft, clock);
  });
};

const workedOff = (store: Store): void => {
  for (let i = 0; i < 100; i++) {
    const { value: task } = store.change((draft) => takeNext(draft, '', clock));
    if (task === undefined) return;
    store.change((draft) =>
      settle(draft, task, { kind: 'failed', problem: [{ code: 'image/corrupt', message: 'no' }] }, clock),
    );
  }
  throw new Error('there is always another item');
};

/** Places of a store that are written over, added or removed. */
const damage = fc.array(
  fc.record({
    which: fc.nat(),
    what: fc.oneof(
      fc.record({ kind: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 200 }) }),
      fc.record({ kind: fc.constant('json' as const), json: fc.jsonValue() }),
      fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ kind: fc.constant('cut' as const), to: fc.nat(200) }),
      fc.record({ kind: fc.constant('remove' as const) }),
      fc.record({ kind: fc.constant('swap' as const), with: fc.nat() }),
      fc.record({
        kind: fc.constant('new' as const),
        key: fc.oneof(
          fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
          fc
            .tuple(
              fc.constantFrom('jobs', 'items', 'waiting', 'tokens', 'due', 'nothing'),
              fc.array(fc.oneof(fc.string({ maxLength: 40 }), fc.integer()), { maxLength: 3 }),
            )
            .map(([table, rest]) => keyBytes([table, ...rest])),
        ),
        json: fc.oneof(fc.jsonValue(), fc.constant(true)),
      }),
    ),
  }),
  { minLength: 1, maxLength: 8 },
);

const damagedBy = async (place: string, harms: readonly Harm[]) => {
  const database = raw(place);
  const all: Entry[] = [...database.getRange()].map(({ key, value }) => ({ key: Buffer.from(key), value }));
  await database.batch(() => {
    for (const { which, what } of harms) {
      const { key, value } = all[which % all.length] as Entry;
      if (what.kind === 'bytes') void database.put(key, Buffer.from(what.bytes));
      else if (what.kind === 'json') void database.put(key, valueBytes(what.json));
      else if (what.kind === 'cut') void database.put(key, value.subarray(0, what.to));
      else if (what.kind === 'remove') void database.remove(key);
      else if (what.kind === 'swap') void database.put(key, (all[what.with % all.length] as Entry).value);
      else if (what.kind === 'new') void database.put(what.key, valueBytes(what.json));
      else {
        const flipped = Buffer.from(value);
        const at = what.at % Math.max(1, flipped.length);
        flipped[at] = (flipped[at] ?? 0) ^ what.by;
        void database.put(key, flipped);
      }
    }
  });
  await database.close();
};
type Harm = typeof damage extends fc.Arbitrary<(infer A)[]> ? A : never;

describe('a damaged store', () => {
  it('is read without harm, and each of its jobs ends, whatever bytes are in it', async () => {
    const pattern = folder();
    await filled(pattern);
    await fc.assert(
      fc.asyncProperty(damage, async (harms) => {
        const place = folder();
        const copy = raw(place);
        const from = raw(pattern);
        await copy.batch(() => {
          for (const { key, value } of from.getRange()) void copy.put(Buffer.from(key), value);
        });
        await Promise.all([copy.close(), from.close()]);
        await damagedBy(place, harms);
        let store: Store;
        try {
          store = openStore(place);
        } catch (thrown) {
          // One that says to be of another layout is refused.
          expect(thrown).toBeInstanceOf(DiagnosticError);
          return;
        }
        try {
          // As one whose bytes turn bad while the server runs.
          used(store);
          workedOff(store);
          await store.change(() => undefined).kept;
          await started(store);
          used(store);
          workedOff(store);
          for (const { value: job } of store.range('jobs')) {
            expect(store.get('jobs', job.id)?.ended).toBeDefined();
            store.change((draft) => {
              cancelJob(draft, job, clock);
              retryJob(draft, job);
            });
          }
          await store.change(() => undefined).kept;
          expect(await store.setAside(clock.now)).toEqual([]);
          for (const { value: job } of [...store.range('jobs')])
            store.change((draft) => removeJob(draft, job));
          for (const table of ['items', 'states', 'waiting', 'working', 'changes'] as const)
            expect([...store.range(table)]).toEqual([]);
        } finally {
          await store.close();
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reports a photo of a job whose record is lost, goes on with the others, and keeps the bytes', async () => {
    const place = folder();
    const { jobs } = await filled(place);
    const [id = ''] = jobs;
    const database = raw(place);
    await database.put(keyBytes(['items', id, 2]), Buffer.from('{"state":"waiting"'));
    await database.close();
    const told: string[] = [];
    const store = openStore(place, ([{ code, message }]) => told.push(`${code} ${message}`));
    await started(store);
    expect(told).toEqual([expect.stringMatching(new RegExp(`^store/damaged The record items/${id}/2 of `))]);
    expect(store.get('items', id, 2)).toMatchObject({
      state: 'failed',
      problem: [{ code: 'store/damaged', message: expect.stringContaining('photo 2') }],
    });
    expect(store.get('jobs', id)?.counts).toMatchObject({ failed: 2, waiting: 1 });
    const [aside] = [...store.range('aside')];
    expect(Buffer.from(aside?.value.value ?? '', 'base64').toString()).toBe('{"state":"waiting"');
    workedOff(store);
    expect(store.get('jobs', id)?.ended).toBeDefined();
    await store.close();
  });

  it('makes a job whose record is lost again of its photos, for those who may see everything', async () => {
    const place = folder();
    const { jobs } = await filled(place);
    const [id = ''] = jobs;
    const database = raw(place);
    await database.put(keyBytes(['jobs', id]), Buffer.from([255, 0, 1]));
    await database.close();
    const store = openStore(place);
    expect(store.get('jobs', id)).toBeUndefined();
    await started(store);
    expect(store.get('jobs', id)).toMatchObject({ owner: 'local', counts: { failed: 3, waiting: 0 } });
    expect(store.get('jobs', id)?.ended).toBeDefined();
    await store.close();
  });

  it('lets nobody in by a token that is none', async () => {
    const place = folder();
    const { token } = await filled(place);
    const [, id = ''] = token.split('_');
    const store = openStore(place);
    expect(tokenOf(store, token, clock.now)?.scopes).toEqual(['admin']);
    const whole = store.get('tokens', id);
    await store.close();
    for (const wrong of [
      { ...whole, digest: '' },
      { ...whole, digest: 'abc' },
      { ...whole, scopes: 'admin' },
      { ...whole, scopes: ['root'] },
      { ...whole, id: 'other' },
      { ...whole, expires: 'never' },
    ]) {
      const database = raw(place);
      await database.put(keyBytes(['tokens', id]), valueBytes(wrong));
      await database.close();
      const again = openStore(place);
      expect(tokenOf(again, token, clock.now)).toBeUndefined();
      expect(hasToken(again, clock.now)).toBe(false);
      await again.close();
    }
  });

  it('is of this layout where its version is no number', async () => {
    const place = folder();
    await filled(place);
    const database = raw(place);
    await database.put(keyBytes(['meta', 'version']), Buffer.from('"x'));
    await database.close();
    const store = openStore(place);
    expect(store.get('meta', 'version')).toBe(STORE_VERSION);
    expect([...store.range('jobs')]).toHaveLength(2);
    await store.close();
  });

  it.each([[Buffer.alloc(20_000, 7)], [Buffer.alloc(20_000)], [Buffer.from('SQLite format 3')]])(
    'is refused where its file is no database (%#)',
    (bytes) => {
      const place = folder();
      writeFileSync(join(place, 'data.mdb'), bytes);
      expect(() => openStore(place)).toThrow('store/unreadable');
    },
  );
});
