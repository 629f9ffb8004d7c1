import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import type { Editor, EditResult, PhotoFacts, PreviewResult } from '../execution/editing/editor.js';
import { createCatalogue, type Offer } from '../execution/editing/offers.js';
import type { App } from './app.js';
import { createServer, type ServerOptions } from './create-server.js';
import { type Limits, usualLimits } from './limits.js';
import { openPhotoShelf } from './photos/shelf.js';
import { presetFiles } from './presets/preset-files.js';
import { openStore, type Store } from './store/store.js';
import { roomOf } from './store/usage.js';
import { newToken } from './tokens/token.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-server-'));
const state = join(folder, 'state');

const facts: PhotoFacts = {
  format: 'jpeg',
  width: 4,
  height: 3,
  depth: 8,
  profile: 'sRGB',
  orientation: 1,
  metadata: [],
  panorama: false,
  stereo: false,
  bytes: 3,
  digest: 'd'.repeat(64),
  type: 'image/jpeg',
  warnings: [],
};
const timing = { milliseconds: 1, waited: 0 };
const seen: PreviewResult = {
  image: Buffer.from('JPEG'),
  type: 'image/jpeg',
  width: 4,
  height: 3,
  warnings: [],
  notes: {},
  ...timing,
};

let editing: ReturnType<Editor['state']> = 'ready';
/** An editor that makes three bytes of everything, but of what is called bad. */
const editor: Editor = {
  edit:
    ({ to, name }) =>
    async () => {
      writeFileSync(to, 'abc');
      const made: EditResult = {
        type: 'image/jpeg',
        extension: 'jpg',
        bytes: 3,
        digest: 'e'.repeat(64),
        width: 4,
        height: 3,
        warnings: [{ code: 'image/metadata-dropped', severity: 'warning', message: `${name} – ünicode` }],
        notes: {},
        receipt: { name: 'x' },
        ...timing,
      };
      return { _tag: 'Right', right: made };
    },
  preview: () => TE.right(seen),
  inspect: (_, { name = '' } = {}) =>
    name.startsWith('leaky')
      ? TE.left<Diagnostics>([failure('image/read-failed', `ENOENT: open '${folder}/secret/x'.`)])
      : name.startsWith('bad')
        ? TE.left<Diagnostics>([
            failure('image/unsupported-format', `${name} is in no picture format that is known.`),
          ])
        : name.startsWith('bomb')
          ? TE.left<Diagnostics>([failure('serve/too-many-pixels', `${name} has too many pixels.`)])
          : TE.right(facts),
  check: () => TE.right(undefined),
  load: () => ({ waiting: 0, working: 0 }),
  state: () => editing,
  close: async () => undefined,
};
const offer: Offer = {
  name: 'copy',
  about: 'Write anew',
  source: 'file',
  kind: 'other',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
  declared: [],
  file: { path: join(folder, 'p.yaml'), text: 'version: 1\nsteps: [{ files: . }, decode, encode]\n' },
};

let store: Store;
const serverOf = async (
  host: string,
  more: Partial<Limits> = {},
  options: Partial<ServerOptions> = {},
): Promise<App> =>
  createServer({
    host,
    ...options,
    context: {
      editor,
      catalogue: createCatalogue([offer]),
      store,
      photos: await openPhotoShelf(state, store),
      presets: presetFiles(folder),
      limits: { ...usualLimits, bytes: 1000, files: 5, delay: 0, ...more },
      room: roomOf(store, 1e9),
      folder,
      places: [folder],
      served: undefined,
      keep: 1000,
      now: Date.now,
    },
  });

