import type { FastifyRequest } from 'fastify';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { modelPipeline } from '../../execution/trainings/model-pipeline.js';
import { metricsFrom, sampleOf } from '../../execution/trainings/on-disk.js';
import { type App, callerFor, orThrow, run } from '../app.js';
import type { ServerContext } from '../context.js';
import { createEventStreams, eventsAnswer } from '../event-streams.js';
import { bytesOf } from '../schemas/binary.js';
import { refusals } from '../schemas/common.js';
import { EventHeaders } from '../schemas/jobs.js';
import { Preset } from '../schemas/presets.js';
import {
  Metrics,
  MetricsQuery,
  Recipes,
  SampleParams,
  Training,
  TrainingParams,
  TrainingRequest,
  TrainingsAnswer,
  UseRequest,
} from '../schemas/trainings.js';
import { trainingEvents } from '../trainings/events.js';
import { type Known, shownLine, shownTraining } from '../trainings/shown.js';
import type { Trainings } from '../trainings/trainings.js';
import { shownPreset } from './presets.js';

/** What the routes of trainings work with. */
export interface TrainingServices extends Pick<ServerContext, 'catalogue' | 'presets'> {
  readonly trainings: Trainings;
  /** Aborts when the server is stopped: streams of events would never end by themselves. */
  readonly stopping: AbortSignal;
  /** Milliseconds between two signs of life of a stream. Default: 15 s. */
  readonly heartbeat?: number;
}

/** Streams of events at once. */
const MOST_STREAMS = 50;

/** Trainings are the operator's: samples show photos of folders that only those may see who may do everything. */
const guarded = (request: FastifyRequest): void => void callerFor(request, 'admin');

