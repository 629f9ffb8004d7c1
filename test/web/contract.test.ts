import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/server/schemas/common.js';
import { ItemsAnswer, JobAnswer } from '../../src/server/schemas/jobs.js';
import { Photo, ReceivedPhotos } from '../../src/server/schemas/photos.js';
import { Pipelines } from '../../src/server/schemas/pipelines.js';
import { Preset } from '../../src/server/schemas/presets.js';
import {
  Metrics,
  Recipes,
  Training,
  TrainingRequest,
  TrainingsAnswer,
} from '../../src/server/schemas/trainings.js';
import { makePhoto } from './browser.js';
import { type MockServer, startMock } from './mock-server.js';

/** The server of the page's tests answers as the real one does: by its schemas. */
describe('the server of the tests', () => {
  let server: MockServer;
  beforeAll(async () => {
    server = await startMock({ itemTime: 1 });
  });
  afterAll(() => server.close());

  const ask = async (path: string, method = 'GET', body?: BodyInit): Promise<unknown> => {
    const response = await fetch(server.address + path, { method, ...(body === undefined ? {} : { body }) });
    return response.json();
  };
  const expectFits = (schema: TSchema, answer: unknown): void =>
    expect(Errors(schema, answer).map(({ instancePath, message }) => `${instancePath}: ${message}`)).toEqual(
      [],
    );

  it('tells of pipelines, photos, presets and jobs as the real one does', async () => {
    expectFits(Pipelines, await ask('/v1/pipelines'));
    const { buffer } = await makePhoto('a.jpg');
    const received = (await ask('/v1/photos?name=a.jpg', 'POST', new Uint8Array(buffer))) as {
      readonly photos: readonly [{ readonly id: string }];
    };
    expectFits(ReceivedPhotos, received);
    const [{ id }] = received.photos;
    expectFits(Photo, await ask(`/v1/photos/${id}`));
    const edits = [{ pipeline: 'dehaze', parameters: { strength: 1 } }];
    expectFits(Preset, await ask('/v1/presets', 'POST', JSON.stringify({ name: 'kept', edits })));
    const broken = (await ask(
      '/v1/photos?name=broken.jpg',
      'POST',
      new Uint8Array(buffer),
    )) as typeof received;
    const photos = [id, broken.photos[0].id];
    const job = await ask('/v1/jobs', 'POST', JSON.stringify({ name: 'n', edits, photos }));
    expectFits(JobAnswer, job);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const items = (await ask(`/v1/jobs/${(job as { readonly id: string }).id}/items?state=failed`)) as {
      readonly items: readonly unknown[];
    };
    expectFits(ItemsAnswer, items);
    expect(items.items).toHaveLength(1);
  });

  it('tells of trainings as the real one does', async () => {
    expectFits(Recipes, await ask('/v1/recipes'));
    const wanted = { recipe: 'train-dehaze', name: 'haze', folders: { photos: '/p' }, parameters: {} };
    expectFits(TrainingRequest, wanted);
    expectFits(Training, await ask('/v1/trainings', 'POST', JSON.stringify(wanted)));
    await new Promise((resolve) => setTimeout(resolve, 400));
    const { trainings } = (await ask('/v1/trainings')) as {
      readonly trainings: readonly [{ readonly id: string }];
    };
    expectFits(TrainingsAnswer, { trainings });
    const response = await fetch(`${server.address}/v1/trainings/${trainings[0].id}/events`);
    let text = '';
    for await (const chunk of response.body!) {
      text += new TextDecoder().decode(chunk);
      if (/event: metrics\ndata: .*\n/.test(text)) break;
    }
    const [, told = ''] = /event: metrics\ndata: (.*)\n/.exec(text) ?? [];
    const { lines, isAnew } = JSON.parse(told) as {
      readonly lines: readonly unknown[];
      readonly isAnew: boolean;
    };
    expect(lines.length).toBeGreaterThan(0);
    expectFits(Metrics, { lines, isAnew, isEnd: true, next: '' });
    expectFits(
      Preset,
      await ask(`/v1/trainings/${trainings[0].id}/use`, 'POST', JSON.stringify({ name: 'haze' })),
    );
  });

  it('refuses as the real one does', async () => {
    expectFits(Problem, await ask('/v1/photos/none'));
  });
});
