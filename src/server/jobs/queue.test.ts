import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../store/store.js';
import { bytesKept } from '../store/usage.js';
import { storedPhoto } from '../testing/stored-photo.js';
import type { Item, ItemResult } from './item.js';
import { MOST_INTERRUPTIONS } from './item.js';
import { type Job, openOf, stateOf, totalOf } from './job.js';
import {
  cancelJob,
  createJob,
  recoverJobs,
  removeJob,
  retryJob,
  settle,
  type Task,
  takeNext,
} from './queue.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-queue-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clock = { now: 1_700_000_000_000, keep: 1000 };

const result = (id: string): ItemResult => ({
  type: 'image/jpeg',
  extension: 'jpg',
  bytes: 10,
  digest: 'd',
  width: 1,
  height: 1,
  receipt: id,
  warnings: [],
  milliseconds: 1,
});

const made = (store: Store, count: number, more: object = {}): Job =>
  store.change((draft) =>
    createJob(
      draft,
      {
        name: 'n',
        owner: 'local',
        edits: [{ pipeline: 'dehaze', parameters: {} }],
        photos: Array.from({ length: count }, (_, i) => ({
          name: `${i}.jpg`,
          source: { kind: 'path', path: `/p/${i}.jpg` } as const,
        })),
        ...more,
      },
      clock,
    ),
  ).value;

const taken = (store: Store, served = ''): Task | undefined =>
  store.change((draft) => takeNext(draft, served, clock)).value;

const itemsOf = (store: Store, job: string): readonly Item[] =>
  [...store.range('items', { within: [job] })].map(({ value }) => value);

const done = (store: Store, task: Task): boolean =>
  store.change((draft) => settle(draft, task, { kind: 'done', result: result('r') }, clock)).value;

const fail = (store: Store, task: Task): boolean =>
  store.change((draft) =>
    settle(draft, task, { kind: 'failed', problem: [{ code: 'image/corrupt', message: 'no' }] }, clock),
  ).value;

/** What must hold of the tables among each other, whatever was done. */
const consistent = (store: Store): void => {
  const kept = [...store.range('jobs')].reduce((sum, { value }) => sum + value.bytes, 0);
  expect(bytesKept(store)).toBe(kept);
  for (const { value: job } of store.range('jobs')) {
    const items = itemsOf(store, job.id);
    for (const [state, count] of Object.entries(job.counts)) {
      const there = items.filter((item) => item.state === state).map(({ number }) => number);
      expect(there).toHaveLength(count);
      expect([...store.range('states', { within: [job.id, state] })].map(({ key }) => key[2])).toEqual(there);
    }
    expect(new Set([...store.range('waiting', { within: [job.id] })].map(({ key }) => key[2]))).toEqual(
      new Set(items.filter(({ state }) => state === 'waiting').map(({ number }) => number)),
    );
    expect(
      [...store.range('changes', { within: [job.id] })].map(({ key, value }) => [key[1], value]),
    ).toEqual(
      items
        .filter(({ revision }) => revision > 0)
        .map(({ revision, number }) => [revision, number])
        .sort(([a = 0], [b = 0]) => a - b),
    );
    expect(job.ended === undefined).toBe(openOf(job.counts) > 0);
    expect(job.bytes).toBe(10 * job.counts.done);
  }
};

