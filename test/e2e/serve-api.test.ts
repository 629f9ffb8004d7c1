import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { generateApi } from 'swagger-typescript-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageOf, root, snippetsOf } from '../docs/snippets.js';
import { type Server, serve } from '../torture/serve.js';

const run = promisify(execFile);

/** The API of a real server, as its own description has it. */
let folder: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prismflow-api-'));
  mkdirSync(join(folder, 'photos'));
  for (const name of ['lake.jpg', 'hill.jpg'])
    await sharp({ create: { width: 96, height: 64, channels: 3, background: { r: 90, g: 120, b: 150 } } })
      .jpeg()
      .toFile(join(folder, 'photos', name));
  copyFileSync(join(folder, 'photos', 'lake.jpg'), join(folder, 'lake.jpg'));
  // What the example of a training learns from.
  for (const name of ['plain', 'developed']) {
    mkdirSync(join(folder, 'pairs', name), { recursive: true });
    copyFileSync(join(folder, 'photos/lake.jpg'), join(folder, 'pairs', name, 'lake.jpg'));
  }
  server = await serve(folder, ['--root', 'photos', '--root', 'pairs']);
  for (let i = 0; i < 600 && !(await fetch(`${server.base}/readyz`)).ok; i++)
    await new Promise((resolve) => setTimeout(resolve, 200));
});

afterAll(async () => {
  server.kill('SIGTERM');
  await server.ended;
  rmSync(folder, { recursive: true, force: true });
});

interface Media {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Operation {
  readonly operationId?: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
}
interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const described = async (): Promise<Description> =>
  (await (await fetch(`${server.base}/openapi.json`)).json()) as Description;

const uploaded = async (): Promise<string> => {
  const answer = await fetch(`${server.base}/v1/photos?name=lake.jpg`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: readFileSync(join(folder, 'photos', 'lake.jpg')),
  });
  const { photos } = (await answer.json()) as { readonly photos: readonly { readonly id: string }[] };
  return photos[0]?.id ?? '';
};

