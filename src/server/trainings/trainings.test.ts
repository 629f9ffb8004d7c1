import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, start } from '../start.js';

/** A recipe that is learned from in a moment, in steps that can be counted. */
const RECIPE = `version: 1
pipelines:
  tiny:
    about: Learn to make dark photos bright
    seed: 3
    params:
      photos: { type: path, default: photos, about: Folder of photos }
      out:    { type: path, default: runs/tiny, about: Folder of the training }
      steps:  { type: integer, default: 6, min: 1, about: Steps of a cycle }
    streams:
      clear: [files: { in: $photos, shuffle: true, repeat: true }, decode, crop: { size: 16, random: true }]
      dark:  [clear, adjust: { exposure: -1 }]
    steps:
      - pair: { from: dark, to: clear }
      - batch: 2
      - gan.step:
          generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } }
          discriminator: { patch: { layers: 1, width: 4 } }
          losses: { adversarial: 0.1, pixel: 1 }
          optimizer: { adamw: { rate: 1e-3, decay: 0.025 } }
          schedule: { restarts: { first: $steps, factor: 1, cycles: 1 } }
          pretrain: 2
      - snapshot: { to: $out, checkpoint: 2 }
      - report: { to: $out, every: 3 }
`;

interface Training {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly step?: number;
  readonly canResume: boolean;
  readonly samples: { readonly steps: readonly number[]; readonly columns?: readonly string[] };
  readonly problem?: readonly { readonly code: string }[];
}

