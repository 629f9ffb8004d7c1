import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { owns } from '../access/authorise.js';
import { type App, callerFor, hideFrom, untilGone } from '../app.js';
import { acceptJob } from '../jobs/accept.js';
import type { Job } from '../jobs/job.js';
import { openOf, secondsLeft } from '../jobs/job.js';
import { cancelJob, removeJob, retryJob } from '../jobs/queue.js';
import { shownItem, shownJob } from '../jobs/shown.js';
import { jobForm } from '../schemas/binary.js';
import { refusals } from '../schemas/common.js';
import {
  ItemsAnswer,
  ItemsQuery,
  JobAnswer,
  JobHeaders,
  JobParams,
  JobRequest,
  JobsAnswer,
  JobsQuery,
} from '../schemas/jobs.js';
import { readJobForm, wantedOf } from './job-request.js';
import type { JobServices } from './job-services.js';

/** Deliveries of a webhook that are shown. */
const SHOWN_DELIVERIES = 10;

/** The job of a request, if whoever asks may see it. */
export const jobOf = ({ store }: JobServices, request: FastifyRequest<{ Params: { id: string } }>): Job => {
  const { id } = request.params;
  const job = store.get('jobs', id);
  if (job === undefined || !owns(callerFor(request, 'jobs'), job.owner))
    throw new DiagnosticError([failure('job/unknown', `There is no job ${id}.`)]);
  return job;
};

/** A job with what is known of it beside. */
export const told =
  ({ store, scheduler }: JobServices) =>
  (job: Job) =>
    shownJob(job, {
      secondsLeft:
        job.ended === undefined ? secondsLeft(scheduler.paceOf(job.id), openOf(job.counts)) : undefined,
      deliveries:
        job.webhook === undefined
          ? []
          : [
              ...store.range('deliveries', { within: [job.id], isReversed: true, limit: SHOWN_DELIVERIES }),
            ].map(({ value }) => value),
    });

const clockOf = ({ now, keep }: JobServices) => ({ now: now(), keep });

const makingRoute = (app: App, services: JobServices): void => {
  const { scheduler } = services;
  const show = told(services);
  app.post(
    '/v1/jobs',
    {
      schema: {
        operationId: 'createJob',
        tags: ['jobs'],
        headers: JobHeaders,
        body: {
          content: {
            'application/json': { schema: JobRequest },
            ...jobForm(JobRequest),
          },
        },
        response: { 202: JobAnswer, ...refusals },
      },
    },
    async (request, reply) => {
      const caller = callerFor(request, 'jobs');
      const form =
        request.isMultipart?.() === true
          ? await readJobForm(request, caller, services, untilGone(reply))
          : undefined;
      try {
        const { job, isRepeated } = await acceptJob(
          await wantedOf(
            services,
            form?.job ?? (request.body as JobRequest),
            request.headers['idempotency-key'],
            form?.photos,
          ),
          caller,
          services,
        );
        if (isRepeated) await form?.giveBack();
        scheduler.wake();
        return await reply.code(202).header('location', `/v1/jobs/${job.id}`).send(show(job));
      } catch (thrown) {
        await form?.giveBack();
        throw thrown;
      }
    },
  );
};

const jobsRoutes = (app: App, services: JobServices): void => {
  const { store } = services;
  const show = told(services);
  app.get(
    '/v1/jobs',
    {
      schema: {
        operationId: 'listJobs',
        tags: ['jobs'],
        querystring: JobsQuery,
        response: { 200: JobsAnswer, ...refusals },
      },
    },
    async (request) => {
      const { cursor, limit = 50 } = request.query;
      const caller = callerFor(request, 'jobs');
      const jobs: Job[] = [];
      const range = { isReversed: true, ...(cursor === undefined ? {} : { after: [cursor] }) };
      for (const { value } of store.range('jobs', range)) {
        if (owns(caller, value.owner)) jobs.push(value);
        if (jobs.length > limit) break;
      }
      const last = jobs.length > limit ? jobs[limit - 1]?.id : undefined;
      return { jobs: jobs.slice(0, limit).map(show), ...definedOnly({ next: last }) };
    },
  );

  app.get(
    '/v1/jobs/:id',
    {
      schema: {
        operationId: 'getJob',
        tags: ['jobs'],
        params: JobParams,
        response: { 200: JobAnswer, ...refusals },
      },
    },
    async (request) => show(jobOf(services, request)),
  );
};

