import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startRedis, type TestRedis } from '../../src/queue/testing/redis.js';
import type { Outcome } from './kills.js';
import { putPhotos, smallPhoto } from './photos.js';
import { canMount } from './places.js';
import { type Running, start } from './process.js';

const pipeline = `version: 1
params: { output: { type: path, default: out } }
steps:
  - files: in
  - decode
  - adjust: { exposure: 0.3 }
  - encode: { quality: 90 }
  - save: "$output/{path}"
`;

const clockHook = new URL('./clock-hook.mjs', import.meta.url).href;

interface World {
  readonly folder: string;
  readonly redis: TestRedis;
  readonly names: readonly string[];
  readonly begin: (url?: string, more?: readonly string[]) => Running;
  readonly work: (
    url?: string,
    environment?: Readonly<Record<string, string>>,
    more?: readonly string[],
  ) => Running;
}

/** How often what runs has said that a photo is done. */
const doneBy = (run: Running): number => run.count('done');

const filesBelow = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => !name.startsWith('.prismflow') && statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );

/** What is wrong with the results of a run on workers beside those of a run here. */
const faultsOf = ({ folder, names }: World): readonly string[] => {
  const [here, away] = [filesBelow(join(folder, 'here')), filesBelow(join(folder, 'away'))];
  const lines = readFileSync(join(folder, 'away', '.prismflow', 'journal.jsonl'), 'utf8').split('\n');
  const recorded = lines.filter((line) => line.includes('"kind":"done"')).length;
  const left = readdirSync(join(folder, 'away', '.prismflow')).filter((name) => name !== 'journal.jsonl');
  return [
    ...names.filter((name) => !away.has(name)).map((name) => `${name} is missing`),
    ...[...away].flatMap(([name, bytes]) =>
      here.get(name)?.equals(bytes) === true ? [] : [`${name} is another one than here`],
    ),
    ...(recorded === names.length ? [] : [`${recorded} results are recorded, of ${names.length}`]),
    ...left.map((name) => `.prismflow/${name} is left`),
  ];
};