let app: App;
beforeAll(async () => {
  store = openStore(join(state, 'store'));
  app = await serverOf('127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const jpeg = { 'content-type': 'image/jpeg' };
const left = (): readonly string[] => readdirSync(join(state, 'incoming'));
const form = (...names: readonly string[]) => ({
  headers: { 'content-type': 'multipart/form-data; boundary=XX' },
  payload: `${names.map((name) => `--XX\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\nContent-Type: image/jpeg\r\n\r\nabc\r\n`).join('')}--XX--\r\n`,
});

describe('the server', () => {
  it('keeps a photo, gives it back as an attachment, and forgets it', async () => {
    const made = await app.inject({
      method: 'POST',
      url: '/v1/photos?name=..%2F..%2Fl%C3%A4ke.jpg',
      headers: jpeg,
      payload: 'abc',
    });
    expect(made.statusCode).toBe(201);
    const [{ id, name }] = made.json().photos;
    expect(name).toBe('läke.jpg');
    const file = await app.inject(`/v1/photos/${id}/file`);
    expect([file.body, file.headers['content-disposition'], file.headers['x-content-type-options']]).toEqual([
      'abc',
      expect.stringContaining("filename*=UTF-8''l%C3%A4ke.jpg"),
      'nosniff',
    ]);
    const view = await app.inject(`/v1/photos/${id}/view?size=64`);
    expect(
      (
        await app.inject({
          url: `/v1/photos/${id}/view?size=64`,
          headers: { 'if-none-match': String(view.headers.etag) },
        })
      ).statusCode,
    ).toBe(304);
    const preview = { photo: id, edits: [{ pipeline: 'copy' }], size: 64 };
    expect((await app.inject({ method: 'POST', url: '/v1/previews', payload: preview })).body).toBe('JPEG');
    expect((await app.inject({ method: 'DELETE', url: `/v1/photos/${id}` })).statusCode).toBe(204);
    expect((await app.inject(`/v1/photos/${id}`)).json()).toMatchObject({
      status: 404,
      code: 'serve/not-found',
    });
    expect(left()).toEqual([]);
  });

  it('edits a body, with a receipt, and leaves nothing', async () => {
    const made = await app.inject({
      method: 'POST',
      url: '/v1/edits?pipeline=copy',
      headers: { ...jpeg, accept: 'image/webp;q=0.1, image/png' },
      payload: 'abc',
    });
    expect([made.statusCode, made.body]).toEqual([200, 'abc']);
    expect(JSON.parse(String(made.headers['prismflow-warnings']))).toMatchObject([
      { message: 'photo – ünicode' },
    ]);
    const receipt = await app.inject(`/v1/receipts/${made.headers['prismflow-receipt']}`);
    expect(receipt.json()).toEqual({ name: 'x', outputDigest: 'e'.repeat(64), outputSize: 3 });
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 10_000 });
  });

  it.each([
    ['a name that is not ours', 'GET', '/v1/pipelines', { host: 'evil.example' }, 403, 'serve/host'],
    [
      'a page of another site',
      'POST',
      '/v1/photos',
      { ...jpeg, origin: 'https://evil.example' },
      403,
      'serve/origin',
    ],
    [
      'a page without an origin',
      'POST',
      '/v1/edits?pipeline=copy',
      { ...jpeg, origin: 'null' },
      403,
      'serve/origin',
    ],
    [
      'a picture of another site’s page',
      'GET',
      '/v1/pipelines',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      403,
      'serve/origin',
    ],
    [
      'a form of another site',
      'POST',
      '/v1/edits?pipeline=copy',
      { 'content-type': 'text/plain' },
      415,
      'serve/media-type',
    ],
    ['an address that is none', 'GET', '/v1/../../etc/passwd', {}, 404, 'serve/not-found'],
    ['an id that is a path', 'GET', '/v1/photos/..%2F..%2Fetc%2Fpasswd', {}, 400, 'serve/request'],
    ['a pipeline that is not on offer', 'POST', '/v1/edits?pipeline=rm', jpeg, 404, 'serve/unknown-pipeline'],
    [
      'a format that is none',
      'POST',
      '/v1/edits?pipeline=copy',
      { ...jpeg, accept: 'text/html' },
      415,
      'serve/media-type',
    ],
    ['a size out of range', 'POST', '/v1/previews?size=9000', jpeg, 400, 'serve/request'],
    [
      'a photo that is too large',
      'POST',
      '/v1/photos',
      { ...jpeg, 'content-length': '5000' },
      413,
      'serve/too-large',
    ],
    ['no photo', 'POST', '/v1/edits?pipeline=copy', jpeg, 400, 'serve/no-photo'],
  ] as const)('refuses %s', async (_, method, url, headers, status, code) => {
    const payload =
      code === 'serve/too-large'
        ? Buffer.alloc(5000)
        : method === 'POST' && code !== 'serve/no-photo'
          ? 'abc'
          : undefined;
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(answer.json()).toMatchObject({
      type: `urn:prismflow:${code}`,
      status,
      code,
      title: expect.any(String),
      remedy: expect.any(String),
    });
    expect(left()).toEqual([]);
  });

  it('says of each photo of a form why it is refused, and takes no more than it may', async () => {
    const mixed = await app.inject({
      method: 'POST',
      url: '/v1/photos',
      ...form('a.jpg', 'bad.jpg', 'bomb.png'),
    });
    expect(mixed.json().photos).toMatchObject([
      { name: 'a.jpg' },
      { name: 'bad.jpg', problem: { status: 415, code: 'image/unsupported-format' } },
      { name: 'bomb.png', problem: { status: 413, code: 'serve/too-many-pixels' } },
    ]);
    const many = await app.inject({
      method: 'POST',
      url: '/v1/photos',
      ...form(...Array.from({ length: 10_000 }, (_, i) => `${i}.jpg`)),
    });
    expect(many.json()).toMatchObject({ status: 413 });
    expect(left()).toEqual([]);
  });

  it('refuses JSON that is not as its schema has it, and long and deep JSON', async () => {
    for (const payload of [
      {},
      { photo: '../x', edits: [] },
      { photo: 'abc', edits: [], size: '64' },
      { photo: 'abc', edits: [], more: 1 },
    ])
      expect((await app.inject({ method: 'POST', url: '/v1/previews', payload })).json()).toMatchObject({
        status: 400,
        code: 'serve/request',
      });
    const large = { photo: 'abc', edits: [{ pipeline: 'x'.repeat(2 ** 21) }] };
    expect((await app.inject({ method: 'POST', url: '/v1/previews', payload: large })).statusCode).toBe(413);
    const proto = await app.inject({
      method: 'POST',
      url: '/v1/previews',
      headers: { 'content-type': 'application/json' },
      payload: '{"__proto__": {"a": 1}}',
    });
    expect(proto.statusCode).toBe(400);
  });

  const manyFiles = (files: number, end = '--x--\r\n') => ({
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    payload:
      Array.from(
        { length: files },
        (_, i) => `--x\r\nContent-Disposition: form-data; name="f"; filename="${i}.jpg"\r\n\r\nabc\r\n`,
      ).join('') + end,
  });

  it.each(['/v1/photos', '/v1/edits?pipeline=copy', '/v1/previews'])(
    'leaves nothing of forms with too many files, and of broken ones, at %s',
    async (url) => {
      const kept = (): number => [...store.range('photos')].length;
      const before = kept();
      for (const [given, status] of [
        [manyFiles(9), 413],
        [manyFiles(2, ''), 400],
        [{ ...manyFiles(1), headers: { 'content-type': 'multipart/form-data' } }, 400],
        [manyFiles(0), 400],
      ] as const) {
        const answer = await app.inject({ method: 'POST', url, ...given });
        expect([given.payload.length, answer.statusCode]).toEqual([given.payload.length, status]);
        expect(answer.json().detail).not.toBe('');
      }
      expect(readdirSync(join(state, 'incoming'))).toEqual([]);
      expect(kept()).toBe(before);
    },
  );

  it('refuses JSON with more levels than a request needs, before anything goes through them', async () => {
    const depth = 100_000;
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const url of ['/v1/edits', '/v1/previews', '/v1/presets']) {
      const answer = await app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        payload: `{"name":"deep","photo":"x","edits":[{"pipeline":"copy","parameters":{"strength":${deep}}}]}`,
      });
      expect([url, answer.statusCode]).toEqual([url, 400]);
      expect(answer.json()).toMatchObject({
        code: 'serve/request',
        detail: expect.stringContaining('32 levels'),
      });
    }
  });

  it('keeps no preset under a name that is a device somewhere', async () => {
    for (const name of ['con', 'NUL', 'com1']) {
      const payload = { name, edits: [{ pipeline: 'copy' }] };
      const answer = await app.inject({ method: 'POST', url: '/v1/presets', payload });
      expect([name, answer.statusCode, answer.json().code]).toEqual([name, 409, 'serve/preset']);
    }
    expect((await app.inject('/v1/presets')).json()).toEqual({ presets: [] });
  });

  it('leaves nothing of uploads that are cut off, or that go silent', async () => {
    const real = await serverOf('127.0.0.1', { silence: 300 });
    await real.listen({ host: '127.0.0.1', port: 0 });
    const { port } = real.server.address() as { readonly port: number };
    const begin = () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        'POST /v1/photos HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: 500\r\n\r\nhalf',
      );
      return socket;
    };
    const cut = begin();
    await vi.waitFor(() => expect(left()).toHaveLength(1), { timeout: 10_000, interval: 5 });
    cut.destroy();
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 10_000 });
    const silent = begin();
    await vi.waitFor(() => expect(left()).toHaveLength(1), { timeout: 10_000, interval: 5 });
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 10_000 });
    silent.destroy();
    await real.close();
  }, 60_000);

  it('says what it can do, by OpenAPI and by figures', async () => {
    const document = (await app.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/edits', '/v1/photos/{id}', '/v1/presets']),
    );
    expect((await app.inject('/metrics')).body).toContain('prismflow_edits');
    const policy = String((await app.inject('/healthz')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('unsafe-inline');
  });
});