describe('trainings of a server', () => {
  let folder: string;
  let server: Running;

  const begin = async (): Promise<Running> => {
    const started = await start({
      file: { path: join(folder, 'pipelines.yaml'), shown: 'pipelines.yaml', text: RECIPE },
      folder,
      host: '127.0.0.1',
      port: 0,
      origins: [],
      engine: 'cpu',
      jobs: 1,
      memory: 2 ** 30,
      state: join(folder, 'state'),
      keep: 3_600_000,
      roots: [join(folder, 'pictures')],
      allowUrls: false,
      allowPrivateWebhooks: false,
      verbose: false,
      // However much else the machine has to do.
      limits: { delay: 0 },
    })();
    if (E.isLeft(started)) throw new Error(JSON.stringify(started.left));
    return started.right;
  };
  const ask = async (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') => {
    const response = await fetch(server.address + path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    // Tests look at what they expect alone.
    return { status: response.status, body: (await response.json()) as never };
  };
  const trainingOf = async (id: string): Promise<Training> => (await ask(`/v1/trainings/${id}`)).body;
  const until = async (id: string, holds: (training: Training) => boolean): Promise<Training> => {
    for (let tries = 0; tries < 1500; tries++) {
      const training = await trainingOf(id);
      if (holds(training)) return training;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`It does not come to that: ${JSON.stringify(await trainingOf(id))}`);
  };
  const wanted = (name: string, more: object = {}) => ({
    recipe: 'tiny',
    name,
    folders: { photos: 'clear' },
    ...more,
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'prismflow-trainings-'));
    mkdirSync(join(folder, 'pictures/clear'), { recursive: true });
    for (let i = 0; i < 4; i++)
      await sharp({
        create: {
          width: 24,
          height: 20,
          channels: 3,
          background: { r: 50 * i + 20, g: 120, b: 200 },
          noise: { type: 'gaussian', mean: 120, sigma: 40 },
        },
      }).toFile(join(folder, `pictures/clear/${i}.png`));
    server = await begin();
  });
  afterAll(async () => {
    await server?.stop(5000);
    rmSync(folder, { recursive: true, force: true });
  });

  it('says how one can be begun, and from which folders', async () => {
    const { body } = await ask('/v1/recipes');
    expect(body).toMatchObject({
      folders: [{ path: join(folder, 'pictures/clear'), name: 'pictures/clear', pictures: 4 }],
      recipes: [
        {
          name: 'tiny',
          source: 'file',
          folders: [{ name: 'photos' }],
          parameters: { properties: { steps: { type: 'integer', minimum: 1 } } },
        },
        { name: 'train-deblur' },
        { name: 'train-dehaze' },
        { name: 'train-dejpeg' },
        { name: 'train-exposure' },
        { name: 'train-look', folders: [{ name: 'before' }, { name: 'after' }] },
        { name: 'train-lowlight' },
        { name: 'train-style', folders: [{ name: 'from' }, { name: 'to' }] },
        { name: 'train-texture' },
      ],
    });
  });

  it('refuses what is not as it must be, and begins nothing', async () => {
    symlinkSync(tmpdir(), join(folder, 'pictures/away'));
    const refused = async (body: object) => {
      const { status, body: problem } = await ask('/v1/trainings', body);
      return [status, (problem as { code: string }).code];
    };
    expect(await refused(wanted('a', { recipe: 'none' }))).toEqual([404, 'serve/no-training']);
    expect(await refused(wanted('a', { folders: {} }))).toEqual([400, 'serve/request']);
    expect(await refused(wanted('a', { folders: { photos: 'clear', out: '/tmp' } }))).toEqual([
      400,
      'serve/request',
    ]);
    for (const photos of ['..', '../pictures/../..', '/etc', 'away'])
      expect(await refused(wanted('a', { folders: { photos } }))).toEqual([403, 'job/path-outside']);
    expect(await refused(wanted('a', { folders: { photos: 'none' } }))).toEqual([422, 'image/not-found']);
    expect(await refused(wanted('a', { folders: { photos: 'clear/0.png' } }))).toEqual([
      422,
      'image/not-found',
    ]);
    expect(await refused(wanted('../a'))).toEqual([400, 'serve/request']);
    expect(await refused(wanted('a', { parameters: { steps: 0 } }))).toEqual([422, 'value/range']);
    expect(await refused(wanted('a', { parameters: { out: '/tmp' } }))).toEqual([422, 'param/unknown']);
    expect((await ask('/v1/trainings')).body).toEqual({ trainings: [] });
    expect(readdirSync(folder)).not.toContain('runs');
  });

  it('is begun, told of live, stopped, gone on with, and used', async () => {
    const { status, body } = await ask('/v1/trainings', wanted('first', { parameters: { steps: 400 } }));
    expect(status).toBe(202);
    const { id, name } = body as Training;
    expect(name).toBe('runs/first');
    // One at a time.
    expect(await ask('/v1/trainings', wanted('second'))).toMatchObject({
      status: 409,
      body: { code: 'serve/training-state' },
    });
    const told = await new Promise<string>((resolve, reject) => {
      void fetch(`${server.address}/v1/trainings/${id}/events`).then(async (response) => {
        let text = '';
        for await (const chunk of response.body!) {
          text += new TextDecoder().decode(chunk);
          if (text.includes('"step":3,')) return resolve(text);
        }
        reject(new Error(text));
      }, reject);
    });
    expect(told).toContain('event: training\ndata: {"id"');
    expect(told).toContain('event: metrics\ndata: {"isAnew":true');

    const running = await until(id, ({ samples, step = 0 }) => samples.steps.length > 1 && step > 4);
    expect(running).toMatchObject({
      state: 'running',
      isOwn: true,
      samples: { columns: ['input', 'output', 'target'] },
    });
    const grid = await fetch(`${server.address}/v1/trainings/${id}/samples/1`);
    expect((await sharp(Buffer.from(await grid.arrayBuffer())).metadata()).format).toBe('png');
    expect((await ask(`/v1/trainings/${id}/resume`, undefined, 'POST')).status).toBe(409);

    expect((await ask(`/v1/trainings/${id}/stop`, undefined, 'POST')).status).toBe(202);
    const stopped = await until(id, ({ state }) => state === 'stopped');
    expect(stopped.canResume).toBe(true);
    expect((await ask(`/v1/trainings/${id}/stop`, undefined, 'POST')).status).toBe(409);
    expect(await ask('/v1/trainings', wanted('first'))).toMatchObject({
      status: 409,
      body: { code: 'training/exists' },
    });

    // What is known of it stands on the disk: another server knows as much.
    await server.stop(5000);
    server = await begin();
    expect(await trainingOf(id)).toMatchObject({ state: 'stopped', step: stopped.step, canResume: true });
    expect((await ask(`/v1/trainings/${id}/resume`, undefined, 'POST')).status).toBe(202);
    await until(id, ({ state, step = 0 }) => state === 'running' && step > stopped.step! + 2);
    const lines = (await ask(`/v1/trainings/${id}/metrics`)).body as {
      readonly lines: readonly { step: number }[];
    };
    expect(lines.lines.map(({ step }) => step)).toEqual(lines.lines.map((_, i) => i + 1));

    expect(await ask(`/v1/trainings/${id}/use`, { name: 'first-model' })).toMatchObject({
      status: 201,
      body: { file: 'presets/first-model.yaml' },
    });
    const photo = readFileSync(join(folder, 'pictures/clear/1.png'));
    const edited = await fetch(`${server.address}/v1/edits?pipeline=first-model`, {
      method: 'POST',
      body: photo,
      headers: { 'content-type': 'image/png' },
    });
    expect([edited.status, edited.headers.get('content-type')]).toEqual([200, 'image/png']);
    // The server goes; the training keeps what it has learned.
    await server.stop(20_000);
    server = await begin();
    const after = await trainingOf(id);
    expect(after).toMatchObject({ state: 'stopped', canResume: true });
    expect(after.step).toBeGreaterThan(stopped.step!);
  });

  it('comes to its end, or says why it ended', async () => {
    const { body } = await ask('/v1/trainings', wanted('whole'));
    const done = await until((body as Training).id, ({ state }) => state === 'done');
    // Two steps of pretraining, and a cycle of six.
    expect(done).toMatchObject({ step: 8, canResume: false, snapshots: [8] });
    writeFileSync(join(folder, 'pictures/broken.png'), 'no picture');
    mkdirSync(join(folder, 'pictures/empty'));
    const empty = await ask('/v1/trainings', wanted('empty', { folders: { photos: 'empty' } }));
    const failed = await until((empty.body as Training).id, ({ state }) => state === 'failed');
    expect(failed.problem?.map(({ code }) => code)).toEqual(['file/none']);
  });
});
