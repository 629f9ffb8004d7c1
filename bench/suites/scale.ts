import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { digestBytes } from '../../src/disk/digest.js';
import { writeAtomically } from '../../src/disk/write.js';
import { runPlanAt } from '../../src/execution/run.js';
import { compile, runPlan } from '../../src/index.js';
import { readAddress } from '../../src/queue/address.js';
import { queueAt } from '../../src/queue/follow/follow.js';
import { PHOTOS, PREFIX } from '../../src/queue/keys.js';
import { stagedPath, stagingFolder } from '../../src/queue/staging.js';
import { startRedis } from '../../src/queue/testing/redis.js';
import type { Hands } from '../../src/queue/worker/hands.js';
import { type RunningWorker, startWorker } from '../../src/queue/worker/worker.js';
import { numbered } from '../../test/torture/photos.js';
import { start } from '../../test/torture/process.js';
import { median, type Row } from '../measure.js';
import { photoOf } from '../photo.js';
import type { Suite } from '../suite.js';
import { must } from '../tensors.js';

/** What a photo of 24 megapixels takes a lane, in milliseconds, and how many each simulated worker is given. */
const TAKES = 2000;
const ROUNDS = Number(process.env.SCALE_ROUNDS ?? 12);
const WORKERS = [1, 2, 4, 8, 16, 32, 64];
const MEMORY = 400 * 2 ** 20;
/** Photos that wait in the queue whose size is measured. */
const MANY = Number(process.env.SCALE_MANY ?? 1_000_000);

const text = (to: string): string =>
  `version: 1\nsteps:\n- files: in\n- decode\n- adjust: { exposure: 0.3 }\n- encode: { quality: 90 }\n- save: ${to}\n`;

const inFolder = async <A>(
  photo: Buffer,
  count: number,
  work: (folder: string) => Promise<A>,
): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-bench-scale-'));
  try {
    mkdirSync(join(folder, 'in'));
    for (let i = 0; i < count; i++)
      writeFileSync(join(folder, 'in', `${String(i).padStart(6, '0')}.jpg`), numbered(photo, i));
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Sleeps for as long as a real photo takes, and leaves bytes that could be its result. */
const sleeping = (milliseconds: number) => (): Hands => ({
  work: async ({ pipeline: { folder }, item }) => {
    await pause(milliseconds);
    const bytes = Buffer.from(`made of ${item}`);
    await mkdir(stagingFolder(folder), { recursive: true });
    must(await writeAtomically(stagedPath(folder, item), bytes)());
    return {
      kind: 'made',
      made: {
        kind: 'made',
        size: bytes.length,
        sha256: digestBytes(bytes),
        format: 'jpeg',
        notes: {},
        warnings: [],
        surroundings: { versions: {}, machine: 'simulated' },
        memory: MEMORY,
        worker: 'simulated',
        milliseconds,
      },
    };
  },
  close: () => undefined,
});

const numberIn = (info: string, field: string): number =>
  Number(
    info
      .split(/\r?\n/)
      .find((line) => line.startsWith(`${field}:`))
      ?.slice(field.length + 1),
  );

/** A run on so many simulated workers: how near it comes to as many times the rate of one, and what Redis is asked. */
const simulated = async (workers: number): Promise<Row> => {
  const photo = await photoOf(64, 48);
  const count = workers * ROUNDS;
  return inFolder(photo, count, async (folder) => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    try {
      const address = must(readAddress(redis.url));
      const running: RunningWorker[] = [];
      for (let i = 0; i < workers; i++)
        running.push(
          must(
            await startWorker({
              address,
              jobs: 1,
              memory: MEMORY,
              roots: [folder],
              maps: [],
              plugins: [],
              observe: () => undefined,
              hands: sleeping(TAKES),
              name: `simulated-${i}`,
            })(),
          ),
        );
      const plan = must(await compile({ path: join(folder, 'p.yaml'), text: text('out') })());
      const before = numberIn(await client.info('stats'), 'total_commands_processed');
      const began = performance.now();
      const cpu = process.cpuUsage();
      const report = must(
        await runPlanAt(queueAt({ address, memory: MEMORY, isResumed: false, began: () => undefined }))(
          plan,
          {},
        )(),
      );
      const ms = performance.now() - began;
      const { user, system } = process.cpuUsage(cpu);
      const commands = numberIn(await client.info('stats'), 'total_commands_processed') - before;
      if (report.done !== count) throw new Error(`${report.done} of ${count} were done`);
      await Promise.all(running.map((worker) => worker.stop()));
      return {
        name: `${workers} simulated`,
        ms: ms / count,
        peers: {},
        ratios: {},
        skipped: {},
        figures: {
          'of linear, %': (100 * ROUNDS * TAKES) / ms,
          'overhead a photo on its lane, ms': (ms - ROUNDS * TAKES) / ROUNDS,
          'processor of all ends a photo, ms': (user + system) / 1000 / count,
          'Redis commands a photo': commands / count,
        },
      };
    } finally {
      client.disconnect();
      await redis.stop();
    }
  });
};