const itemsRoute = (app: App, services: JobServices): void => {
  const { store } = services;
  app.get(
    '/v1/jobs/:id/items',
    {
      schema: {
        operationId: 'listItems',
        tags: ['jobs'],
        params: JobParams,
        querystring: ItemsQuery,
        response: { 200: ItemsAnswer, ...refusals },
      },
    },
    async (request) => {
      const { id } = jobOf(services, request);
      const { state, cursor = 0, limit = 100 } = request.query;
      const numbers =
        state === undefined
          ? [...store.range('items', { within: [id], after: [id, cursor], limit: limit + 1 })].map(
              ({ key }) => key[1],
            )
          : [
              ...store.range('states', {
                within: [id, state],
                after: [id, state, cursor],
                limit: limit + 1,
              }),
            ].map(({ key }) => key[2]);
      const items = numbers.slice(0, limit).flatMap((number) => store.get('items', id, number) ?? []);
      const last = numbers.length > limit ? numbers[limit - 1] : undefined;
      return {
        items: items.map((item) => shownItem(item, hideFrom(request))),
        ...definedOnly({ next: last }),
      };
    },
  );
};

const changingRoutes = (app: App, services: JobServices): void => {
  const { store, scheduler, sender } = services;
  const show = told(services);
  app.post(
    '/v1/jobs/:id/cancel',
    {
      schema: {
        operationId: 'cancelJob',
        tags: ['jobs'],
        params: JobParams,
        response: { 200: JobAnswer, ...refusals },
      },
    },
    async (request) => {
      const { id } = jobOf(services, request);
      const { value, kept } = store.change((draft) => {
        const job = draft.get('jobs', id);
        return job === undefined ? undefined : cancelJob(draft, job, clockOf(services));
      });
      scheduler.abandon(id);
      await kept;
      sender.wake();
      return show(value ?? jobOf(services, request));
    },
  );

  app.post(
    '/v1/jobs/:id/retry',
    {
      schema: {
        operationId: 'retryJob',
        tags: ['jobs'],
        params: JobParams,
        response: { 200: JobAnswer, ...refusals },
      },
    },
    async (request) => {
      const job = jobOf(services, request);
      if (job.isCancelled)
        throw new DiagnosticError([
          failure('job/cancelled', `The job ${job.id} was cancelled, and is not tried again.`),
        ]);
      const { value: count, kept } = store.change((draft) => retryJob(draft, job));
      if (count === 0)
        throw new DiagnosticError([
          failure('job/nothing-failed', `Nothing of the job ${job.id} has failed.`),
        ]);
      await kept;
      scheduler.wake();
      return show(jobOf(services, request));
    },
  );
};

const removingRoute = (app: App, services: JobServices): void => {
  const { store, scheduler, files } = services;
  app.delete(
    '/v1/jobs/:id',
    {
      schema: {
        operationId: 'deleteJob',
        tags: ['jobs'],
        params: JobParams,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      const job = jobOf(services, request);
      const { value: photos, kept } = store.change((draft) => removeJob(draft, job));
      scheduler.abandon(job.id);
      await kept;
      await files.removePhotos(photos);
      await files.removeResults(job.id);
      return reply.code(204).send(null);
    },
  );
};

/** Routes that make jobs, that tell of them, and that change them. */
export const jobRoutes =
  (services: JobServices) =>
  (app: App): void => {
    for (const routes of [makingRoute, jobsRoutes, itemsRoute, changingRoutes, removingRoute])
      routes(app, services);
  };
