import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterEach, describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { rootsOf } from '../jobs/roots.js';
import { PUBLIC } from '../outbound/reach.js';
import { type JobServer, jobServer } from '../testing/job-server.js';
import { makeToken } from '../tokens/keeping.js';

let open: JobServer[] = [];
const serve = async (options: Parameters<typeof jobServer>[0] = {}): Promise<JobServer> => {
  const server = await jobServer(options);
  open.push(server);
  return server;
};
afterEach(async () => {
  for (const server of open) {
    await server.close();
    rmSync(server.folder, { recursive: true, force: true });
  }
  open = [];
});

const copy = [{ pipeline: 'copy' }];

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects
  readonly body: Record<string, any>;
}

const ask = async (
  { app }: JobServer,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const answer = await app.inject({ method, url, headers, ...definedOnly({ payload }) });
  return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json() };
};

const start = async (
  server: JobServer,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> => ask(server, 'POST', '/v1/jobs', { edits: copy, ...body }, headers);

describe('a job', () => {
  it('edits its photos in order, and says what became of each', async () => {
    const server = await serve();
    const photos = [
      await server.photo('a.jpg'),
      await server.photo('b.jpg', 'broken'),
      await server.photo('c.jpg'),
    ];
    const { status, body } = await start(server, { name: 'n', photos });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      name: 'n',
      counts: { total: 3 },
      edits: [{ pipeline: 'copy', parameters: {} }],
    });
    await server.ended(body.id);
    expect(server.editor.begun).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
    expect((await ask(server, 'GET', `/v1/jobs/${body.id}`)).body).toMatchObject({
      state: 'done',
      counts: { total: 3, waiting: 0, working: 0, done: 2, failed: 1, cancelled: 0 },
      bytes: 10,
      expires: expect.any(String),
    });
    const { items } = (await ask(server, 'GET', `/v1/jobs/${body.id}/items`)).body;
    expect(items).toMatchObject([
      {
        number: 1,
        name: 'a.jpg',
        state: 'done',
        photo: photos[0],
        attempts: 1,
        result: { bytes: 5, width: 1 },
      },
      { number: 2, state: 'failed', problem: [{ code: 'image/corrupt', message: 'b.jpg is damaged.' }] },
      { number: 3, state: 'done' },
    ]);
    const result = await server.app.inject(`/v1/jobs/${body.id}/items/1/result`);
    expect(result.body).toBe('a.jpg');
    expect(result.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '5',
      'content-disposition': expect.stringContaining('attachment; filename="a.jpg"'),
    });
    expect(server.services.store.get('receipts', items[0].result.receipt)?.receipt).toEqual({
      made: 'a.jpg',
    });
    expect((await ask(server, 'GET', `/v1/jobs/${body.id}/items/2/result`)).body.code).toBe('job/no-result');
    expect((await ask(server, 'GET', `/v1/jobs/${body.id}/items/9/result`)).body.code).toBe(
      'job/unknown-item',
    );
  });

  it('is listed, the newest first, page by page', async () => {
    const server = await serve();
    const photo = await server.photo('a.jpg');
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      ids.unshift((await start(server, { photos: [photo] })).body.id);
      await pause(2);
    }
    const first = (await ask(server, 'GET', '/v1/jobs?limit=2')).body;
    const second = (await ask(server, 'GET', `/v1/jobs?limit=2&cursor=${first.next}`)).body;
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual(ids);
    expect(second).not.toHaveProperty('next');
  });

  it('tells its items page by page, and those of one state', async () => {
    const server = await serve();
    const photos = await Promise.all(['a', 'broken', 'c', 'd'].map((name) => server.photo(name)));
    const { body } = await start(server, { photos });
    await server.ended(body.id);
    const numbers = async (query: string) => {
      const page = (await ask(server, 'GET', `/v1/jobs/${body.id}/items?${query}`)).body;
      return [page.items.map((item: { number: number }) => item.number), page.next];
    };
    expect(await numbers('limit=2')).toEqual([[1, 2], 2]);
    expect(await numbers('limit=2&cursor=2')).toEqual([[3, 4], undefined]);
    expect(await numbers('state=done&limit=2')).toEqual([[1, 3], 3]);
    expect(await numbers('state=done&cursor=3')).toEqual([[4], undefined]);
    expect(await numbers('state=failed')).toEqual([[2], undefined]);
  });

  it('shares with others, no more at once than there is room for', async () => {
    const server = await serve({ delay: 20 });
    const [a, b] = [await server.photo('a'), await server.photo('b')];
    const jobs = [
      await start(server, { photos: Array(6).fill(a) }),
      await start(server, { photos: Array(2).fill(b) }),
    ];
    await Promise.all(jobs.map(({ body }) => server.ended(body.id)));
    expect(server.editor.most()).toBe(2);
    expect(server.editor.begun.lastIndexOf('b')).toBeLessThan(server.editor.begun.lastIndexOf('a') - 1);
  });

  it('is cancelled in the middle', async () => {
    const server = await serve({ delay: 10_000 });
    const { body } = await start(server, { photos: Array(4).fill(await server.photo('a')) });
    const after = await ask(server, 'POST', `/v1/jobs/${body.id}/cancel`);
    expect(after.body).toMatchObject({ state: 'cancelled', counts: { cancelled: 4 } });
    await server.services.scheduler.stop();
    expect(readdirSync(join(server.folder, 'results'))).toHaveLength(1);
    expect(readdirSync(join(server.folder, 'results', body.id))).toEqual([]);
    expect((await ask(server, 'POST', `/v1/jobs/${body.id}/retry`)).body.code).toBe('job/cancelled');
  });

  it('tries again what failed', async () => {
    const server = await serve();
    const photo = await server.photo('a.jpg', 'broken');
    const { body } = await start(server, { photos: [photo, await server.photo('b.jpg')] });
    await server.ended(body.id);
    writeFileSync(server.services.files.photo(photo), 'whole');
    expect((await ask(server, 'POST', `/v1/jobs/${body.id}/retry`)).status).toBe(200);
    await server.ended(body.id);
    // Two are worked on at once, in either order.
    expect(server.editor.begun.slice(0, 2).sort()).toEqual(['a.jpg', 'b.jpg']);
    expect(server.editor.begun.slice(2)).toEqual(['a.jpg']);
    expect((await ask(server, 'GET', `/v1/jobs/${body.id}`)).body.counts).toMatchObject({
      done: 2,
      failed: 0,
    });
    expect(await ask(server, 'POST', `/v1/jobs/${body.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'job/nothing-failed' },
    });
  });

  it('is deleted with its results', async () => {
    const server = await serve();
    const { body } = await start(server, { photos: [await server.photo('a')] });
    await server.ended(body.id);
    expect((await ask(server, 'DELETE', `/v1/jobs/${body.id}`)).status).toBe(204);
    expect(existsSync(join(server.folder, 'results', body.id))).toBe(false);
    expect((await ask(server, 'GET', `/v1/jobs/${body.id}`)).status).toBe(404);
    expect([...server.services.store.range('receipts')]).toEqual([]);
  });

  it('goes on after a crash, and does again what was being worked on', async () => {
    const first = await serve({ delay: 10_000 });
    const { body } = await start(first, {
      photos: [await first.photo('a'), await first.photo('b'), await first.photo('c')],
    });
    // Two go on at once, and either may be first.
    await expect.poll(() => [...first.editor.begun].sort()).toEqual(['a', 'b']);
    await first.close(true);
    open = [];
    const second = await serve({ folder: first.folder });
    await second.ended(body.id);
    expect([...second.editor.begun].sort()).toEqual(['a', 'b', 'c']);
    expect((await ask(second, 'GET', `/v1/jobs/${body.id}`)).body.counts).toMatchObject({ done: 3 });
    expect(
      (await ask(second, 'GET', `/v1/jobs/${body.id}/items`)).body.items.map(
        (item: { attempts: number }) => item.attempts,
      ),
    ).toEqual([2, 2, 1]);
  });

  it('is given back unfinished by a server that stops at once', async () => {
    const server = await serve({ delay: 10_000 });
    const { body } = await start(server, { photos: [await server.photo('a')] });
    await server.services.scheduler.stop(AbortSignal.abort());
    expect((await ask(server, 'GET', `/v1/jobs/${body.id}`)).body).toMatchObject({ state: 'waiting' });
  });
});

describe('a request for a job', () => {
  it.each([
    [{}, 422, 'job/no-photos'],
    [{ photos: ['0'.repeat(26)] }, 422, 'job/unknown-photo'],
    [{ paths: ['/etc/passwd'] }, 403, 'job/paths-not-allowed'],
    [{ urls: ['https://example.org/a.jpg'] }, 403, 'fetch/not-allowed'],
    [{ edits: [{ pipeline: 'none' }] }, 404, 'serve/unknown-pipeline'],
    [{ edits: [] }, 400, 'serve/request'],
    [{ other: 1 }, 400, 'serve/request'],
    [{ photos: [1] }, 400, 'serve/request'],
    [{ webhook: { url: 'ftp://a/' }, photos: [] }, 422, 'fetch/bad-url'],
  ])('is refused: %j', async (body, status, code) => {
    const answer = await start(await serve(), body);
    expect(answer.status).toBe(status);
    expect(answer.body.code).toBe(code);
  });

  it('takes no more photos than are allowed, in it and in all', async () => {
    const server = await serve({ mostPhotos: 3, mostWaiting: 4, delay: 10_000 });
    const photo = await server.photo('a');
    const many = (count: number) => start(server, { photos: Array(count).fill(photo) });
    expect((await many(4)).body.code).toBe('job/too-many-photos');
    // Photos that are found are counted while they are looked for, and a path that is named often is looked at once.
    const root = mkdtempSync(join(tmpdir(), 'prismflow-root-'));
    for (const name of ['a.jpg', 'b.jpg']) writeFileSync(join(root, name), 'x');
    const looked: string[] = [];
    const real = rootsOf([root]);
    const roots: typeof real = {
      ...real,
      photosOf: (path, signal) => {
        looked.push(path);
        return real.photosOf(path, signal);
      },
    };
    const other = await serve({ roots, mostPhotos: 3 });
    const { body } = await start(other, { paths: Array.from({ length: 5000 }, () => '.') });
    expect(body.code).toBe('job/too-many-photos');
    expect(looked).toEqual(['.']);
    rmSync(root, { recursive: true });
    expect((await many(3)).status).toBe(202);
    expect((await many(3)).status).toBe(202);
    expect(await many(3)).toMatchObject({ status: 503, body: { code: 'job/queue-full' } });
  });

  it('makes one job of the same request with the same key', async () => {
    const server = await serve();
    const photo = await server.photo('a');
    const key = { 'idempotency-key': 'k1' };
    const all = await Promise.all([1, 2, 3].map(() => start(server, { photos: [photo] }, key)));
    expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
    expect((await start(server, { photos: [photo, photo] }, key)).status).toBe(409);
    expect((await start(server, { photos: [photo] }, { 'idempotency-key': 'k2' })).body.id).not.toBe(
      all[0]?.body.id,
    );
    expect((await start(server, { photos: [photo] }, { 'idempotency-key': 'a b' })).status).toBe(400);
    const id = all[0]?.body.id;
    await server.ended(id);
    await ask(server, 'DELETE', `/v1/jobs/${id}`);
    expect((await start(server, { photos: [photo] }, key)).body.id).not.toBe(id);
  });

  it('uploads its photos as a form', async () => {
    const server = await serve();
    const form = new FormData();
    form.append('job', JSON.stringify({ edits: copy, name: 'form' }));
    form.append('file', new Blob(['one']), '../a.jpg');
    const two = 'two'.repeat(500_000);
    form.append('file', new Blob([two]), 'b.jpg');
    const send = async (body: FormData) => {
      const { headers, payload } = await encoded(body);
      return ask(server, 'POST', '/v1/jobs', payload, { ...headers, 'idempotency-key': 'x' });
    };
    const { status, body } = await send(form);
    expect(status).toBe(202);
    await server.ended(body.id);
    expect((await server.app.inject(`/v1/jobs/${body.id}/items/2/result`)).body).toBe(two);
    expect((await send(form)).body.id).toBe(body.id);
    expect([...server.services.store.range('photos')]).toHaveLength(2);
    const large = new FormData();
    for (let i = 0; i < 4; i++) large.append('file', new Blob([two]), 'b.jpg');
    expect(await send(large)).toMatchObject({ status: 413, body: { code: 'serve/too-large' } });
    form.append('other', 'x');
    expect((await send(form)).body.code).toBe('job/bad-form');
    expect([...server.services.store.range('photos')]).toHaveLength(2);
    expect(readdirSync(join(server.folder, 'photos'))).toHaveLength(2);
  });

  it('takes photos below the roots, and none by a link that leads out', async () => {
    const root = mkdtempSync(join(tmpdir(), 'prismflow-root-'));
    const [inside, outside] = [join(root, 'in'), join(root, 'out')];
    mkdirSync(join(inside, 'sub'), { recursive: true });
    mkdirSync(outside);
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0')]);
    for (const file of ['in/sub/b.jpg', 'in/sub/a.jpg', 'out/c.jpg']) writeFileSync(join(root, file), jpeg);
    symlinkSync(outside, join(inside, 'link'));
    symlinkSync(join(inside, 'sub'), join(inside, 'within'));
    const server = await serve({ roots: rootsOf([inside]) });
    const names = async (path: string): Promise<unknown> => {
      const { body } = await start(server, { paths: [path] });
      if (body.id === undefined) return body.code;
      await server.ended(body.id);
      const { items } = (await ask(server, 'GET', `/v1/jobs/${body.id}/items`)).body;
      return items.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`);
    };
    expect(await names(join(inside, 'sub'))).toEqual(['a.jpg done', 'b.jpg done']);
    expect(await names('sub/b.jpg')).toEqual(['b.jpg done']);
    expect(await names('within/a.jpg')).toEqual(['a.jpg done']);
    for (const path of [join(outside, 'c.jpg'), '../out/c.jpg', 'link/c.jpg', '/etc', 'a\0b'])
      expect(await names(path), path).toBe('job/path-outside');
    expect(await names('none.jpg')).toBe('image/not-found');
    rmSync(root, { recursive: true });
  });

  it('tells of files below the roots by their paths from there, in items, events and archives', async () => {
    const root = mkdtempSync(join(tmpdir(), 'prismflow-root-'));
    mkdirSync(join(root, 'sub'));
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0')]);
    for (const file of ['sub/a.jpg', 'sub/b.jpg', 'sub/gone.jpg']) writeFileSync(join(root, file), jpeg);
    const server = await serve({ roots: rootsOf([root]), delay: 50 });
    const { body } = await start(server, { paths: [join(root, 'sub')] });
    rmSync(join(root, 'sub/gone.jpg'));
    await server.ended(body.id);
    const { items } = (await ask(server, 'GET', `/v1/jobs/${body.id}/items`)).body;
    expect(items.map(({ path }: { path: string }) => path)).toEqual([
      'sub/a.jpg',
      'sub/b.jpg',
      'sub/gone.jpg',
    ]);
    expect(items[2]).toMatchObject({ state: 'failed', problem: [{ code: 'image/not-found' }] });
    for (const url of ['/items', '/events', '/results.zip', '']) {
      const answer = await server.app.inject(`/v1/jobs/${body.id}${url}`);
      expect(answer.statusCode).toBe(200);
      expect(answer.rawPayload.includes(root), url).toBe(false);
    }
    rmSync(root, { recursive: true });
  });

  it('fetches URLs where that is allowed', async () => {
    const server = await serve({
      urls: PUBLIC,
      fetch: (url, to) =>
        url.includes('gone')
          ? TE.left([failure('fetch/refused', 'gone')])
          : TE.fromIO(() => writeFileSync(to, url)),
    });
    const { body } = await start(server, {
      urls: ['https://example.org/x/a%20b.jpg?c', 'https://example.org/gone'],
    });
    await server.ended(body.id);
    const { items } = (await ask(server, 'GET', `/v1/jobs/${body.id}/items`)).body;
    expect(items).toMatchObject([
      { name: 'a b.jpg', state: 'done', url: 'https://example.org/x/a%20b.jpg?c' },
      { state: 'failed', problem: [{ code: 'fetch/refused' }] },
    ]);
    expect(readdirSync(join(server.folder, 'incoming'))).toEqual([]);
    expect((await start(server, { urls: ['https://10.0.0.1/'] })).body.code).toBe('fetch/private-address');
  });
});

