import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import * as E from 'fp-ts/lib/Either.js';
import { Redis } from 'ioredis';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../diagnostics/index.js';
import { digestBytes } from '../disk/digest.js';
import { compile } from '../execution/compile.js';
import { type PipelineEvent, type Report, type RunOptions, runPlan, runPlanAt } from '../execution/run.js';
import { entriesIn } from '../execution/testing/entries-in.js';
import { pluginsIn } from '../pipelines/compile.js';
import { isDigest } from '../pipelines/plugins/digest.js';
import { type Address, readAddress } from './address.js';
import { cancelRun, drainWorkers, retryRun } from './control/control.js';
import { overviewOf } from './control/overview.js';
import { queueAt } from './follow/follow.js';
import { itemOf } from './item.js';
import { PHOTOS, PREFIX, pipelineKey } from './keys.js';
import type { QueuedPhoto } from './messages.js';
import { hasRedis, startRedis, type TestRedis } from './testing/redis.js';
import { type RunningWorker, startWorker, type WorkerEvent, type WorkerOptions } from './worker/worker.js';

const isThere = hasRedis();
const MEMORY = 400 * 2 ** 20;
const pipe = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));
const crashHook = new URL('../../test/torture/crash-hook.mjs', import.meta.url).href;

let redis: TestRedis;
let folder: string;
const workers: RunningWorker[] = [];
const children: ChildProcess[] = [];

const right = <A>(either: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left));
  return either.right;
};

const address = (): Address => right(readAddress(redis.url));

/** Photos of noise, each another. */
const photos = async (count: number, width = 160): Promise<void> => {
  for (let i = 0; i < count; i++)
    await sharp({
      create: {
        width,
        height: 120,
        channels: 3,
        background: '#345',
        noise: { type: 'gaussian', mean: 20 * i, sigma: 30 },
      },
    })
      .jpeg()
      .toFile(join(folder, 'in', `photo-${i}.jpg`));
};

const yaml = (to: string, steps = 'adjust: { exposure: 0.3 }', more = ''): string =>
  `version: 1\n${more}steps:\n- files: in\n- decode\n- ${steps}\n- encode: jpeg\n- save: ${to}\n`;

const planOf = async (text: string, plugins: 'refuse' | { allow: string[] } = 'refuse') =>
  right(await compile({ path: join(folder, 'p.yaml'), text }, { plugins })());

const local = async (text: string): Promise<Report> =>
  right(await runPlan(await planOf(text), { memory: MEMORY, jobs: 2 })());

interface Following {
  readonly report: Promise<E.Either<Diagnostics, Report>>;
  readonly events: PipelineEvent[];
  readonly id: Promise<string>;
}

/** Starts a run on the queue. */
const follow = async (
  text: string,
  options: RunOptions & { readonly isResumed?: boolean; readonly allow?: string[] } = {},
): Promise<Following> => {
  const { isResumed = false, allow, ...run } = options;
  const events: PipelineEvent[] = [];
  let began: (id: string) => void = () => undefined;
  const id = new Promise<string>((resolve) => {
    began = resolve;
  });
  const plan = await planOf(text, allow === undefined ? 'refuse' : { allow });
  const place = queueAt({ address: address(), memory: MEMORY, isResumed, began });
  const report = runPlanAt(place)(plan, { ...run, observe: (event) => void events.push(event) })();
  return { report, events, id };
};

const work = async (options: Partial<WorkerOptions> = {}): Promise<RunningWorker> => {
  const worker = right(
    await startWorker({
      address: address(),
      jobs: 2,
      memory: MEMORY,
      roots: [folder],
      maps: [],
      plugins: [],
      observe: () => undefined,
      patience: 2000,
      ...options,
    })(),
  );
  workers.push(worker);
  return worker;
};

/** A worker as the command line starts it. */
const spawned = (env: NodeJS.ProcessEnv = {}): ChildProcess => {
  const child = spawn(
    process.execPath,
    [pipe, 'worker', '--on', redis.url, '--root', folder, '--jobs', '1', '--memory', '400M'],
    { stdio: 'ignore', env: { ...process.env, ...env } },
  );
  children.push(child);
  return child;
};