describe('/readyz', () => {
  it.each([
    ['ready', 'working', 200, 'ready'],
    ['warming up', 'working', 503, 'warming up'],
    ['failed', 'working', 503, 'failed'],
    ['ready', 'failed', 503, 'failed'],
    ['warming up', 'failed', 503, 'failed'],
  ] as const)('of editing that is %s and jobs that are %s is %i: %s', async (now, jobs, status, said) => {
    const one = await serverOf('127.0.0.1', {}, { jobs: () => jobs });
    editing = now;
    const answer = await one.inject('/readyz');
    editing = 'ready';
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({ state: said, editing: now, jobs, store: 'working' });
    expect(answer.headers['retry-after'] === undefined).toBe(status === 200);
    await one.close();
  });
});

describe('paths of the server', () => {
  it('are told to nobody without the scope admin', async () => {
    const wide = await serverOf('0.0.0.0');
    const told = async (scope: 'edit' | 'admin', body: 'leaky.jpg' | 'bad.jpg') => {
      const { token, text } = newToken({ name: scope, scopes: [scope], created: Date.now() });
      await store.change((draft) => draft.put('tokens', [token.id], token)).kept;
      const answer = await wide.inject({
        method: 'POST',
        url: `/v1/photos?name=${body}`,
        headers: { host: '192.0.2.1', authorization: `Bearer ${text}`, 'content-type': 'image/jpeg' },
        payload: 'abc',
      });
      return answer.body;
    };
    expect(await told('admin', 'leaky.jpg')).toContain(`${folder}/secret/x`);
    const others = await told('edit', 'leaky.jpg');
    expect(others).not.toContain(folder);
    expect(others).toContain("open 'secret/x'");
    await wide.close();
  });
});

