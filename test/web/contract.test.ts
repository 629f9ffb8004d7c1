import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/server/schemas/common.js';
import { JobAnswer } from '../../src/server/schemas/jobs.js';
import { Photo, ReceivedPhotos } from '../../src/server/schemas/photos.js';
import { Pipelines } from '../../src/server/schemas/pipelines.js';
import { Preset } from '../../src/server/schemas/presets.js';
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
    expectFits(JobAnswer, await ask('/v1/jobs', 'POST', JSON.stringify({ name: 'n', edits, photos: [id] })));
  });

  it('refuses as the real one does', async () => {
    expectFits(Problem, await ask('/v1/photos/none'));
  });
});
