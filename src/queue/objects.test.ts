import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../diagnostics/index.js';
import { fetchBytes } from '../disk/objects/fetching.js';
import { listObjects } from '../disk/objects/listing.js';
import { startStore, type TestStore, withEnvironment } from '../disk/objects/testing/store.js';
import { compile } from '../execution/compile.js';
import { type PipelineEvent, runPlan, runPlanAt } from '../execution/run.js';
import { readAddress } from './address.js';
import { queueAt } from './follow/follow.js';
import { hasRedis, startRedis, type TestRedis } from './testing/redis.js';
import { type RunningWorker, startWorker } from './worker/worker.js';

const MEMORY = 400 * 2 ** 20;

const right = <A>(either: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};

describe.skipIf(!hasRedis())(
  'a queue whose photos are objects (skipped where redis-server is not installed)',
  () => {
    let [redis, store, restore]: [TestRedis?, TestStore?, (() => void)?] = [];
    const folder = mkdtempSync(join(tmpdir(), 'prismflow-queue-s3-'));
    const names = ['a.jpg', 'b.jpg', 'sub/c.jpg'];

    beforeAll(async () => {
      redis = await startRedis();
      store = await startStore('camera', 'results');
      restore = withEnvironment(store.environment);
      mkdirSync(join(folder, 'in', 'sub'), { recursive: true });
      for (const [i, name] of names.entries()) {
        const bytes = await sharp({
          create: {
            width: 120,
            height: 90,
            channels: 3,
            background: '#345',
            noise: { type: 'gaussian', mean: 30 * i, sigma: 30 },
          },
        })
          .jpeg()
          .toBuffer();
        writeFileSync(join(folder, 'in', name), bytes);
        await store.put('camera', `raw/${name}`, bytes);
      }
    });
    afterAll(async () => {
      restore?.();
      await store?.stop();
      await redis?.stop();
      rmSync(folder, { recursive: true });
    });

    const planOf = async (from: string, to: string) =>
      right(
        await compile(
          {
            path: join(folder, 'p.yaml'),
            text: `version: 1\nsteps:\n- files: ${from}\n- decode\n- adjust: { exposure: 0.3 }\n- encode: { quality: 91 }\n- save: ${to}\n`,
          },
          { plugins: 'refuse', allow: ['s3://camera', 's3://results'] },
        )(),
      );
    const address = () => right(readAddress(redis?.url ?? ''));
    const work = async (roots: readonly string[]): Promise<RunningWorker> =>
      right(
        await startWorker({
          address: address(),
          jobs: 2,
          memory: MEMORY,
          roots,
          maps: [],
          plugins: [],
          observe: () => undefined,
          patience: 2000,
        })(),
      );
    const away = async (from: string, to: string, signal?: AbortSignal) => {
      const events: PipelineEvent[] = [];
      const place = queueAt({ address: address(), memory: MEMORY, isResumed: false, began: () => undefined });
      const observe = (event: PipelineEvent): void => void events.push(event);
      const report = runPlanAt(place)(await planOf(from, to), {
        observe,
        ...(signal === undefined ? {} : { signal }),
      })();
      return { report, events };
    };

    it('gives the bytes of a run on files, and leaves nothing else in the store', async () => {
      right(await runPlan(await planOf('in', 'here'), { memory: MEMORY })());
      const worker = await work(['s3://camera/raw', 's3://results']);
      const { report } = await away('s3://camera/raw', 's3://results/away');
      expect(right(await report)).toMatchObject({ done: 3, failed: [] });
      await worker.stop();
      for (const name of names) {
        const made = await fetchBytes({ bucket: 'results', key: `away/${name}` }, { most: 1e7 });
        if (made === 'changed') throw new Error('changed');
        expect(Buffer.compare(made.bytes, readFileSync(join(folder, 'here', name)))).toBe(0);
      }
      const left: string[] = [];
      for await (const { path } of listObjects({ bucket: 'results', key: '' }, new AbortController().signal))
        left.push(path);
      expect(left).toEqual(names.map((name) => `away/${name}`));
    });

    it('is not worked on by those whose operators named no such place', async () => {
      const worker = await work([folder, 's3://camera/other', 's3://results']);
      const stop = new AbortController();
      const { report, events } = await away('s3://camera/raw', 's3://results/refused', stop.signal);
      const said = (): boolean =>
        events.some((event) => event.kind === 'waiting' && JSON.stringify(event).includes('s3://camera/raw'));
      for (let tries = 0; tries < 200 && !said(); tries++) await pause(50);
      expect(said()).toBe(true);
      stop.abort();
      await report;
      await worker.stop();
      expect(worker.counts()).toMatchObject({ done: 0 });
    });
  },
);