const known = (
  { trainings }: TrainingServices,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<Known> => {
  guarded(request);
  return run(trainings.find(request.params.id));
};

const listRoutes = (app: App, services: TrainingServices): void => {
  const { trainings } = services;
  app.get(
    '/v1/recipes',
    {
      schema: {
        operationId: 'listRecipes',
        summary: 'The pipelines that train, and the folders that they may learn from',
        tags: ['trainings'],
        response: { 200: Recipes, ...refusals },
      },
    },
    async (request) => {
      guarded(request);
      return {
        recipes: trainings.recipes.map(({ name, about, source, folders, parameters }) => ({
          name,
          about,
          source,
          folders: [...folders],
          parameters,
        })),
        folders: [...(await trainings.folders())],
      };
    },
  );
  app.get(
    '/v1/trainings',
    {
      schema: {
        operationId: 'listTrainings',
        summary: 'The trainings below the served folder',
        tags: ['trainings'],
        response: { 200: TrainingsAnswer, ...refusals },
      },
    },
    async (request) => {
      guarded(request);
      return { trainings: (await trainings.list()).map(shownTraining) };
    },
  );
  app.get(
    '/v1/trainings/:id',
    {
      schema: {
        operationId: 'getTraining',
        summary: 'A training: how far it is, and what there is of it',
        tags: ['trainings'],
        params: TrainingParams,
        response: { 200: Training, ...refusals },
      },
    },
    async (request) => shownTraining(await known(services, request)),
  );
};

const figuresRoutes = (app: App, services: TrainingServices): void => {
  app.get(
    '/v1/trainings/:id/metrics',
    {
      schema: {
        operationId: 'getTrainingMetrics',
        summary: 'Figures of its steps, some thousands at a time',
        tags: ['trainings'],
        params: TrainingParams,
        querystring: MetricsQuery,
        response: { 200: Metrics, ...refusals },
      },
    },
    async (request) => {
      const { folder } = await known(services, request);
      const { lines, cursor, isAnew, isEnd } = await metricsFrom(folder, request.query.cursor ?? '');
      return { lines: lines.map(shownLine), isAnew, isEnd, next: cursor };
    },
  );
  app.get(
    '/v1/trainings/:id/samples/:step',
    {
      schema: {
        operationId: 'getSamples',
        summary: 'A grid of samples: rows of examples, columns as `samples.columns` of the training says',
        tags: ['trainings'],
        params: SampleParams,
        response: { 200: bytesOf('The grid', 'image/png'), ...refusals },
      },
    },
    async (request, reply) => {
      const { folder, name } = await known(services, request);
      const { step } = request.params;
      const file = await sampleOf(folder, step);
      if (file === undefined)
        throw new DiagnosticError([
          failure('serve/not-found', `There are no samples of step ${step} of ${name}.`),
        ]);
      return reply
        .type('image/png')
        .header('cache-control', 'private, max-age=60')
        .send(file.createReadStream());
    },
  );
};

const eventsRoute = (app: App, services: TrainingServices): void => {
  const { trainings, stopping, heartbeat } = services;
  const streams = createEventStreams({ subject: 'trainings', most: MOST_STREAMS, stopping, heartbeat });
  app.get(
    '/v1/trainings/:id/events',
    {
      schema: {
        operationId: 'getTrainingEvents',
        summary: 'The training whenever it has changed, and its figures as they come (server-sent events)',
        tags: ['trainings'],
        params: TrainingParams,
        headers: EventHeaders,
        response: {
          200: eventsAnswer('`training` and `metrics`, each with JSON as the other addresses have it'),
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const { id } = await known(services, request);
      const seen = request.headers['last-event-id'] ?? '';
      return streams.answer(reply, (signal) => trainingEvents(trainings, id, { signal, seen }));
    },
  );
};

const changingRoutes = (app: App, services: TrainingServices): void => {
  const { trainings } = services;
  app.post(
    '/v1/trainings',
    {
      schema: {
        operationId: 'startTraining',
        summary: 'Begin a training by a recipe; one runs at a time',
        tags: ['trainings'],
        body: TrainingRequest,
        response: { 202: Training, ...refusals },
      },
    },
    async (request, reply) => {
      guarded(request);
      const { recipe, name, folders, parameters = {} } = request.body;
      const begun = await run(
        trainings.begin({
          recipe,
          name,
          folders,
          // JSON that the schema has let in; what is none of the recipe's is refused.
          parameters: parameters as Readonly<Record<string, string | number | boolean>>,
        }),
      );
      return reply.code(202).header('location', `/v1/trainings/${begun.id}`).send(shownTraining(begun));
    },
  );
  for (const [what, operationId, summary] of [
    ['stop', 'stopTraining', 'Have it keep what it has learned, and end'],
    ['resume', 'resumeTraining', 'Go on from its latest checkpoint'],
  ] as const)
    app.post(
      `/v1/trainings/:id/${what}`,
      {
        schema: {
          operationId,
          summary,
          tags: ['trainings'],
          params: TrainingParams,
          response: { 202: Training, ...refusals },
        },
      },
      async (request, reply) => {
        guarded(request);
        return reply.code(202).send(shownTraining(await run(trainings[what](request.params.id))));
      },
    );
};

const usingRoute = (app: App, services: TrainingServices): void => {
  const { catalogue, presets } = services;
  app.post(
    '/v1/trainings/:id/use',
    {
      schema: {
        operationId: 'useTraining',
        summary: 'Keep a preset that edits with its model',
        tags: ['trainings'],
        params: TrainingParams,
        body: UseRequest,
        response: { 201: Preset, ...refusals },
      },
    },
    async (request, reply) => {
      const training = await known(services, request);
      const { name, about = `Edit with the model trained in ${training.name}` } = request.body;
      if (!shownTraining(training).canUse)
        throw new DiagnosticError([
          failure(
            'weights/no-model',
            `The training ${training.name} has neither a snapshot nor a checkpoint yet.`,
            {
              hint: 'Wait for its first checkpoint, or stop it: then it keeps one.',
            },
          ),
        ]);
      if (catalogue.list().some((offer) => offer.name === name))
        throw new DiagnosticError([failure('serve/preset', `There is a pipeline \`${name}\` already.`)]);
      const isLatest = training.disk.snapshots.length === 0;
      const preset = orThrow(
        await presets.write(name, modelPipeline(`../${training.name}`, isLatest, about)),
      );
      catalogue.withPresets(await presets.offers());
      return reply.code(201).send(shownPreset(preset, about));
    },
  );
};

/** Routes of trainings: what there are, how they go, and what is done with them. */
export const trainingRoutes =
  (services: TrainingServices) =>
  (app: App): void => {
    for (const routes of [listRoutes, figuresRoutes, eventsRoute, changingRoutes, usingRoute])
      routes(app, services);
  };