/** Two workers of one lane each beside one process of two. */
const real = async (runs: number): Promise<Row> => {
  const photo = await photoOf(2400, 1600);
  const count = 24;
  return inFolder(photo, count, async (folder) => {
    const redis = await startRedis();
    const begin = (): ReturnType<typeof start> =>
      start(['worker', '--on', redis.url, '--root', folder, '--jobs', '1', '--memory', '500M'], folder);
    const workers = [begin(), begin()];
    try {
      await pause(3000);
      const address = must(readAddress(redis.url));
      const [here, away]: [number[], number[]] = [[], []];
      for (let i = 0; i <= runs; i++) {
        for (const isAway of [false, true]) {
          const to = `${isAway ? 'away' : 'here'}-${i}`;
          const plan = must(await compile({ path: join(folder, 'p.yaml'), text: text(to) })());
          const began = performance.now();
          const place = queueAt({ address, memory: MEMORY, isResumed: false, began: () => undefined });
          const report = isAway
            ? must(await runPlanAt(place)(plan, {})())
            : must(await runPlan(plan, { jobs: 2, memory: MEMORY })());
          if (report.done !== count) throw new Error(`${report.done} of ${count} were done`);
          // The first of each loads what the others find loaded.
          if (i > 0) (isAway ? away : here).push((performance.now() - began) / count);
        }
      }
      const [ms, peer] = [median(away), median(here)];
      return {
        name: '2 workers, 3.8 MP',
        ms,
        peers: { 'one process, --jobs 2': peer },
        ratios: { 'one process, --jobs 2': peer / ms },
        skipped: {},
        figures: {},
      };
    } finally {
      for (const worker of workers) worker.kill('SIGKILL');
      await redis.stop();
    }
  });
};

/** Photos that wait: a run never has so many in the queue, many runs together may. */
const queued = async (): Promise<Row> => {
  const redis = await startRedis();
  const client = new Redis(redis.url, { maxRetriesPerRequest: null });
  try {
    const queue = new Queue(PHOTOS, { connection: client, prefix: PREFIX });
    const empty = numberIn(await client.info('memory'), 'used_memory');
    const photo = {
      v: 1,
      run: 'a'.repeat(12),
      pipeline: 'b'.repeat(64),
      epoch: 0,
      digest: 'c'.repeat(64),
      size: 5_000_000,
      modified: 1_796_000_000_000.5,
      sha256: 'd'.repeat(64),
      isSuspect: false,
    };
    const began = performance.now();
    const AT_ONCE = 2000;
    for (let at = 0; at < MANY; at += AT_ONCE)
      await queue.addBulk(
        Array.from({ length: Math.min(AT_ONCE, MANY - at) }, (_, i) => {
          const path = `2026/11/30/photo-${String(at + i).padStart(8, '0')}.jpg`;
          const data = {
            ...photo,
            key: { path, index: at + i, epoch: 0 },
            input: `/mnt/photos/${path}`,
            target: `/mnt/photos/edited/${path}`,
          };
          return {
            name: 'photo',
            data,
            opts: { jobId: `${photo.run}-${digestBytes(Buffer.from(path)).slice(0, 32)}`, attempts: 1 },
          };
        }),
      );
    const seconds = (performance.now() - began) / 1000;
    const used = numberIn(await client.info('memory'), 'used_memory') - empty;
    await queue.close();
    return {
      name: `${MANY.toLocaleString('en')} waiting`,
      ms: (1000 * seconds) / MANY,
      peers: {},
      ratios: {},
      skipped: {},
      figures: { 'bytes of Redis a photo': used / MANY, 'photos queued a second': MANY / seconds },
    };
  } finally {
    client.disconnect();
    await redis.stop();
  }
};

/** MiB that the process which works for a command holds: the child of the one that supervises it. */
const residentOf = (pid: number): number => {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return 0;
  }
};

/** What the process of a run takes while workers do so many at once: photos take no time. */
const coordinator = async (count: number): Promise<Row> => {
  const photo = await photoOf(64, 48);
  return inFolder(photo, count, async (folder) => {
    const redis = await startRedis();
    writeFileSync(join(folder, 'p.yaml'), text('out'));
    const address = must(readAddress(redis.url));
    const worker = must(
      await startWorker({
        address,
        jobs: 16,
        memory: MEMORY,
        roots: [folder],
        maps: [],
        plugins: [],
        observe: () => undefined,
        hands: sleeping(1),
      })(),
    );
    try {
      const began = performance.now();
      // A process of its own, whose heap nothing else is in.
      const run = start(['run', 'p.yaml', '--json', '--on', redis.url, '--memory', '400M'], folder);
      const seen: number[] = [];
      const timer = setInterval(() => seen.push(residentOf(run.pid)), 200);
      const status = await run.ended;
      clearInterval(timer);
      if (status !== 0) throw new Error(run.complaints());
      return {
        name: `${count.toLocaleString('en')} photos that take no time`,
        ms: (performance.now() - began) / count,
        peers: {},
        ratios: {},
        skipped: {},
        figures: { 'MiB of the run, median of its second half': median(seen.slice(seen.length >> 1)) },
      };
    } finally {
      await worker.stop();
      await redis.stop();
    }
  });
};

const cases = [...WORKERS.map((n) => `${n} simulated`), 'real', 'queued', 'coordinator'];

export const suite: Suite = {
  title: 'Scale: a run on many workers',
  cases,
  run: async (runs, only, measure) => {
    const rows: Row[] = [];
    const wanted = (name: string): boolean => only === undefined || only === name;
    for (const n of WORKERS)
      if (wanted(`${n} simulated`)) rows.push(await measure(`${n} simulated`, () => simulated(n)));
    if (wanted('real')) rows.push(await measure('real', () => real(runs)));
    if (wanted('queued')) rows.push(await measure('queued', queued));
    if (wanted('coordinator'))
      for (const count of [1000, 4000])
        rows.push(await measure(`coordinator, ${count}`, () => coordinator(count)));
    return {
      rows,
      notes: [
        `A simulated worker sleeps ${TAKES} ms for a photo, as one of 24 MP takes a lane, and hands ${ROUNDS} results to the run; all of them, the run and Redis share this machine.`,
      ],
    };
  },
};