/** A worker in a process of its own, which is missed soon. @param stopsAt the photo after which it stops itself, before it tells that it is made */
const shortLived = (stopsAt = 0): ChildProcess => {
  const at = (name: string): string =>
    JSON.stringify(new URL(`../../dist/queue/${name}.js`, import.meta.url).href);
  const script = `let made = 0;
const observe = ({ kind }) => kind === 'done' && ++made === ${stopsAt} && process.kill(process.pid, 'SIGSTOP');
const { startWorker } = await import(${at('worker/worker')});
const { readAddress } = await import(${at('address')});
await startWorker({ address: readAddress('${redis.url}').right, jobs: 1, memory: ${MEMORY}, roots: ['${folder}'], maps: [],
  plugins: [], observe, patience: 2000 })();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  children.push(child);
  return child;
};

const filesIn = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(folder, name))
      .filter((file) => file.endsWith('.jpg'))
      .map((file) => [file, digestBytes(readFileSync(join(folder, name, file)))]),
  );

/** What a folder's journal says, without times and what a disk gives files; two that begin at once may both note the recipe. */
const records = async (name: string): Promise<readonly string[]> => {
  const own = new Set(['at', 'outputModified', 'outputChanged', 'outputInode']);
  const lines = (await entriesIn(join(folder, name))).map((entry) =>
    JSON.stringify(Object.fromEntries(Object.entries(entry).filter(([field]) => !own.has(field)))),
  );
  return [...new Set(lines)].sort();
};

const waitFor = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await pause(50);
  }
  throw new Error('It does not come to that.');
};

const nothingLeft = (name: string): void =>
  expect(readdirSync(join(folder, name, '.prismflow'))).toEqual(['journal.jsonl']);

describe.skipIf(!isThere)('a queue in Redis (skipped where redis-server is not installed)', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'prismflow-queue-'));
    mkdirSync(join(folder, 'in'));
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives the same results and records as a run here, and does nothing twice', async () => {
    await photos(8);
    writeFileSync(join(folder, 'in', 'broken.jpg'), 'no photo');
    expect(await local(yaml('here'))).toMatchObject({ done: 8 });
    const worker = await work();
    const { report } = await follow(yaml('away'));
    const first = right(await report);
    expect(first).toMatchObject({ done: 8, skipped: 0, end: { kind: 'complete' } });
    expect(first.failed).toMatchObject([{ key: { path: 'broken.jpg' } }]);
    expect(filesIn('away')).toEqual(filesIn('here'));
    expect(await records('away')).toEqual(await records('here'));
    nothingLeft('away');
    const again = right(await (await follow(yaml('away'))).report);
    expect(again).toMatchObject({ done: 0, skipped: 8 });
    const seen = right(await overviewOf(address())());
    expect(seen).toMatchObject({ waiting: 0, active: 0, dead: 0, runs: [] });
    expect(seen.workers).toMatchObject([{ jobs: 2 }]);
    expect(worker.counts()).toMatchObject({ done: 8, failed: 1, refused: 0 });
  });

  it('is left and come back to', async () => {
    await photos(3);
    await local(yaml('here'));
    expect(await (await follow(yaml('away'), { isResumed: true })).report).toMatchObject({
      left: [{ code: 'queue/no-run' }],
    });
    const stop = new AbortController();
    const first = await follow(yaml('away'), { signal: stop.signal });
    await first.id;
    await waitFor(async () => right(await overviewOf(address())()).waiting === 3);
    stop.abort();
    expect(right(await first.report).end.kind).toBe('cancelled');
    expect(right(await overviewOf(address())()).runs).toMatchObject([{ isFollowed: false, total: 3 }]);
    const worker = await work();
    await waitFor(() => worker.counts().done === 3);
    expect(filesIn('away')).toEqual({});
    const second = right(await (await follow(yaml('away'), { isResumed: true })).report);
    expect(second).toMatchObject({ done: 3, end: { kind: 'complete' } });
    expect(worker.counts().done).toBe(3);
    expect(filesIn('away')).toEqual(filesIn('here'));
    nothingLeft('away');
  });

  it('tells who follows a run that it was cancelled, and takes its photos out', async () => {
    await photos(3);
    const { report, id } = await follow(yaml('away'));
    await waitFor(async () => right(await overviewOf(address())()).waiting === 3);
    expect(await cancelRun(address(), await id)()).toEqual(E.right(3));
    expect(right(await report).end).toMatchObject({
      kind: 'stopped',
      diagnostics: [{ code: 'queue/cancelled' }],
    });
    expect(right(await overviewOf(address())()).waiting).toBe(0);
    expect(await cancelRun(address(), '*')()).toMatchObject({ left: [{ code: 'queue/no-run' }] });
  });

  it('lets one run write to a folder at a time', async () => {
    await photos(2);
    const stop = new AbortController();
    const first = await follow(yaml('away'), { signal: stop.signal });
    await first.id;
    expect(await (await follow(yaml('away'))).report).toMatchObject({
      left: [{ code: 'run/folder-in-use' }],
    });
    await work();
    expect(right(await first.report)).toMatchObject({ done: 2 });
  });

  it('gives photos back that a worker may not read, and says so, until one comes that may', async () => {
    await photos(2);
    const other = mkdtempSync(join(tmpdir(), 'prismflow-other-'));
    const narrow = await work({ roots: [other] });
    const { report, events } = await follow(yaml('away'));
    await waitFor(() => events.some((event) => event.kind === 'waiting'));
    expect(events.find((event) => event.kind === 'waiting')).toMatchObject({
      diagnostics: [{ code: 'queue/outside', message: expect.stringContaining('gives photos back') }],
    });
    expect(narrow.counts().refused).toBeGreaterThan(0);
    await narrow.stop();
    await work();
    expect(right(await report)).toMatchObject({ done: 2 });
    rmSync(other, { recursive: true });
  });

  it('finds photos where a folder has another name', async () => {
    await photos(2);
    await local(yaml('here'));
    const there = `${folder}-there`;
    // The run sees the folder by a name that its worker does not use.
    symlinkSync(folder, there);
    try {
      const plan = right(
        await compile({ path: join(there, 'p.yaml'), text: yaml('away') }, { plugins: 'refuse' })(),
      );
      await work({ roots: [], maps: [{ from: there, to: folder }] });
      const place = queueAt({ address: address(), memory: MEMORY, isResumed: false, began: () => undefined });
      expect(right(await runPlanAt(place)(plan)())).toMatchObject({ done: 2 });
      expect(filesIn('away')).toEqual(filesIn('here'));
    } finally {
      unlinkSync(there);
    }
  });

  it('does nothing of what is forged', async () => {
    await photos(1);
    const secret = mkdtempSync(join(tmpdir(), 'prismflow-secret-'));
    await sharp(join(folder, 'in', 'photo-0.jpg')).toFile(join(secret, 'secret.jpg'));
    // A run of somebody else, and photos that it never had.
    const stop = new AbortController();
    const run = await follow(yaml('away'), { signal: stop.signal });
    await run.id;
    await waitFor(async () => right(await overviewOf(address())()).waiting === 1);
    const client = new Redis(redis.url, { maxRetriesPerRequest: null });
    const queue = new Queue(PHOTOS, { connection: client, prefix: PREFIX });
    const [job] = await queue.getJobs('waiting');
    const honest = job?.data as QueuedPhoto;
    const bytes = readFileSync(join(secret, 'secret.jpg'));
    const stolen = {
      ...honest,
      input: join(secret, 'secret.jpg'),
      sha256: digestBytes(bytes),
      size: bytes.length,
    };
    const text = (await client.get(pipelineKey(honest.pipeline))) ?? '';
    const elsewhere = text.replaceAll(join(folder, 'away'), join(secret, 'out'));
    const forged: readonly (readonly [string, unknown])[] = [
      ['misnamed', honest],
      ['no-photo', { v: 1, input: '/etc/passwd' }],
      ['nothing', null],
      [itemOf(stolen), stolen],
      ...['f'.repeat(64), digestBytes(Buffer.from(elsewhere))].map(
        (pipeline, i): readonly [string, unknown] => {
          const photo = { ...honest, pipeline, key: { ...honest.key, path: `forged-${i}.jpg` } };
          return [itemOf(photo), photo];
        },
      ),
    ];
    await client.set(pipelineKey('f'.repeat(64)), text);
    await client.set(pipelineKey(digestBytes(Buffer.from(elsewhere))), elsewhere);
    mkdirSync(join(secret, 'out'));
    for (const [jobId, data] of forged) await queue.add('photo', data, { jobId });
    const events: WorkerEvent[] = [];
    const worker = await work({ observe: (event) => void events.push(event) });
    expect(right(await run.report)).toMatchObject({ done: 1 });
    await waitFor(() => worker.counts().refused >= 3);
    expect(worker.counts().done).toBe(1);
    expect((await queue.getFailed()).map(({ id }) => id).sort()).toEqual(['misnamed', 'no-photo', 'nothing']);
    expect(readdirSync(join(secret, 'out'))).toEqual([]);
    expect(Object.keys(filesIn('away'))).toEqual(['photo-0.jpg']);
    const codes = events.flatMap((event) => (event.kind === 'refused' ? [event.said.code] : []));
    expect([...new Set(codes)].sort()).toEqual(['queue/foreign', 'queue/outside']);
    await queue.close();
    client.disconnect();
    rmSync(secret, { recursive: true });
  });

  it('queues again what a Redis has lost that was killed', async () => {
    await photos(30, 900);
    await local(yaml('here'));
    const worker = await work();
    const { report } = await follow(yaml('away'));
    await waitFor(() => worker.counts().done >= 4);
    await redis.kill();
    await pause(300);
    await redis.restart();
    expect(right(await report)).toMatchObject({ done: 30, failed: [], end: { kind: 'complete' } });
    expect(filesIn('away')).toEqual(filesIn('here'));
    nothingLeft('away');
  });

  it('loses no photo when a worker is killed', async () => {
    await photos(24, 900);
    await local(yaml('here'));
    const child = shortLived();
    const { report, events } = await follow(yaml('away'));
    await waitFor(() => events.filter(({ kind }) => kind === 'done').length >= 3);
    child.kill('SIGKILL');
    await work();
    expect(right(await report)).toMatchObject({ done: 24, failed: [], end: { kind: 'complete' } });
    expect(filesIn('away')).toEqual(filesIn('here'));
    expect(
      (await entriesIn(join(folder, 'away'))).filter((entry) => 'kind' in entry && entry.kind === 'done'),
    ).toHaveLength(24);
    nothingLeft('away');
  });

  it('takes what a worker did that was held past its lock for done once', async () => {
    await photos(12, 900);
    await local(yaml('here'));
    const child = shortLived(3);
    const { report, events } = await follow(yaml('away'));
    // With the end of its second photo it takes its third, and holds it.
    await waitFor(() => events.filter(({ kind }) => kind === 'done').length === 2);
    const worker = await work();
    await waitFor(() => worker.counts().done === 10);
    // It tells of a photo that is done elsewhere by now.
    child.kill('SIGCONT');
    await pause(1000);
    expect(worker.counts().done).toBe(10);
    expect(right(await report)).toMatchObject({ done: 12, failed: [], end: { kind: 'complete' } });
    expect(filesIn('away')).toEqual(filesIn('here'));
    nothingLeft('away');
  });

  it('sets a photo aside that ends processes, after it was tried alone, and only that', async () => {
    await photos(4);
    const bytes = readFileSync(join(folder, 'in', 'photo-0.jpg'));
    // A comment right after the beginning of the file.
    const comment = Buffer.from('crash the decoder');
    const marked = Buffer.concat([
      bytes.subarray(0, 2),
      Buffer.from([0xff, 0xfe, 0, comment.length + 2]),
      comment,
      bytes.subarray(2),
    ]);
    writeFileSync(join(folder, 'in', 'bad.jpg'), marked);
    spawned({ NODE_OPTIONS: `--import ${crashHook}` });
    const { report, id } = await follow(yaml('away'));
    const done = right(await report);
    expect(done).toMatchObject({ done: 4 });
    expect(done.failed).toMatchObject([
      {
        key: { path: 'bad.jpg' },
        diagnostics: [{ code: 'run/crashed', message: expect.stringContaining('SIGSEGV') }],
      },
    ]);
    const { deadPhotos, dead } = right(await overviewOf(address())());
    expect(dead).toBe(1);
    expect(deadPhotos).toMatchObject([{ run: await id, path: 'bad.jpg', reason: { code: 'run/crashed' } }]);
    // The photo is one that can be edited where nothing makes decoders crash.
    for (const child of children.splice(0)) child.kill('SIGKILL');
    const worker = await work();
    expect(await retryRun(address(), await id)()).toEqual(E.right(1));
    await waitFor(() => worker.counts().done === 1);
    expect(right(await (await follow(yaml('away'), { retry: true })).report)).toMatchObject({
      done: 1,
      failed: [],
    });
  });

  it('runs a plugin only where the operator of the worker allows its content', async () => {
    await photos(2);
    writeFileSync(
      join(folder, 'turn.mjs'),
      `import { defineOp, port } from 'prismflow';
export const turned = defineOp({ name: 'turned', about: 'Do nothing', params: {}, input: port.frame, output: port.frame,
  map: () => ({ value }) => async () => ({ _tag: 'Right', right: value }) });`,
    );
    const text = yaml('away', 'turned', 'plugins: [./turn.mjs]\n');
    const uses = right(await pluginsIn({ path: join(folder, 'p.yaml'), text })());
    const allow = uses.map(({ digest }) => digest).filter(isDigest);
    const [digest = ''] = allow;
    const careful = await work();
    const { report, events } = await follow(text, { allow });
    await waitFor(() => events.some((event) => event.kind === 'waiting'));
    expect(events.find((event) => event.kind === 'waiting')).toMatchObject({
      diagnostics: [{ code: 'queue/refused', hint: expect.stringContaining(digest) }],
    });
    await careful.stop();
    await work({ plugins: allow });
    expect(right(await report)).toMatchObject({ done: 2, failed: [] });
  });

  it('sends small models along, and verifies them', async () => {
    await photos(2);
    const outside = mkdtempSync(join(tmpdir(), 'prismflow-lut-'));
    writeFileSync(
      join(outside, 'look.cube'),
      `LUT_3D_SIZE 2\n${[0, 1].flatMap((b) => [0, 1].flatMap((g) => [0, 1].map((r) => `${r} ${g} ${0.5 * b}`))).join('\n')}\n`,
    );
    const steps = `lut: ${join(outside, 'look.cube')}`;
    await local(yaml('here', steps));
    // The worker may not read the folder of the table.
    await work();
    expect(right(await (await follow(yaml('away', steps))).report)).toMatchObject({ done: 2, failed: [] });
    expect(filesIn('away')).toEqual(filesIn('here'));
    rmSync(outside, { recursive: true });
  });

  it('ends workers that are told to drain, once what they are at is done', async () => {
    await photos(2);
    const worker = await work();
    await pause(500);
    right(await drainWorkers(address())());
    await worker.drained;
    await worker.stop();
    expect(right(await overviewOf(address())()).workers).toEqual([]);
    expect(existsSync(join(folder, 'in', 'photo-0.jpg'))).toBe(true);
  });

  it('refuses a Redis that throws data away, and one that does not let us in, without its password', async () => {
    const other = await startRedis('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru');
    const locked = await startRedis('--requirepass', 'verysecret');
    try {
      const at = (url: string) => overviewOf(right(readAddress(url)))();
      expect(await at(other.url)).toMatchObject({
        left: [{ code: 'queue/unsuitable', message: expect.stringContaining('allkeys-lru') }],
      });
      const refused = await at(`redis://:wrongsecret@127.0.0.1:${locked.port}`);
      expect(refused).toMatchObject({ left: [{ code: 'queue/unreachable' }] });
      expect(JSON.stringify(refused)).not.toContain('wrongsecret');
      expect(E.isRight(await at(`redis://:verysecret@127.0.0.1:${locked.port}`))).toBe(true);
    } finally {
      await other.stop();
      await locked.stop();
    }
  });

  it('is used by the command line: a run is left, shown, come back to, and its worker ends in order', async () => {
    await photos(2);
    writeFileSync(join(folder, 'p.yaml'), yaml('away'));
    const started = (...args: readonly string[]) => {
      const child = spawn(process.execPath, [pipe, ...args, '--on', redis.url], { cwd: folder });
      children.push(child);
      const said = { out: '', err: '' };
      child.stdout.on('data', (text) => {
        said.out += text;
      });
      child.stderr.on('data', (text) => {
        said.err += text;
      });
      const status = new Promise<number | null>((resolve) => child.on('close', resolve));
      return { child, said, status };
    };
    const rootless = started('worker');
    expect(await rootless.status).toBe(2);
    expect(rootless.said.err).toContain('queue/outside');
    const first = started('run', 'p.yaml');
    await waitFor(() => first.said.err.includes('is in the queue'));
    await waitFor(async () => right(await overviewOf(address())()).waiting === 2);
    first.child.kill('SIGINT');
    expect(await first.status).toBe(130);
    const [, id = ''] = /run ([0-9a-f]{12}) is in the queue/.exec(first.said.err) ?? [];
    expect(first.said.err).toContain('--resume');
    expect(first.said.err).toContain(`pipe queue cancel ${id}`);
    const shown = started('queue');
    expect(await shown.status).toBe(0);
    expect(shown.said.out).toMatch(new RegExp(`${id}  p: 0 of 2 done, in away; left`));
    const worker = started('worker', '--root', '.', '--jobs', '1');
    const second = started('run', 'p.yaml', '--resume');
    expect(await second.status).toBe(0);
    expect(second.said.out).toContain('2 done');
    worker.child.kill('SIGTERM');
    expect(await worker.status).toBe(0);
    expect(worker.said.out).toBe('2 done\n');
    const none = started('queue', 'cancel', id);
    expect(await none.status).toBe(2);
    expect(none.said.err).toContain('queue/no-run');
  });
});
