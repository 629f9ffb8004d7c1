import { type App, callerFor, hideFrom } from '../app.js';
import type { ServerContext } from '../context.js';
import { hidden } from '../problems/problem.js';
import { refusals } from '../schemas/common.js';
import { Pipelines } from '../schemas/pipelines.js';

/** What is on offer. */
export const pipelineRoutes = (app: App, { catalogue }: ServerContext): void => {
  app.get(
    '/v1/pipelines',
    {
      schema: {
        operationId: 'listPipelines',
        summary: 'The pipelines on offer, with their parameters',
        tags: ['pipelines'],
        response: { 200: Pipelines, ...refusals },
      },
    },
    async (request) => {
      callerFor(request, 'edit');
      const hide = hideFrom(request);
      return {
        pipelines: catalogue.list().map(({ name, about, source, kind, parameters, problem }) => ({
          name,
          about,
          source,
          kind,
          parameters,
          ...(problem === undefined ? {} : { problem: problem.map(hidden(hide)) }),
        })),
      };
    },
  );
};
