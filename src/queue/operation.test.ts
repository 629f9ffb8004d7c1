import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { Redis } from 'ioredis';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../diagnostics/index.js';
import { compile } from '../execution/compile.js';
import { runPlanAt } from '../execution/run.js';
import { readAddress } from './address.js';
import { cancelRun, pauseQueue, resumeQueue } from './control/control.js';
import { queueMetrics, serveMetrics } from './control/metrics.js';
import { queueAt } from './follow/follow.js';
import { hasRedis, startRedis, type TestRedis } from './testing/redis.js';
import { type RunningWorker, startWorker } from './worker/worker.js';

const MEMORY = 1024 * 2 ** 20;

const right = <A>(either: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};

describe.skipIf(!hasRedis())('a queue in operation (skipped where redis-server is not installed)', () => {
  let redis: TestRedis;
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-operation-'));
  const address = () => right(readAddress(redis.url));
  beforeAll(async () => {
    redis = await startRedis();
    mkdirSync(join(folder, 'in'));
    await sharp({
      create: {
        width: 2400,
        height: 1800,
        channels: 3,
        background: '#345',
        noise: { type: 'gaussian', mean: 90, sigma: 40 },
      },
    })
      .jpeg()
      .toFile(join(folder, 'in', 'slow.jpg'));
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
  });

  const follow = async (to: string) => {
    const text = `version: 1\nsteps:\n- files: in\n- decode\n- dehaze.dark-channel\n- encode: jpeg\n- save: ${to}\n`;
    const plan = right(await compile({ path: join(folder, 'p.yaml'), text }, { plugins: 'refuse' })());
    let began: (id: string) => void = () => undefined;
    const id = new Promise<string>((resolve) => {
      began = resolve;
    });
    const report = runPlanAt(queueAt({ address: address(), memory: MEMORY, isResumed: false, began }))(
      plan,
      {},
    )();
    return { report, id };
  };
  const work = async (): Promise<RunningWorker> =>
    right(
      await startWorker({
        address: address(),
        jobs: 2,
        memory: MEMORY,
        roots: [folder],
        maps: [],
        plugins: [],
        observe: () => undefined,
      })(),
    );
  const figure = async (name: string): Promise<number> => {
    const text = right(await queueMetrics(address())());
    const line = text.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1));
  };
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 400; tries++) {
      if (await holds()) return;
      await pause(25);
    }
    throw new Error('It does not come to that.');
  };

  it('gives back what is not done within the time that it has to end, and others do it', async () => {
    const first = await work();
    const { report } = await follow('graced');
    await until(async () => first.counts().busy === 1);
    const began = performance.now();
    expect(await first.stop(50)).toBe(1);
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(first.counts()).toMatchObject({ done: 0, failed: 0, refused: 0 });
    const second = await work();
    expect(right(await report)).toMatchObject({ done: 1, failed: [] });
    expect(await second.stop(10_000)).toBe(0);
  });

  it('is told as Prometheus reads it, once and by HTTP', async () => {
    right(await pauseQueue(address())());
    const { report, id } = await follow('measured');
    await until(async () => (await figure('prismflow_queue_photos{state="waiting"}')) === 1);
    expect(await figure('prismflow_queue_paused')).toBe(1);
    expect(await figure('prismflow_queue_workers')).toBe(0);
    expect(await figure('prismflow_queue_utilisation')).toBe(0);
    expect(await figure('prismflow_queue_remaining_photos')).toBe(1);
    await until(async () => (await figure('prismflow_queue_oldest_waiting_seconds')) > 0.5);
    const listening = right(await serveMetrics(address(), '127.0.0.1', 0)());
    const answer = await fetch(`http://127.0.0.1:${listening.port}/metrics`);
    expect(await answer.text()).toContain('prismflow_queue_oldest_waiting_seconds');
    expect((await fetch(`http://127.0.0.1:${listening.port}/other`)).status).toBe(404);
    expect(await serveMetrics(address(), '127.0.0.1', listening.port)()).toMatchObject({
      left: [{ code: 'serve/address' }],
    });
    await listening.close();
    right(await cancelRun(address(), await id)());
    await report;
    right(await resumeQueue(address())());
    const worker = await work();
    await until(async () => (await figure('prismflow_queue_workers')) === 1);
    const text = right(await queueMetrics(address())());
    expect(text).toContain(`prismflow_worker_utilisation{worker="${worker.name}"} 0`);
    await worker.stop();
  });
});