describe('the description of the API', () => {
  it('is OpenAPI 3.1, and its examples of JSON are taken', async () => {
    const { openapi, paths } = await described();
    expect(openapi).toBe('3.1.0');
    const photo = await uploaded();
    const examples = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { requestBody }]) => {
        const media = requestBody?.content['application/json'];
        const all = [
          ...(media?.example === undefined ? [] : [media.example]),
          ...Object.values(media?.examples ?? {}).map(({ value }) => value),
        ];
        return all.map((example) => ({ path, method, example }));
      }),
    );
    expect([...new Set(examples.map(({ path }) => path))].sort()).toEqual([
      '/v1/edits',
      '/v1/jobs',
      '/v1/presets',
      '/v1/previews',
      '/v1/trainings',
    ]);
    for (const { path, method, example } of examples) {
      const answer = await fetch(`${server.base}${path}`, {
        method: method.toUpperCase(),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(example).replaceAll('PHOTO', photo),
      });
      expect([path, answer.status, answer.ok ? '' : await answer.text()]).toEqual([path, answer.status, '']);
    }
  });

  it('says of bytes what they are', async () => {
    const { paths } = await described();
    const contentOf = (path: string, method: string, status = '200') =>
      Object.entries(paths[path]?.[method]?.responses[status]?.content ?? {});
    for (const [path, method] of [
      ['/v1/edits', 'post'],
      ['/v1/previews', 'post'],
      ['/v1/photos/{id}/view', 'get'],
      ['/v1/photos/{id}/file', 'get'],
      ['/v1/jobs/{id}/items/{number}/result', 'get'],
      ['/v1/jobs/{id}/results.zip', 'get'],
    ] as const) {
      expect([path, contentOf(path, method).length > 0]).toEqual([path, true]);
      for (const [type, { schema }] of contentOf(path, method))
        expect(schema).toMatchObject({ type: 'string', format: 'binary', contentMediaType: type });
    }
    for (const path of ['/v1/edits', '/v1/previews', '/v1/photos', '/v1/jobs'])
      expect(Object.keys(paths[path]?.post?.requestBody?.content ?? {})).toContain('multipart/form-data');
    expect(contentOf('/v1/jobs/{id}/events', 'get').map(([type]) => type)).toEqual(['text/event-stream']);
    // Every address says what it is for, and has a name that clients call it by.
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    expect(operations.filter(({ operationId, responses }) => !operationId || !responses)).toEqual([]);
    // No two have the same.
    const names = operations.map(({ operationId }) => operationId);
    expect([...new Set(names)]).toEqual(names);
  });

  it('makes a client that the compiler holds to it, and that edits photos', async () => {
    const place = join(folder, 'client');
    mkdirSync(place);
    writeFileSync(join(place, 'openapi.json'), JSON.stringify(await described()));
    await generateApi({
      input: join(place, 'openapi.json'),
      output: place,
      fileName: 'client.ts',
      httpClientType: 'fetch',
      silent: true,
      moduleNameFirstTag: true,
    });
    writeFileSync(
      join(place, 'use.ts'),
      `import { readFileSync } from 'node:fs';
import { Api } from './client.ts';

const api = new Api({ baseUrl: process.argv[2] as string });
const { data: job } = await api.jobs.createJob({ name: 'client', edits: [{ pipeline: 'exposure' }], paths: ['.'] });
let state: 'waiting' | 'working' | 'done' | 'cancelled' = job.state;
const total: number = job.counts.total;
while (state === 'waiting' || state === 'working') {
  await new Promise((resolve) => setTimeout(resolve, 100));
  state = (await api.jobs.getJob(job.id)).data.state;
}
const body = readFileSync(process.argv[3] as string);
const uploaded = await fetch(api.baseUrl + '/v1/photos', { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body });
const [first] = ((await uploaded.json()) as { photos: { id: string }[] }).photos;
if (first === undefined) throw new Error('no photo');
const edited: Blob = (
  await api.edits.createEdit({ photo: first.id, edits: [{ pipeline: 'exposure' }] }, {}, { format: 'blob' })
).data;
const { data: { items } } = await api.jobs.listItems(job.id);
// @ts-expect-error The compiler knows the names of fields.
const none = job.nothing;
process.stdout.write(JSON.stringify({ state, total, none, edited: edited.size > 100, done: items.map((item) => item.result?.type) }));
`,
    );
    writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
    copyFileSync(join(root, 'tsconfig.json'), join(place, 'base.json'));
    symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
    writeFileSync(
      join(place, 'tsconfig.json'),
      JSON.stringify({
        extends: './base.json',
        compilerOptions: {
          allowImportingTsExtensions: true,
          lib: ['es2023', 'dom'],
          erasableSyntaxOnly: false,
          verbatimModuleSyntax: false,
        },
        include: ['use.ts'],
      }),
    );
    const compiler = join(root, 'node_modules/.bin/tsc');
    const compiled = await run(compiler, ['-p', place]).catch(({ stdout }: { stdout: string }) => ({
      stdout,
    }));
    expect(compiled.stdout).toBe('');
    const { stdout } = await run(process.execPath, [
      '--import',
      pathToFileURL(join(root, 'node_modules/tsx/dist/esm/index.mjs')).href,
      join(place, 'use.ts'),
      server.base,
      join(folder, 'photos', 'lake.jpg'),
    ]);
    expect(JSON.parse(stdout)).toEqual({
      state: 'done',
      total: 2,
      edited: true,
      done: ['image/jpeg', 'image/jpeg'],
    });
  });
});

/** What commands of curl print: JSON, and what they save: photos. Each that is refused fails. */
const looked = async (text: string, stdout: string): Promise<void> => {
  const saved = [...text.matchAll(/ -o (\S+)/g)].map(([, name = '']) => name);
  for (const name of saved) expect((await sharp(join(folder, name)).metadata()).format, name).toBe('jpeg');
  const printing = text.split('\n').filter((line) => line.startsWith('curl') && !line.includes(' -o '));
  if (printing.length === 0) expect(stdout).toBe('');
  else if (text.includes('/v1/trainings'))
    expect(JSON.parse(stdout)).toMatchObject({ trainings: expect.any(Array) });
  else if (text.includes('/v1/jobs'))
    expect(JSON.parse(stdout)).toMatchObject({ counts: { total: expect.any(Number) } });
  else expect(JSON.parse(stdout)).toMatchObject({ pipelines: expect.any(Array) });
};

describe.each(['docs/serving.md', 'README.md'])('%s', (page) => {
  const commands = snippetsOf(pageOf(page)).filter(({ note }) => note === 'curl');

  it('has commands of curl', () => expect(commands.length).toBeGreaterThan(0));

  it('has no command of curl that is not run', () => {
    const others = pageOf(page)
      .split('\n')
      .filter((line) => line.startsWith('curl '));
    expect(others.filter((line) => !commands.some(({ text }) => text.includes(line)))).toEqual([]);
  });

  it.each(commands.map(({ text, line }) => [`${page}:${line}`, text] as const))('%s', async (_, text) => {
    writeFileSync(join(folder, '.curlrc'), 'fail-with-body\n');
    const { stdout } = await run(
      'sh',
      ['-ec', text.replaceAll(/(?:localhost|127\.0\.0\.1):8080/g, server.base.slice(7))],
      { cwd: folder, env: { ...process.env, CURL_HOME: folder }, maxBuffer: 1e7 },
    );
    await looked(text, stdout);
  });
});
