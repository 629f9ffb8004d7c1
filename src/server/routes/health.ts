import { type Static, Type } from 'typebox';
import { type App, callerFor } from '../app.js';
import type { ServerContext } from '../context.js';
import type { Metrics } from '../metrics.js';
import { refusals } from '../schemas/common.js';

const State = Type.Object({ state: Type.String() });

const Readiness = Type.Object({
  state: Type.Enum(['ready', 'warming up', 'failed']),
  editing: Type.Enum(['ready', 'warming up', 'failed'], { description: 'The process that edits' }),
  jobs: Type.Enum(['working', 'failed'], { description: 'What takes photos of jobs' }),
  store: Type.Enum(['working', 'failed'], { description: 'Where jobs and tokens are kept' }),
});

/** Whether jobs are worked on. */
export type JobsState = () => 'working' | 'failed';

/** How ready all parts are. What failed is tried again; why it did stands in the log, since anybody may ask here. */
const readinessOf = ({ editor, store }: ServerContext, jobs: JobsState): Static<typeof Readiness> => {
  const parts = {
    editing: editor.state(),
    jobs: jobs(),
    store: store.fault() === undefined ? ('working' as const) : ('failed' as const),
  };
  const isFailed = Object.values(parts).includes('failed');
  return { state: isFailed ? 'failed' : parts.editing, ...parts };
};

/** Whether the server lives, whether it is warm and works, and figures of its work. */
export const healthRoutes = (
  app: App,
  context: ServerContext,
  { registry }: Metrics,
  jobs: JobsState = () => 'working',
): void => {
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the server lives',
        tags: ['operation'],
        response: { 200: State },
      },
    },
    async () => ({ state: 'alive' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether the engine runs, the pipelines are warm, and jobs go on',
        tags: ['operation'],
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_, reply) => {
      const readiness = readinessOf(context, jobs);
      if (readiness.state !== 'ready') reply.code(503).header('retry-after', 1);
      return readiness;
    },
  );
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Figures for Prometheus',
        tags: ['operation'],
        response: {
          200: { description: 'Figures', content: { 'text/plain': { schema: Type.String() } } },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      callerFor(request, 'admin');
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
  app.get('/openapi.json', { schema: { hide: true } }, async (_, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
};