describe('tokens', () => {
  it('are needed where the server says so, and see their own jobs only', async () => {
    const server = await serve({ isRequired: true });
    const { store } = server.services;
    const make = async (name: string, ...scopes: ('edit' | 'jobs' | 'admin')[]) => {
      const { token, text } = await makeToken(store, { name, scopes, created: Date.now() });
      return { id: token.id, headers: { authorization: `Bearer ${text}` } };
    };
    const [one, other, edit, admin] = [
      await make('one', 'jobs'),
      await make('other', 'jobs'),
      await make('edit', 'edit'),
      await make('admin', 'admin'),
    ];
    const photo = await server.photo('a', 'a', one.id);
    expect((await start(server, { photos: [photo] })).status).toBe(401);
    expect((await start(server, { photos: [photo] }, { authorization: 'Bearer x' })).status).toBe(401);
    expect(
      (
        await start(
          server,
          { photos: [photo] },
          { authorization: `Bearer pft_${'0'.repeat(16)}_${'0'.repeat(64)}` },
        )
      ).status,
    ).toBe(401);
    expect((await start(server, { photos: [photo] }, edit.headers)).status).toBe(403);
    expect((await start(server, { photos: [photo] }, other.headers)).body.code).toBe('job/unknown-photo');
    const { body } = await start(server, { photos: [photo] }, one.headers);
    const see = async ({ headers }: typeof one) => [
      (await ask(server, 'GET', `/v1/jobs/${body.id}`, undefined, headers)).status,
      (await ask(server, 'GET', '/v1/jobs', undefined, headers)).body.jobs.length,
    ];
    expect(await see(one)).toEqual([200, 1]);
    expect(await see(other)).toEqual([404, 0]);
    expect(await see(admin)).toEqual([200, 1]);
    expect(store.get('tokens', one.id)?.used).toBeGreaterThan(0);
    await server.ended(body.id);
  });
});

/** A form as a client sends it. */
const encoded = async (form: FormData): Promise<{ headers: Record<string, string>; payload: Buffer }> => {
  const response = new Response(form);
  return {
    headers: { 'content-type': response.headers.get('content-type') ?? '' },
    payload: Buffer.from(await response.arrayBuffer()),
  };
};
