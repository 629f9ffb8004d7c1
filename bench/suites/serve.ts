import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { start } from '../../test/torture/process.js';
import { type Server, serve } from '../../test/torture/serve.js';
import { median, type Row } from '../measure.js';
import { photoOf } from '../photo.js';
import type { Suite } from '../suite.js';

const PHOTOS = 40;
const CLIENTS = 200;
/** Minutes that all clients ask for. */
const CROWD_MINUTES = Number(process.env.CROWD_MINUTES ?? 5);

const pipeline = `version: 1
steps:
  - files: photos
  - decode
  - resize: { longest: 1024 }
  - adjust: { contrast: 1.1 }
  - encode: { quality: 90 }
  - save: "out/{path}"
`;

const inFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-bench-serve-'));
  try {
    mkdirSync(join(folder, 'photos'));
    writeFileSync(join(folder, 'pipelines.yaml'), pipeline);
    const photo = await photoOf(1224, 816);
    for (let i = 0; i < PHOTOS; i++)
      writeFileSync(join(folder, 'photos', `${i}.jpg`), Buffer.concat([photo, Buffer.from([i])]));
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const ready = async ({ base }: Server): Promise<void> => {
  while (!(await fetch(`${base}/readyz`)).ok) await pause(100);
};

/** A server that is warm. */
const withServer = async <A>(folder: string, work: (server: Server) => Promise<A>): Promise<A> => {
  const server = await serve(folder, ['--root', 'photos', '--jobs', '1']);
  try {
    await ready(server);
    return await work(server);
  } finally {
    server.kill('SIGTERM');
    await server.ended;
  }
};

interface Told {
  readonly id: string;
  readonly state: string;
  readonly counts: { readonly done: number; readonly failed: number };
}

const begin = async (base: string): Promise<Told> => {
  const answer = await fetch(`${base}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ edits: [{ pipeline: 'pipelines' }], paths: ['.'] }),
  });
  if (answer.status !== 202) throw new Error(await answer.text());
  return (await answer.json()) as Told;
};

const look = async (base: string, id: string): Promise<Told> =>
  (await (await fetch(`${base}/v1/jobs/${id}`)).json()) as Told;

/** Milliseconds of a job, and how long each look at it took meanwhile. */
const jobTimes = async (base: string, every: number) => {
  const began = performance.now();
  const { id } = await begin(base);
  const looks: number[] = [];
  for (;;) {
    const asked = performance.now();
    const { state, counts } = await look(base, id);
    looks.push(performance.now() - asked);
    if (state === 'done') {
      if (counts.failed > 0) throw new Error(`${counts.failed} photos failed`);
      return { ms: performance.now() - began, looks };
    }
    await pause(every);
  }
};

const runTime = async (folder: string): Promise<number> => {
  const running = start(['run', 'pipelines.yaml', '--json', '--jobs', '1'], folder);
  await running.until(() => running.count('started') > 0);
  const began = performance.now();
  const status = await running.ended;
  if (status !== 0) throw new Error(running.complaints());
  rmSync(join(folder, 'out'), { recursive: true });
  return performance.now() - began;
};

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

const bulk = (runs: number): Promise<Row> =>
  inFolder(async (folder) => {
    // In turn, so that whatever else the machine does meanwhile is shared; the server that waits does nothing.
    const pairs = await withServer(folder, async ({ base }) => {
      await jobTimes(base, 250);
      const times: { readonly own: number; readonly served: number }[] = [];
      for (let i = 0; i < runs; i++)
        times.push({ own: await runTime(folder), served: (await jobTimes(base, 250)).ms });
      return times;
    });
    const ms = median(pairs.map(({ served }) => served));
    return {
      name: `${PHOTOS} photos as a job`,
      ms,
      peers: { 'pipe run': median(pairs.map(({ own }) => own)) },
      ratios: { 'speed of pipe run': median(pairs.map(({ own, served }) => own / served)) },
      figures: { 'photos per second': (PHOTOS * 1000) / ms },
      skipped: {},
    };
  });

const looking = (runs: number): Promise<Row> =>
  inFolder((folder) =>
    withServer(folder, async ({ base }) => {
      await jobTimes(base, 250);
      const looks: number[] = [];
      for (let i = 0; i < runs; i++) looks.push(...(await jobTimes(base, 5)).looks);
      return {
        name: 'a look at a job amid work',
        ms: median(looks),
        peers: {},
        ratios: {},
        figures: { p99: quantile(looks, 0.99), slowest: Math.max(...looks), looks: looks.length },
        skipped: {},
      };
    }),
  );

/** Resident megabytes of a process; undefined where the system does not say so in /proc. */
const resident = (pid: number): number | undefined => {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
};

const crowd = (): Promise<Row> =>
  inFolder((folder) =>
    withServer(folder, async ({ base, pid }) => {
      const { id } = await begin(base);
      const end = performance.now() + CROWD_MINUTES * 60_000;
      const [statuses, memory] = [new Map<number, number>(), [] as number[]];
      const client = async (): Promise<void> => {
        while (performance.now() < end) {
          const answer = await fetch(`${base}/v1/jobs/${id}`);
          await answer.arrayBuffer();
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          await pause(500 + Math.random() * 1000);
        }
      };
      const watch = async (): Promise<void> => {
        while (performance.now() < end) {
          const now = resident(pid);
          if (now !== undefined) memory.push(now);
          await pause(1000);
        }
      };
      await Promise.all([watch(), ...Array.from({ length: CLIENTS }, client)]);
      const wrong = [...statuses].filter(([status]) => ![200, 429, 503].includes(status));
      if (wrong.length > 0) throw new Error(`other answers: ${JSON.stringify(wrong)}`);
      const half = memory.slice(memory.length >> 1);
      return {
        name: `${CLIENTS} clients for ${CROWD_MINUTES} min`,
        ms: 0,
        peers: {},
        ratios: {},
        figures: {
          answers: [...statuses.values()].reduce((sum, count) => sum + count, 0),
          'put off (429, 503)': (statuses.get(429) ?? 0) + (statuses.get(503) ?? 0),
          'MB halfway': half[0] ?? 0,
          'MB at the end': half.at(-1) ?? 0,
        },
        skipped: memory.length === 0 ? { memory: 'needs /proc' } : {},
      };
    }),
  );

const cold = (runs: number): Promise<Row> =>
  inFolder(async (folder) => {
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      const began = performance.now();
      const server = await serve(folder);
      const answer = await fetch(`${server.base}/v1/previews?pipeline=pipelines&size=256`, {
        method: 'POST',
        headers: { 'content-type': 'image/jpeg' },
        body: readFileSync(join(folder, 'photos/0.jpg')),
      });
      if (!answer.ok) throw new Error(await answer.text());
      await answer.arrayBuffer();
      times.push(performance.now() - began);
      server.kill('SIGTERM');
      await server.ended;
    }
    return {
      name: 'the first preview after a cold start',
      ms: median(times),
      peers: {},
      ratios: {},
      figures: { slowest: Math.max(...times) },
      skipped: {},
    };
  });

const cases: Readonly<Record<string, (runs: number) => Promise<Row>>> = { bulk, look: looking, cold, crowd };

export const suite: Suite = {
  title: 'Serve: jobs through the API',
  cases: Object.keys(cases),
  run: async (runs, only, measure) => {
    const rows: Row[] = [];
    for (const [name, run] of Object.entries(cases))
      if (only === undefined || name.includes(only)) rows.push(await measure(name, () => run(runs)));
    return {
      rows,
      notes: [
        `A job of ${PHOTOS} JPEGs of 1 MP, named by their paths, is resized and adjusted by a warm server, and beside it \`pipe run\` from its first event on; both with \`--jobs 1\`. A look is \`GET /v1/jobs/{id}\`, every 5 ms while the job is worked on. CROWD_MINUTES says how long the clients ask for.`,
      ],
    };
  },
};
