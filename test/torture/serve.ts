import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './kills.js';
import { numbered, smallPhoto } from './photos.js';
import { start } from './process.js';

const main = fileURLToPath(new URL('../../dist/cli/pipe.cjs', import.meta.url));

const pipeline = `version: 1
steps:
  - files: in
  - decode
  - crop: { size: 40 }
  - encode: { quality: 90 }
  - save: "out/{path}"
`;

/** A server that runs. */
export interface Server {
  readonly base: string;
  readonly pid: number;
  readonly complaints: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
}

/** Starts `pipe serve` in a folder, and waits until it says where it is. */
export const serve = async (folder: string, args: readonly string[] = []): Promise<Server> => {
  const child: ChildProcess = spawn(
    process.execPath,
    [main, 'serve', '--port', '0', '--state', 'state', ...args],
    {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [out, err] = ['', ''];
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const base = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const [address] = /http:\/\/\S+/.exec(out) ?? [];
      if (address !== undefined && out.includes('\n')) resolve(address);
    });
    child.on('close', (status) => reject(new Error(`The server ended with ${status}: ${err}`)));
  });
  return {
    base,
    pid: child.pid ?? 0,
    complaints: () => err,
    kill: (signal) => child.kill(signal),
    ended,
  };
};

interface Item {
  readonly number: number;
  readonly name: string;
  readonly state: string;
  readonly problem?: readonly { readonly code: string }[];
  readonly result?: { readonly digest: string; readonly bytes: number };
}

/** What a client was told of a job that it made: from then on it must not be lost. */
interface Promised {
  readonly key: string;
  readonly body: string;
  readonly photos: readonly string[];
  id?: string;
}

/** Asks, and again after a while where the server has too much to do, as it may say, or where everything stood still meanwhile. */
const ask = async (base: string, path: string, init: RequestInit = {}): Promise<Response> => {
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(20_000), ...init }).catch(
      (thrown: unknown) => {
        if (thrown instanceof Error && thrown.name === 'TimeoutError' && tries < 3) return undefined;
        throw thrown;
      },
    );
    if (answer === undefined) continue;
    if ((answer.status !== 503 && answer.status !== 429) || tries > 50) return answer;
    await pause(Number(answer.headers.get('retry-after') ?? 1) * 1000);
  }
};

const json = async <A>(answer: Response): Promise<A> => {
  if (!answer.ok) throw new Error(`${answer.url} was answered with ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as A;
};

/** Asks for jobs until the server is gone; those whose answer did not come are asked for again, with the same key. */
const makeJobs = async (base: string, promised: Promised[], isOver: () => boolean, fresh: () => Promised) => {
  while (!isOver()) {
    const open = promised.find(({ id }) => id === undefined) ?? fresh();
    if (!promised.includes(open)) promised.push(open);
    try {
      const answer = await ask(base, '/v1/jobs', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': open.key },
        body: open.body,
      });
      const said = (await answer.json()) as { readonly id?: string; readonly code?: string };
      if (answer.status === 202 && said.id !== undefined) open.id = said.id;
      else if (answer.status !== 503)
        throw new Error(`a job was answered with ${answer.status} ${said.code}`);
    } catch (thrown) {
      if (thrown instanceof Error && thrown.message.startsWith('a job was')) throw thrown;
      return;
    }
    await pause(Math.random() * 120);
  }
};

const itemsOf = async (base: string, id: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  for (let cursor: number | undefined = 0; cursor !== undefined; ) {
    const page: { readonly items: readonly Item[]; readonly next?: number } = await json(
      await ask(base, `/v1/jobs/${id}/items?cursor=${cursor}&limit=1000`),
    );
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
};

/** Compares what became of a job with what it must be. */
const faultsOf = async (
  base: string,
  { id, photos }: Promised,
  right: ReadonlyMap<string, string>,
): Promise<readonly string[]> => {
  if (id === undefined) return [];
  const answer = await ask(base, `/v1/jobs/${id}`);
  if (answer.status !== 200) return [`the job ${id} is lost: ${answer.status}`];
  const items = await itemsOf(base, id);
  const faults: string[] = [];
  if (items.map(({ name }) => name).join() !== photos.join())
    faults.push(`${id} has other photos than were asked for`);
  for (const { number, name, state, problem, result } of items) {
    if (name.startsWith('broken')) {
      if (state !== 'failed' || problem?.[0]?.code !== 'image/truncated')
        faults.push(`${id}/${number} ${name} is ${state} ${problem?.[0]?.code}, and should be reported`);
      continue;
    }
    if (state !== 'done') {
      faults.push(`${id}/${number} ${name} is ${state}: ${JSON.stringify(problem)}`);
      continue;
    }
    const bytes = Buffer.from(await (await ask(base, `/v1/jobs/${id}/items/${number}/result`)).arrayBuffer());
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (digest !== result?.digest) faults.push(`${id}/${number} ${name} has other bytes than it says`);
    if (digest !== right.get(name)) faults.push(`${id}/${number} ${name} is not what \`pipe run\` gives`);
  }
  return faults;
};