describe('the rate of one client', () => {
  const limited = async (host: string, options: Partial<ServerOptions> = {}) => {
    const one = await serverOf(host, { rate: 3 }, options);
    const ask = async (remoteAddress: string, headers: Readonly<Record<string, string>> = {}) =>
      (
        await one.inject({
          url: '/v1/pipelines',
          remoteAddress,
          headers: { host: host === '0.0.0.0' ? '192.0.2.1' : 'localhost', ...headers },
        })
      ).statusCode;
    return { one, ask };
  };

  it('is that of an address, whatever tokens are tried', async () => {
    const { one, ask } = await limited('0.0.0.0');
    const tries: number[] = [];
    for (let i = 0; i < 6; i++) tries.push(await ask('198.51.100.1', { authorization: `Bearer pft_${i}` }));
    expect(tries).toEqual([401, 401, 401, 429, 429, 429]);
    expect(await ask('198.51.100.2')).toBe(401);
    await one.close();
  });

  it('is that of a token, wherever it is used', async () => {
    const { one, ask } = await limited('0.0.0.0');
    const { token, text } = newToken({ name: 'rate', scopes: ['edit'], created: Date.now() });
    await store.change((draft) => draft.put('tokens', [token.id], token)).kept;
    const authorization = `Bearer ${text}`;
    const tries: number[] = [];
    for (let i = 0; i < 4; i++) tries.push(await ask(`198.51.100.${10 + i}`, { authorization }));
    expect(tries).toEqual([200, 200, 200, 429]);
    // An address at which it was used up is not that of others there.
    expect(await ask('198.51.100.10')).toBe(401);
    await one.close();
  });

  it('is that of a network of IPv6', async () => {
    const { one, ask } = await limited('0.0.0.0');
    const tries: number[] = [];
    for (let i = 0; i < 4; i++) tries.push(await ask(`2001:db8:1:2::${i}`));
    expect(tries).toEqual([401, 401, 401, 429]);
    expect(await ask('2001:db8:1:3::1')).toBe(401);
    await one.close();
  });

  it('is that of whom a proxy names, and of nobody whom others name', async () => {
    const origins = ['https://photos.example.org'];
    const named = (i: number) => ({ 'x-forwarded-for': `203.0.113.${i}` });
    for (const { options, from, isBelieved } of [
      { options: {}, from: '127.0.0.1', isBelieved: false },
      { options: { origins }, from: '127.0.0.1', isBelieved: true },
      { options: { origins }, from: '10.0.0.9', isBelieved: false },
      { options: { origins, proxies: ['10.0.0.0/8'] }, from: '10.0.0.9', isBelieved: true },
      { options: { origins, proxies: ['10.0.0.0/8'] }, from: '11.0.0.9', isBelieved: false },
    ]) {
      const { one, ask } = await limited('127.0.0.1', options);
      const tries: number[] = [];
      for (let i = 0; i < 4; i++) tries.push(await ask(from, named(i)));
      expect([from, tries.at(-1)]).toEqual([from, isBelieved ? 200 : 429]);
      await one.close();
    }
  });
});

describe('a server that others can reach', () => {
  it('asks for a token, and for its scopes', async () => {
    const wide = await serverOf('0.0.0.0');
    const { token, text } = newToken({ name: 'studio', scopes: ['edit'], created: Date.now() });
    await store.change((draft) => draft.put('tokens', [token.id], token)).kept;
    const ask = (authorization?: string, url = '/v1/pipelines') =>
      wide.inject({
        url,
        headers: { host: '10.0.0.1', ...(authorization === undefined ? {} : { authorization }) },
      });
    expect((await ask()).json()).toMatchObject({ status: 401, code: 'token/missing' });
    expect((await ask('Bearer nonsense')).json()).toMatchObject({ status: 401, code: 'token/invalid' });
    expect((await ask(`Bearer ${text}`)).statusCode).toBe(200);
    expect((await ask(`Bearer ${text}`, '/metrics')).json()).toMatchObject({
      status: 403,
      code: 'token/scope',
    });
    expect((await ask(undefined, '/healthz')).statusCode).toBe(200);
    await wide.close();
  });
});