/** A queue, photos, and what a run here makes of them; then what is done to a run on workers. */
const inWorld = async (
  count: number,
  harm: (
    world: World,
  ) => Promise<{ readonly faults?: readonly string[]; readonly figures?: Outcome['figures'] }>,
  ...redisArgs: readonly string[]
): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-torture-queue-'));
  const running: Running[] = [];
  const redis = await startRedis(...redisArgs);
  try {
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'p.yaml'), pipeline);
    const names = putPhotos(join(folder, 'in'), await smallPhoto(400, 300), 0, count);
    const memory = ['--memory', '400M'];
    const run = ['run', 'p.yaml', '--json', ...memory];
    await start([...run, '--set', 'output=here'], folder).ended;
    const kept = (each: Running): Running => {
      running.push(each);
      return each;
    };
    const world: World = {
      folder,
      redis,
      names,
      begin: (url = redis.url, more = []) =>
        kept(start([...run, '--set', 'output=away', '--on', url, ...more], folder)),
      work: (url = redis.url, environment = {}, more = []) =>
        kept(
          start(
            ['worker', '--on', url, '--root', folder, '--jobs', '1', ...memory, ...more],
            folder,
            environment,
          ),
        ),
    };
    const { faults = [], figures = {} } = await harm(world);
    return { faults: [...faults, ...faultsOf(world)], figures: { photos: count, ...figures } };
  } finally {
    for (const each of running) each.kill('SIGCONT');
    for (const each of running) each.kill('SIGKILL');
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Waits for the end of a run, and says what was not as it should be. */
const ending = async (run: Running, { names }: World, before = 0): Promise<readonly string[]> => {
  const status = await Promise.race([run.ended, pause(600_000, 'hangs' as const, { ref: false })]);
  return [
    ...(status === 0 ? [] : [`the run ends with ${status}: ${run.complaints().slice(0, 500)}`]),
    ...(doneBy(run) + before === names.length
      ? []
      : [`${doneBy(run) + before} are reported as done, of ${names.length}`]),
  ];
};

/** Workers are killed at random while a run goes on; others take their place. */
export const killWorkers = (kills: number): Promise<Outcome> =>
  inWorld(Math.max(60, 12 * kills), async (world) => {
    const run = world.begin();
    let [killed, isOver] = [0, false];
    void run.ended.then(() => {
      isOver = true;
    });
    const lane = async (): Promise<void> => {
      while (!isOver) {
        const worker = world.work();
        if (killed >= kills) {
          await run.ended;
          return;
        }
        await pause(1500 + Math.random() * 3000);
        if (isOver) return;
        worker.kill('SIGKILL');
        killed++;
      }
    };
    const [faults] = await Promise.all([ending(run, world), lane(), lane()]);
    return { faults, figures: { kills: killed } };
  });

/** Redis is killed under load, and started again: with what its log holds, or with nothing. */
export const killRedis = (isLogged: boolean): Promise<Outcome> =>
  inWorld(
    400,
    async (world) => {
      const run = world.begin();
      world.work();
      world.work();
      let kills = 0;
      for (; kills < 3; kills++) {
        if (!(await run.until(() => doneBy(run) > 60 * (kills + 1)))) break;
        await world.redis.kill();
        await pause(500);
        await world.redis.restart();
      }
      return { faults: await ending(run, world), figures: { kills } };
    },
    ...(isLogged ? ['--appendonly', 'yes'] : []),
  );

/** A worker is held past its lock, and goes on. */
export const holdWorker = (): Promise<Outcome> =>
  inWorld(300, async (world) => {
    const run = world.begin();
    const held = world.work();
    await run.until(() => doneBy(run) > 20);
    held.kill('SIGSTOP');
    world.work();
    await pause(25_000);
    held.kill('SIGCONT');
    return { faults: await ending(run, world) };
  });

/** The run is killed, and taken up. */
export const killRun = (kills: number): Promise<Outcome> =>
  inWorld(60 + 60 * kills, async (world) => {
    world.work();
    world.work();
    let run = world.begin();
    for (let kill = 0; kill < kills; kill++) {
      const some = 10 + Math.floor(Math.random() * 40);
      if (!(await run.until(() => doneBy(run) > some))) break;
      run.kill('SIGKILL');
      // It may have come to its end a moment before.
      if ((await run.ended) === 0) return { figures: { kills: kill } };
      run = world.begin(undefined, ['--resume']);
    }
    const status = await run.ended;
    return {
      faults: status === 0 ? [] : [`the run ends with ${status}: ${run.complaints().slice(0, 500)}`],
      figures: { kills },
    };
  });

/** What stands between a worker and Redis drops everything for a while, again and again. */
export const cutNetwork = (): Promise<Outcome> =>
  inWorld(300, async (world) => {
    let isCut = false;
    const sockets = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = connect(world.redis.port, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.on('data', (bytes) => {
          // As a network that loses all packets: nothing is closed.
          if (!isCut) to.write(bytes);
        });
        from.on('error', () => undefined);
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const url = `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const run = world.begin();
    world.work(url);
    world.work();
    for (let cut = 0; cut < 2; cut++) {
      await run.until(() => doneBy(run) > 40 * (cut + 1));
      isCut = true;
      await pause(18_000);
      isCut = false;
      for (const socket of sockets) socket.destroy();
    }
    const faults = await ending(run, world);
    proxy.close();
    for (const socket of sockets) socket.destroy();
    return { faults, figures: { cuts: 2 } };
  });

/** One worker's way to the folder of results leads to a disk that is full. */
export const fullWorker = async (): Promise<Outcome> => {
  const small = mkdtempSync(join(tmpdir(), 'prismflow-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', small]);
  try {
    return await inWorld(120, async (world) => {
      const run = world.begin();
      const full = world.work(undefined, {}, ['--map', `${world.folder}/away=${small}`]);
      await pause(6000);
      world.work();
      const faults = await ending(run, world);
      const isSaid = /no room|cannot be made|gives photos back/.test(full.complaints());
      return { faults: [...faults, ...(isSaid ? [] : ['the worker with the full disk said nothing'])] };
    });
  } finally {
    execFileSync('umount', [small]);
    rmSync(small, { recursive: true, force: true });
  }
};

/** One worker's clock is an hour ahead. */
export const wrongClock = (): Promise<Outcome> =>
  inWorld(200, async (world) => {
    const run = world.begin();
    world.work(undefined, { NODE_OPTIONS: `--import ${clockHook}` });
    world.work();
    return { faults: await ending(run, world) };
  });

/** Two start the same run. */
export const twoRuns = (): Promise<Outcome> =>
  inWorld(150, async (world) => {
    world.work();
    const one = world.begin();
    const other = world.begin();
    const [first, second] = await Promise.all([one.ended, other.ended]);
    const refused = [one, other].filter((run) => /has been writing results/.test(run.complaints()));
    const done = doneBy(one) + doneBy(other);
    return {
      faults: [
        ...(first === 0 || second === 0 ? [] : ['neither run came to its end']),
        ...(done === world.names.length ? [] : [`${done} are reported as done, of ${world.names.length}`]),
      ],
      figures: { refused: refused.length },
    };
  });

/** How often workers are killed. */
const KILLS = Number(process.env.QUEUE_KILLS ?? 100);

/** What is done to a queue, by name; undefined where this machine does not allow it. */
export const queueTortures: Readonly<Record<string, (() => Promise<Outcome>) | undefined>> = {
  'queue-kill-workers': () => killWorkers(KILLS),
  'queue-redis-lost': () => killRedis(false),
  'queue-redis-logged': () => killRedis(true),
  'queue-stopped-worker': holdWorker,
  'queue-kill-run': () => killRun(5),
  'queue-network': cutNetwork,
  'queue-full-disk': canMount() ? fullWorker : undefined,
  'queue-clock': wrongClock,
  'queue-two-runs': twoRuns,
};