/** Files of the state that nothing speaks of: halves of results, temporary files, uploads. */
const straysOf = (state: string, jobs: ReadonlyMap<string, number>): readonly string[] =>
  [
    ...readdirSync(join(state, 'results')).flatMap((job) => {
      const files = readdirSync(join(state, 'results', job));
      const most = jobs.get(job);
      if (most === undefined) return [`results/${job}`];
      return files
        .filter((name) => !/^\d+$/.test(name) || Number(name) > most)
        .map((name) => `results/${job}/${name}`);
    }),
    ...['incoming', 'photos'].flatMap((folder) =>
      readdirSync(join(state, folder)).map((name) => `${folder}/${name}`),
    ),
  ].map((path) => `${path} was left behind`);

const digestOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/**
 * Kills a server under load so often, and starts it again every time: each job that was acknowledged ends, with each photo done once
 * or reported, and the results are those of `pipe run`.
 */
export const killServe = async (kills: number, photos = 12): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'prismflow-torture-serve-'));
  const inbox = join(folder, 'in');
  mkdirSync(inbox);
  writeFileSync(join(folder, 'pipelines.yaml'), pipeline);
  const photo = await smallPhoto();
  const names = Array.from({ length: photos }, (_, i) => `${i}.jpg`);
  names.forEach((name, i) => {
    writeFileSync(join(inbox, name), numbered(photo, i));
  });
  try {
    const running = start(['run', 'pipelines.yaml', '--json'], folder);
    const status = await running.ended;
    if (status !== 0) throw new Error(`The undisturbed run ended with ${status}: ${running.complaints()}`);
    const right = new Map(names.map((name) => [name, digestOf(join(folder, 'out', name))]));
    writeFileSync(join(inbox, 'broken.jpg'), photo.subarray(0, photo.length >> 1));
    const all = [...names, 'broken.jpg'];
    const promised: Promised[] = [];
    const fresh = (): Promised => {
      const chosen = all.filter(() => Math.random() < 0.5);
      const some = chosen.length === 0 ? [all[0] as string] : chosen;
      const body = JSON.stringify({ edits: [{ pipeline: 'pipelines' }], paths: some });
      return { key: `k${promised.length}`, body, photos: some };
    };
    let amid = 0;
    for (let killed = 0; killed < kills; killed++) {
      const server = await serve(folder, ['--root', 'in']);
      let isOver = false;
      void server.ended.then(() => {
        isOver = true;
      });
      const before = promised.length;
      // No more than can be done in the end.
      const isFull = (await statesOf(server.base)).length > 4 && Math.random() < 0.5;
      const making = isFull ? Promise.resolve() : makeJobs(server.base, promised, () => isOver, fresh);
      // Amid work most times; one time in four after some time, whatever it is at.
      const isPatient = !isFull && Math.random() < 0.75;
      for (let i = 0; i < 200 && isPatient && promised.length < before + 2; i++) await pause(50);
      await pause(Math.random() ** 2 * 1500);
      if (await hasOpen(server.base)) amid++;
      server.kill('SIGKILL');
      await Promise.all([server.ended, making]);
    }
    const last = await serve(folder, ['--root', 'in']);
    await makeJobs(last.base, promised, () => promised.every(({ id }) => id !== undefined), fresh);
    const isDone = await settled(last.base);
    const faults: string[] = isDone ? [] : ['not all jobs ended'];
    for (const each of promised) faults.push(...(await faultsOf(last.base, each, right)));
    const { length: listed } = await statesOf(last.base);
    if (listed !== promised.length) faults.push(`${promised.length} jobs were made, and ${listed} are there`);
    last.kill('SIGTERM');
    const end = await last.ended;
    if (end !== 0) faults.push(`ended with ${end}: ${last.complaints()}`);
    const counts = new Map(promised.map(({ id = '', photos: of }) => [id, of.length]));
    faults.push(...straysOf(join(folder, 'state'), counts));
    const items = promised.reduce((sum, { photos: of }) => sum + of.length, 0);
    return { faults, figures: { kills, 'kills amid work': amid, jobs: promised.length, photos: items } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Page {
  readonly jobs: readonly { readonly state: string }[];
  readonly next?: string;
}

/** The states of all jobs. */
const statesOf = async (base: string): Promise<readonly string[]> => {
  const states: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: Page = await json(
      await ask(base, `/v1/jobs?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`),
    );
    states.push(...page.jobs.map(({ state }) => state));
    cursor = page.next;
  }
  return states;
};

const hasOpen = async (base: string): Promise<boolean> =>
  (await statesOf(base)).some((state) => state === 'working' || state === 'waiting');

/** Waits until no job is open. */
const settled = async (base: string, seconds = 300): Promise<boolean> => {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await pause(200))
    if (!(await hasOpen(base))) return true;
  return false;
};
