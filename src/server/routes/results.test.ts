import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { cancelJob } from '../jobs/queue.js';
import { type JobServer, jobServer } from '../testing/job-server.js';

let open: JobServer[] = [];
const serve = async (options: Parameters<typeof jobServer>[0] = {}) => {
  const server = await jobServer(options);
  open.push(server);
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.app.server.address() as AddressInfo;
  return { server, base: `http://127.0.0.1:${port}` };
};
afterEach(async () => {
  for (const server of open) {
    await server.close();
    rmSync(server.folder, { recursive: true, force: true });
  }
  open = [];
});

const start = async (base: string, body: object): Promise<string> => {
  const answer = await fetch(`${base}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ edits: [{ pipeline: 'copy' }], ...body }),
  });
  return ((await answer.json()) as { id: string }).id;
};

interface Heard {
  readonly id: number;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects
  readonly data: any;
}

/** Reads events until enough were heard or the stream ends. */
const listen = async (
  url: string,
  { after, most = Number.POSITIVE_INFINITY }: { after?: number; most?: number } = {},
) => {
  const stop = new AbortController();
  const answer = await fetch(url, {
    signal: stop.signal,
    headers: after === undefined ? {} : { 'last-event-id': String(after) },
  });
  const heard: Heard[] = [];
  let [text, beats] = ['', 0];
  const decoder = new TextDecoder();
  try {
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const fields = new Map(
          block.split('\n').map((line) => [line.split(': ', 1)[0] ?? '', line.slice(line.indexOf(': ') + 2)]),
        );
        if (fields.has('event'))
          heard.push({
            id: Number(fields.get('id')),
            event: fields.get('event') ?? '',
            data: JSON.parse(fields.get('data') ?? ''),
          });
        else beats++;
        if (heard.length >= most) throw new Error('enough');
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.message === 'enough')) throw thrown;
    stop.abort();
  }
  return { status: answer.status, heard, beats };
};

describe('events of a job', () => {
  it('tell everything once, in order, and end with it', async () => {
    const { server, base } = await serve({ delay: 20 });
    const photos = [await server.photo('a'), await server.photo('broken'), await server.photo('c')];
    const id = await start(base, { photos });
    const { heard } = await listen(`${base}/v1/jobs/${id}/events`);
    expect(heard[0]).toMatchObject({ event: 'job', data: { id, counts: { total: 3 } } });
    expect(heard.at(-1)).toMatchObject({
      event: 'job',
      data: { state: 'done', counts: { done: 2, failed: 1 } },
    });
    const items = heard.filter(({ event }) => event === 'item');
    expect(new Map(items.map(({ data }) => [data.number, data.state]))).toEqual(
      new Map([
        [1, 'done'],
        [2, 'failed'],
        [3, 'done'],
      ]),
    );
    const ids = items.map((event) => event.id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('go on behind the last one that was heard, also of a server that was started again', async () => {
    const { server, base } = await serve({ delay: 30 });
    const id = await start(base, {
      photos: await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => server.photo(name))),
    });
    const { heard } = await listen(`${base}/v1/jobs/${id}/events`, { most: 4 });
    await server.close(true);
    open = [];
    const again = await serve({ folder: server.folder });
    const { heard: rest } = await listen(`${again.base}/v1/jobs/${id}/events`, {
      after: heard.at(-1)?.id ?? 0,
    });
    expect(
      Math.min(...rest.filter(({ event }) => event === 'item').map((event) => event.id)),
    ).toBeGreaterThan(heard.at(-1)?.id ?? 0);
    const last = new Map(
      [...heard, ...rest]
        .filter(({ event }) => event === 'item')
        .map(({ data }) => [data.number, data.state]),
    );
    expect([...last.values()]).toEqual(Array(5).fill('done'));
    const end = rest.at(-1)?.id;
    expect((await listen(`${again.base}/v1/jobs/${id}/events`, { after: end ?? 0 })).status).toBe(204);
  });

  it('say that they live, and end when the job is removed or the server stops', async () => {
    const { server, base } = await serve({ delay: 60_000, heartbeat: 10 });
    const { store } = server.services;
    const [one, two] = [
      await start(base, { photos: [await server.photo('a')] }),
      await start(base, { photos: [await server.photo('a')] }),
    ];
    const [first, second] = [
      listen(`${base}/v1/jobs/${one}/events`),
      listen(`${base}/v1/jobs/${two}/events`),
    ];
    await pause(400);
    await fetch(`${base}/v1/jobs/${one}`, { method: 'DELETE' });
    expect((await first).beats).toBeGreaterThan(0);
    const job = store.get('jobs', two);
    if (job === undefined) throw new Error('no job');
    store.change((draft) => cancelJob(draft, job, { now: 0, keep: 0 }));
    expect((await second).heard.at(-1)?.data.state).toBe('cancelled');
    expect((await fetch(`${base}/v1/jobs/${one}/events`)).status).toBe(404);
  });

  it('are told to some at once only, and the others are asked to come again', async () => {
    const { server, base } = await serve({ delay: 60_000, mostStreams: 2 });
    const id = await start(base, { photos: [await server.photo('a')] });
    const stop = new AbortController();
    const hear = () => fetch(`${base}/v1/jobs/${id}/events`, { signal: stop.signal });
    const heard = [await hear(), await hear(), await hear()];
    expect(heard.map(({ status }) => status)).toEqual([200, 200, 503]);
    expect(heard[2]?.headers.get('retry-after')).toBe('2');
    stop.abort();
    await expect
      .poll(async () => (await listen(`${base}/v1/jobs/${id}/events`, { most: 1 })).status)
      .toBe(200);
  });
});

describe('results as an archive', () => {
  it('hold each result under a name of its own, and what failed', async () => {
    const { server, base } = await serve();
    const photos = [
      await server.photo('x/a.png', 'one'),
      await server.photo('A.jpg', 'two'),
      await server.photo('../../b', 'broken'),
    ];
    const id = await start(base, { photos, name: 'my/job' });
    await server.ended(id);
    const answer = await fetch(`${base}/v1/jobs/${id}/results.zip`);
    expect(answer.headers.get('content-disposition')).toContain('attachment; filename="job.zip"');
    const folder = mkdtempSync(join(tmpdir(), 'prismflow-zip-'));
    const file = join(folder, 'r.zip');
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    const python = `
import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))`;
    expect(JSON.parse(execFileSync('python3', ['-c', python, file], { encoding: 'utf8' }))).toEqual({
      'a.jpg': 'one',
      'A (2).jpg': 'two',
      'failures.txt': '3\t../../b\timage/corrupt\t../../b is damaged.\n',
    });
    expect(statSync(file).size).toBeGreaterThan(0);
    rmSync(folder, { recursive: true });
  });

  it('end as a whole or with an error, when a result goes away', async () => {
    const { server, base } = await serve();
    const id = await start(base, { photos: [await server.photo('a'), await server.photo('b')] });
    await server.ended(id);
    rmSync(server.services.files.result(id, 2));
    await expect(
      fetch(`${base}/v1/jobs/${id}/results.zip`).then((answer) => answer.arrayBuffer()),
    ).rejects.toThrow();
  });
});
