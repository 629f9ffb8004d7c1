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
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Operation {
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
    expect(examples.map(({ path }) => path)).toContain('/v1/jobs');
    for (const { path, method, example } of examples) {
      const answer = await fetch(`${server.base}${path}`, {
        method: method.toUpperCase(),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(example).replaceAll('PHOTO', photo),
      });
      expect([path, answer.status, answer.ok ? '' : await answer.text()]).toEqual([path, answer.status, '']);
    }
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
      `import { Api } from './client.ts';

const api = new Api({ baseUrl: process.argv[2] as string });
const { data: job } = await api.jobs.createJob({ name: 'client', edits: [{ pipeline: 'exposure' }], paths: ['.'] });
let state: 'waiting' | 'working' | 'done' | 'cancelled' = job.state;
const total: number = job.counts.total;
while (state === 'waiting' || state === 'working') {
  await new Promise((resolve) => setTimeout(resolve, 100));
  state = (await api.jobs.getJob(job.id)).data.state;
}
const { data: { items } } = await api.jobs.listItems(job.id);
// @ts-expect-error The compiler knows the names of fields.
const none = job.nothing;
process.stdout.write(JSON.stringify({ state, total, none, done: items.map((item) => item.result?.type) }));
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
    ]);
    expect(JSON.parse(stdout)).toEqual({ state: 'done', total: 2, done: ['image/jpeg', 'image/jpeg'] });
  });
});

describe('docs/serving.md', () => {
  const commands = snippetsOf(pageOf('docs/serving.md')).filter(({ note }) => note === 'curl');

  it('has commands of curl', () => expect(commands.length).toBeGreaterThan(1));

  it.each(commands.map(({ text, line }) => [`docs/serving.md:${line}`, text] as const))(
    '%s',
    async (_, text) => {
      const { stdout } = await run('sh', ['-c', text.replaceAll('localhost:8080', server.base.slice(7))], {
        cwd: folder,
      });
      const told = JSON.parse(stdout) as {
        readonly counts?: { readonly total: number };
        readonly trainings?: object;
      };
      expect([typeof told.counts?.total, typeof told.trainings]).toEqual(
        text.includes('/v1/trainings') ? ['undefined', 'object'] : ['number', 'undefined'],
      );
    },
  );
});
