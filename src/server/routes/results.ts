import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { type App, hideFrom } from '../app.js';
import { eventText, HEARTBEAT, jobEvents } from '../jobs/events.js';
import { withHeartbeat } from '../jobs/heartbeat.js';
import { resultsZip } from '../jobs/zip.js';
import { bytesOf, photoAnswer } from '../schemas/binary.js';
import { refusals } from '../schemas/common.js';
import { EventHeaders, ItemParams, JobParams } from '../schemas/jobs.js';
import { attachment, joined, named, safeName } from '../uploads/names.js';
import type { JobServices } from './job-services.js';
import { jobOf, told } from './jobs.js';

const HEARTBEAT_MS = 15_000;

/** The text of events, with a sign of life when there are none. */
async function* texts(events: ReturnType<typeof jobEvents>): AsyncGenerator<string> {
  for await (const event of events) yield eventText(event);
}

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

const eventsSchema = {
  operationId: 'getEvents',
  summary: 'What becomes of a job, as server-sent events',
  tags: ['jobs'],
  params: JobParams,
  headers: EventHeaders,
  response: {
    200: {
      description: '`job` and `item`, each with JSON as the other addresses have it; it ends with the job',
      content: { 'text/event-stream': { schema: Type.Unsafe<unknown>({ type: 'string' }) } },
    },
    204: Type.Null({ description: 'Everything was told, and the job has ended' }),
    ...refusals,
  },
};

const eventsRoute = (app: App, services: JobServices): void => {
  const { store } = services;
  let streams = 0;
  app.get(
    '/v1/jobs/:id/events',
    {
      schema: eventsSchema,
    },
    async (request, reply) => {
      const job = jobOf(services, request);
      const seen = Number(request.headers['last-event-id'] ?? 0);
      const from = Number.isSafeInteger(seen) && seen > 0 ? seen : 0;
      // A browser that comes back to what has ended is told to stay away.
      if (job.ended !== undefined && from >= job.revision) return reply.code(204).send(null);
      if (streams >= services.mostStreams)
        throw new DiagnosticError([
          failure('job/too-many-streams', `${services.mostStreams} clients are told of jobs already.`),
        ]);
      streams++;
      const gone = new AbortController();
      reply.raw.once('close', () => {
        streams--;
        gone.abort();
      });
      const signal = AbortSignal.any([gone.signal, services.stopping]);
      const events = jobEvents(store, job.id, {
        signal,
        seen: from,
        show: told(services),
        hide: hideFrom(request),
      });
      const stream = withHeartbeat(texts(events), HEARTBEAT, services.heartbeat ?? HEARTBEAT_MS);
      return reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(stream, { objectMode: false, highWaterMark: 1 << 14 }));
    },
  );
};

/** Routes that give what came of a job, and tell of it while it goes on. */
export const resultRoutes =
  (services: JobServices) =>
  (app: App): void => {
    for (const routes of [resultRoute, archiveRoute, eventsRoute]) routes(app, services);
  };
