import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { newId, openPhotoShelf } from '../photos/shelf.js';
import { addPhoto, removePhoto } from '../store/photos.js';
import { openStore, type Store } from '../store/store.js';
import { bytesKept, roomOf } from '../store/usage.js';
import { storedPhoto } from '../testing/stored-photo.js';
import { removeExpired } from './expiry.js';
import { openJobFiles, removeOrphans } from './job-files.js';
import { createJob, settle, takeNext } from './queue.js';

const folders: string[] = [];
const place = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'prismflow-expiry-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true });
});

const openFiles = async (folder: string, store: Store) =>
  openJobFiles(folder, await openPhotoShelf(folder, store));

const [A, B, STRAY] = [newId(), newId(), newId()];

const photo = (id: string, expires: number) => storedPhoto(id, { bytes: 100, expires });

const jobOf = (store: Store, id: string) =>
  store.change((draft) =>
    createJob(
      draft,
      {
        name: '',
        owner: 'local',
        edits: [{ pipeline: 'copy', parameters: {} }],
        photos: [{ name: id, source: { kind: 'photo', id } }],
        idempotency: { key: 'k', body: 'b' },
      },
      { now: 0, keep: 50 },
    ),
  ).value;

describe('what expires', () => {
  it('is removed with its files, but not what a job still needs', async () => {
    const folder = place();
    const store = openStore(folder);
    const files = await openFiles(folder, store);
    for (const id of [A, B]) {
      writeFileSync(files.photo(id), 'x');
      store.change((draft) => addPhoto(draft, photo(id, 10)));
    }
    const job = jobOf(store, A);
    expect(await removeExpired(store, files, 9)).toBe(0);
    expect(await removeExpired(store, files, 10)).toBe(2);
    expect(readdirSync(join(folder, 'photos'))).toEqual([A]);
    expect(store.get('photos', A)).toMatchObject({ isHidden: true, uses: 1 });
    expect(bytesKept(store)).toBe(100);

    await files.makeResults(job.id);
    writeFileSync(files.result(job.id, 1), 'y');
    store.change((draft) => {
      const task = takeNext(draft, '', { now: 20, keep: 50 });
      if (task === undefined) throw new Error('nothing to do');
      const result = {
        type: 'image/jpeg',
        extension: 'jpg',
        bytes: 7,
        digest: 'd',
        width: 1,
        height: 1,
        receipt: 'r',
        warnings: [],
        milliseconds: 1,
      };
      draft.put('receipts', ['r'], { owner: 'local', receipt: {} });
      settle(draft, task, { kind: 'done', result }, { now: 30, keep: 50 });
    });
    expect(bytesKept(store)).toBe(107);
    expect(await removeExpired(store, files, 79)).toBe(0);
    await store.close();

    // The time goes on where the server was started again.
    const again = openStore(folder);
    expect(await removeExpired(again, files, 80)).toBe(1);
    expect(readdirSync(join(folder, 'photos'))).toEqual([]);
    expect(existsSync(join(folder, 'results', job.id))).toBe(false);
    for (const table of ['jobs', 'items', 'photos', 'keys', 'receipts', 'expiries'] as const)
      expect([...again.range(table)]).toEqual([]);
    expect(bytesKept(again)).toBe(0);
    await again.close();
  });

  it('leaves no file of which the store knows nothing', async () => {
    const folder = place();
    const store = openStore(folder);
    const files = await openFiles(folder, store);
    const job = (() => {
      store.change((draft) => addPhoto(draft, photo(A, 10)));
      return jobOf(store, A);
    })();
    writeFileSync(files.photo(A), 'x');
    writeFileSync(files.photo(STRAY), 'x');
    writeFileSync(files.incoming(), 'x');
    await files.makeResults(job.id);
    await files.makeResults('0'.repeat(29));
    writeFileSync(files.result(job.id, 1), 'not acknowledged');
    await openFiles(folder, store);
    expect(await removeOrphans(folder, store)).toBe(3);
    expect(readdirSync(join(folder, 'photos'))).toEqual([A]);
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
    expect(readdirSync(join(folder, 'results'))).toEqual([job.id]);
    expect(readdirSync(join(folder, 'results', job.id))).toEqual([]);
    await store.close();
  });
});

describe('files', () => {
  it('are named by ids alone', async () => {
    const folder = place();
    const store = openStore(folder);
    const files = await openFiles(folder, store);
    for (const id of ['..', '../a', 'a/b', '', 'A', 'a\0', 'con.x']) {
      expect(() => files.photo(id), id).toThrow('is no id');
      expect(() => files.result(id, 1), id).toThrow('is no id');
    }
    await store.close();
  });
});

describe('room', () => {
  it('is taken by what is kept and by what is promised, and refused when it is used up', async () => {
    const store = openStore(place());
    const room = roomOf(store, 250);
    store.change((draft) => addPhoto(draft, photo(A, 10)));
    const first = room.take(100);
    expect(E.isRight(first)).toBe(true);
    const refused = room.take(100);
    expect(E.isLeft(refused) && refused.left[0].code).toBe('store/full');
    if (E.isRight(first)) {
      first.right();
      first.right();
    }
    expect(room.taken()).toBe(100);
    store.change((draft) => removePhoto(draft, A));
    expect(room.taken()).toBe(0);
    await store.close();
  });
});
