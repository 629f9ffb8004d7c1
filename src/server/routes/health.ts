import { Type } from 'typebox';
import { type App, callerFor } from '../app.js';
import type { ServerContext } from '../context.js';
import type { Metrics } from '../metrics.js';

const State = Type.Object({ state: Type.String() });

/** Whether the server lives, whether it is warm, and figures of its work. */
export const healthRoutes = (app: App, { editor }: ServerContext, { registry }: Metrics): void => {
  app.get(
    '/healthz',
    { schema: { summary: 'Whether the server lives', tags: ['operation'], response: { 200: State } } },
    async () => ({ state: 'alive' }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Whether the engine runs and the pipelines are warm',
        tags: ['operation'],
        response: { 200: State, 503: State },
      },
    },
    async (_, reply) => {
      if (editor.isReady()) return { state: 'ready' };
      reply.code(503).header('retry-after', 1);
      return { state: 'warming up' };
    },
  );
  app.get(
    '/metrics',
    { schema: { summary: 'Figures for Prometheus', tags: ['operation'] } },
    async (request, reply) => {
      callerFor(request, 'admin');
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
  app.get('/openapi.json', { schema: { hide: true } }, async (_, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
};
