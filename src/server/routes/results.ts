import { createReadStream } from 'node:fs';
import { Type } from 'typebox';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { type App, hideFrom } from '../app.js';
import { createEventStreams, eventsAnswer } from '../event-streams.js';
import { jobEvents } from '../jobs/events.js';
import { resultsZip } from '../jobs/zip.js';
import { bytesOf, photoAnswer } from '../schemas/binary.js';
import { refusals } from '../schemas/common.js';
import { EventHeaders, ItemParams, JobParams } from '../schemas/jobs.js';
import { attachment, joined, named, safeName } from '../uploads/names.js';
import type { JobServices } from './job-services.js';
import { jobOf, told } from './jobs.js';

const resultRoute = (app: App, services: JobServices): void => {
  const { store, files } = services;
  app.get(
    '/v1/jobs/:id/items/:number/result',
    {
      schema: {
        operationId: 'getResult',
        summary: 'The result of one photo',
        tags: ['jobs'],
        params: ItemParams,
        response: { 200: photoAnswer('The photo, edited'), ...refusals },
      },
    },
    async (request, reply) => {
      const { id } = jobOf(services, request);
      const { number } = request.params;
      const item = store.get('items', id, number);
      if (item === undefined)
        throw new DiagnosticError([failure('job/unknown-item', `The job ${id} has no item ${number}.`)]);
      if (item.state !== 'done')
        throw new DiagnosticError([
          failure('job/no-result', `Item ${number} is ${item.state}, and has no result.`),
        ]);
      const { type, bytes, digest, extension } = item.result;
      return reply
        .header('content-type', type)
        .header('content-length', bytes)
        .header('content-disposition', attachment(named(safeName(item.name), extension)))
        .header('etag', `"${digest}"`)
        .header('prismflow-receipt', item.result.receipt)
        .send(createReadStream(files.result(id, number)));
    },
  );
};

const archiveRoute = (app: App, services: JobServices): void => {
  const { store, files } = services;
  app.get(
    '/v1/jobs/:id/results.zip',
    {
      schema: {
        operationId: 'getResults',
        summary: 'All results, as they are read from the disk, and what failed',
        tags: ['jobs'],
        params: JobParams,
        response: { 200: bytesOf('An archive', 'application/zip'), ...refusals },
      },
    },
    async (request, reply) => {
      const job = jobOf(services, request);
      return reply
        .header('content-type', 'application/zip')
        .header(
          'content-disposition',
          attachment(joined(safeName(job.name === '' ? 'results' : job.name), '.zip')),
        )
        .send(resultsZip(store, files, job, hideFrom(request)));
    },
  );
};

const eventsRoute = (app: App, services: JobServices): void => {
  const { store, mostStreams, stopping, heartbeat } = services;
  const streams = createEventStreams({ subject: 'jobs', most: mostStreams, stopping, heartbeat });
  app.get(
    '/v1/jobs/:id/events',
    {
      schema: {
        operationId: 'getEvents',
        summary: 'What becomes of a job, as server-sent events',
        tags: ['jobs'],
        params: JobParams,
        headers: EventHeaders,
        response: {
          200: eventsAnswer(
            '`job` and `item`, each with JSON as the other addresses have it; it ends with the job',
          ),
          204: Type.Null({ description: 'Everything was told, and the job has ended' }),
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const job = jobOf(services, request);
      const seen = Number(request.headers['last-event-id'] ?? 0);
      const from = Number.isSafeInteger(seen) && seen > 0 ? seen : 0;
      // A browser that comes back to what has ended is told to stay away.
      if (job.ended !== undefined && from >= job.revision) return reply.code(204).send(null);
      const [show, hide] = [told(services), hideFrom(request)];
      return streams.answer(reply, (signal) => jobEvents(store, job.id, { signal, seen: from, show, hide }));
    },
  );
};

/** Routes that give what came of a job, and tell of it while it goes on. */
export const resultRoutes =
  (services: JobServices) =>
  (app: App): void => {
    for (const routes of [resultRoute, archiveRoute, eventsRoute]) routes(app, services);
  };