describe('the queue', () => {
  it('serves jobs in turn, and the photos of each in their order', async () => {
    const store = openStore(mkdtempSync(join(folder, 'x')));
    const [a, b] = [made(store, 3), made(store, 2)];
    const order: string[] = [];
    let served = '';
    for (let task = taken(store); task !== undefined; task = taken(store, served)) {
      served = task.job.id;
      order.push(`${served === a.id ? 'a' : 'b'}${task.item.number}`);
    }
    const [first, second] = a.id < b.id ? ['a', 'b'] : ['b', 'a'];
    expect(order).toHaveLength(5);
    expect(order.slice(0, 4)).toEqual([`${first}1`, `${second}1`, `${first}2`, `${second}2`]);
    await store.close();
  });

  it('ends a job with its last item, tells its webhook once, and begins again at a retry', async () => {
    const store = openStore(mkdtempSync(join(folder, 'x')));
    const { id } = made(store, 2, { webhook: { url: 'https://example.org/' } });
    const [one, two] = [taken(store), taken(store)];
    if (one === undefined || two === undefined) throw new Error('nothing to do');
    expect(done(store, one)).toBe(true);
    expect([...store.range('deliveries')]).toHaveLength(0);
    expect(fail(store, two)).toBe(true);
    expect(fail(store, two)).toBe(false);
    expect(store.get('jobs', id)).toMatchObject({ ended: clock.now, expires: clock.now + clock.keep });
    const [sent] = [...store.range('deliveries')];
    expect(JSON.parse(sent?.value.payload ?? '')).toMatchObject({
      type: 'job.done',
      data: { id, state: 'done', counts: { total: 2, done: 1, failed: 1 } },
    });
    const job = store.get('jobs', id);
    if (job === undefined) throw new Error('no job');
    expect(store.change((draft) => retryJob(draft, job)).value).toBe(1);
    expect(store.get('jobs', id)).not.toHaveProperty('ended');
    expect([...store.range('expiries')]).toEqual([]);
    consistent(store);
    await store.close();
  });

  it('takes no result of an item that is not worked on any more', async () => {
    const store = openStore(mkdtempSync(join(folder, 'x')));
    const job = made(store, 1);
    const task = taken(store);
    if (task === undefined) throw new Error('nothing to do');
    store.change((draft) => cancelJob(draft, store.get('jobs', job.id) ?? job, clock));
    expect(done(store, task)).toBe(false);
    expect(stateOf(store.get('jobs', job.id) ?? job)).toBe('cancelled');
    consistent(store);
    await store.close();
  });

  it('holds photos of the store until the job is removed', async () => {
    const store = openStore(mkdtempSync(join(folder, 'x')));
    const photo = storedPhoto('p'.padEnd(26, '0'), {
      expires: 5,
      uses: 0,
      isHidden: true,
    });
    store.change((draft) => draft.put('photos', [photo.id], photo));
    const job = made(store, 0, {
      photos: [1, 2].map(() => ({ name: 'a', source: { kind: 'photo', id: photo.id } })),
    });
    expect(store.get('photos', photo.id)?.uses).toBe(2);
    expect(store.change((draft) => removeJob(draft, job)).value).toEqual([photo.id]);
    expect(store.get('photos', photo.id)).toBeUndefined();
    await store.close();
  });

  it('reports an item at which the server always ends, and works on others before it', async () => {
    const store = openStore(mkdtempSync(join(folder, 'x')));
    const { id } = made(store, 2);
    for (let i = 0; i < 2 * MOST_INTERRUPTIONS; i++) {
      const task = taken(store);
      expect(task?.item.number).toBe((i % 2) + 1);
      store.change((draft) => recoverJobs(draft, clock));
    }
    expect(itemsOf(store, id).map(({ state }) => state)).toEqual(['failed', 'failed']);
    consistent(store);
    await store.close();
  });

  it('loses nothing and does nothing twice, whatever is done and whenever the server ends', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('make' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('take' as const) }),
      fc.record({ kind: fc.constant('done' as const), which: fc.nat(3) }),
      fc.record({ kind: fc.constant('fail' as const), which: fc.nat(3) }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(3) }),
      fc.record({ kind: fc.constant('retry' as const), which: fc.nat(3) }),
      fc.record({ kind: fc.constant('remove' as const), which: fc.nat(3) }),
      fc.record({ kind: fc.constant('crash' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const place = mkdtempSync(join(folder, 'm'));
        let store = openStore(place);
        // The plain list: each item's state, by job and number; and the tasks that are under way.
        const model = new Map<string, string[]>();
        let tasks: Task[] = [];
        let served = '';
        const revisions = new Map<string, number>();
        const jobAt = (which: number): Job | undefined => {
          const ids = [...model.keys()];
          const id = ids[which % Math.max(1, ids.length)];
          return id === undefined ? undefined : store.get('jobs', id);
        };
        for (const each of actions) {
          if (each.kind === 'make') {
            const job = made(store, each.count);
            model.set(job.id, Array(each.count).fill('waiting'));
          } else if (each.kind === 'take') {
            const task = taken(store, served);
            const some = [...model.values()].some((states) => states.includes('waiting'));
            expect(task !== undefined).toBe(some);
            if (task === undefined) continue;
            served = task.job.id;
            const states = model.get(served);
            expect(states?.[task.item.number - 1]).toBe('waiting');
            if (states !== undefined) states[task.item.number - 1] = 'working';
            tasks.push(task);
          } else if (each.kind === 'done' || each.kind === 'fail') {
            const [task] = tasks.splice(each.which % Math.max(1, tasks.length), 1);
            if (task === undefined) continue;
            const states = model.get(task.job.id);
            const now = store.get('items', task.job.id, task.item.number);
            const counts =
              states?.[task.item.number - 1] === 'working' && now?.attempts === task.item.attempts;
            expect(each.kind === 'done' ? done(store, task) : fail(store, task)).toBe(counts);
            if (counts && states !== undefined)
              states[task.item.number - 1] = each.kind === 'done' ? 'done' : 'failed';
          } else if (each.kind === 'crash') {
            await store.close();
            store = openStore(place);
            store.change((draft) => recoverJobs(draft, clock));
            tasks = [];
            for (const [id, states] of model)
              model.set(
                id,
                states.map((state) => (state === 'working' ? 'waiting' : state)),
              );
          } else {
            const job = jobAt(each.which);
            if (job === undefined) continue;
            const states = model.get(job.id) ?? [];
            if (each.kind === 'cancel') {
              store.change((draft) => cancelJob(draft, job, clock));
              model.set(
                job.id,
                states.map((state) => (/w/.test(state) ? 'cancelled' : state)),
              );
            } else if (each.kind === 'retry') {
              if (job.isCancelled) continue;
              store.change((draft) => retryJob(draft, job));
              model.set(
                job.id,
                states.map((state) => (state === 'failed' ? 'waiting' : state)),
              );
            } else {
              store.change((draft) => removeJob(draft, job));
              model.delete(job.id);
            }
          }
          for (const [id, states] of model) {
            expect(itemsOf(store, id).map(({ state }) => state)).toEqual(states);
            const { revision = 0, counts } = store.get('jobs', id) ?? {};
            expect(counts === undefined ? 0 : totalOf(counts)).toBe(states.length);
            expect(revision).toBeGreaterThanOrEqual(revisions.get(id) ?? 0);
            revisions.set(id, revision);
          }
          expect([...store.range('jobs')]).toHaveLength(model.size);
        }
        consistent(store);
        if (model.size === 0)
          for (const table of ['items', 'states', 'waiting', 'working', 'changes', 'expiries'] as const)
            expect([...store.range(table)]).toEqual([]);
        await store.close();
        rmSync(place, { recursive: true });
      }),
      { numRuns: 40 },
    );
  });
});
