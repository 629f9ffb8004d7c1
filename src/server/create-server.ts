import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import underPressure from '@fastify/under-pressure';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError, type Diagnostics, failure } from '../diagnostics/index.js';
import { version } from '../records/receipts/versions.js';
import { callerOf, NOBODY } from './access/authorise.js';
import { clientKey } from './access/clients.js';
import { createGate, type Gate, isLoopback } from './access/hosts.js';
import { authorizationOf, sessionRoutes } from './access/session.js';
import { type App, noteCaller, notedCaller, noteHiding, orThrow } from './app.js';
import type { ServerContext } from './context.js';
import { createMetrics, type Metrics } from './metrics.js';
import { servePage } from './page.js';
import { hidingPaths, nothingHidden } from './problems/hide.js';
import { answerThrown, refuse } from './problems/problem.js';
import { editRoutes } from './routes/edits.js';
import { healthRoutes, type JobsState } from './routes/health.js';
import { photoRoutes } from './routes/photos.js';
import { pipelineRoutes } from './routes/pipelines.js';
import { presetRoutes } from './routes/presets.js';
import { previewRoutes } from './routes/previews.js';
import { allows } from './tokens/scopes.js';
import { refuseDeepJson, validatorCompiler } from './validation.js';

/** What a server is made of. */
export interface ServerOptions {
  readonly context: ServerContext;
  /** Where it listens, as it was asked for. */
  readonly host: string;
  /** Addresses that a proxy serves it at, as in `https://photos.example.org`. */
  readonly origins?: readonly string[];
  /** Addresses and networks of proxies, which may say who asks. Default: this machine's own where there are origins, else none. */
  readonly proxies?: readonly string[];
  /** Routes of others, such as those of jobs. */
  readonly more?: readonly ((app: App) => void)[];
  /** Whether jobs are worked on. Default: they are. */
  readonly jobs?: JobsState;
  /** Figures for Prometheus. Default: new ones. */
  readonly metrics?: Metrics;
  /** Default: nothing is logged. */
  readonly logger?: FastifyBaseLogger;
}

/** Bytes of a body that is no photo. */
const MOST_JSON = 2 ** 20;

/** Milliseconds in which a request has to come: what 4 GiB take on a slow line. */
const WHOLE_REQUEST_MS = 2 * 3600 * 1000;

/** Fastify's own lines are left out: one of ours is written for each request. */
class Quiet extends LogController {
  constructor() {
    super({ disableRequestLogging: true });
  }
}

/** What answers without a token: probes, and the page itself, which asks for one. */
const OPEN: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/openapi.json']);

/** The HTTP server: it decodes no photo itself, and knows nothing but what it is given. Tests `inject` requests into it. */
export const createServer = async ({
  context,
  host,
  origins = [],
  proxies = origins.length > 0 ? ['127.0.0.0/8', '::1'] : [],
  more = [],
  jobs,
  metrics = createMetrics(context.editor),
  logger,
}: ServerOptions): Promise<App> => {
  const app: App = Fastify<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger>({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    logController: new Quiet(),
    bodyLimit: MOST_JSON,
    // The whole of a request; uploads that pause are given up much sooner.
    requestTimeout: WHOLE_REQUEST_MS,
    // Behind a proxy, whoever asks is whom it names; nobody else may say so.
    trustProxy: proxies.length > 0 ? [...proxies] : false,
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  refuseDeepJson(app);
  app.setErrorHandler<FastifyError>(answerThrown);
  app.setNotFoundHandler((_, reply) =>
    refuse(reply, [failure('serve/not-found', 'There is nothing at this address.')]),
  );
  guardRequests(app, context, createGate(host, origins), !isLoopback(host));
  await registerPlugins(app, context, host);
  measure(app, metrics);
  takeStreams(app);
  healthRoutes(app, context, metrics, jobs);
  sessionRoutes(app);
  pipelineRoutes(app, context);
  photoRoutes(app, context);
  previewRoutes(app, context);
  editRoutes(app, context);
  presetRoutes(app, context);
  for (const routes of more) routes(app);
  await servePage(app);
  return app;
};

/** What is looked at before anything else: whom a request means, where it comes from, and who makes it. */
const guardRequests = (
  app: App,
  { store, now, places }: ServerContext,
  gate: Gate,
  isTokenNeeded: boolean,
): void => {
  const hide = hidingPaths(places);
  const refused = new WeakMap<FastifyRequest['raw'], Diagnostics>();
  app.addHook('onRequest', async (request) => {
    const { headers, method } = request;
    noteHiding(request, hide);
    const refusal = gate.refusal({
      method,
      host: headers.host,
      origin: headers.origin,
      site: header(request, 'sec-fetch-site'),
      mode: header(request, 'sec-fetch-mode'),
    });
    if (refusal !== undefined) orThrow({ _tag: 'Left', left: refusal });
    const path = request.url.split('?')[0] ?? '';
    const isOpen = OPEN.has(path) || (!path.startsWith('/v1/') && path !== '/metrics');
    // Where no token is needed, a cookie that another server of this machine has set counts for nothing.
    const authorization = isTokenNeeded ? authorizationOf(headers) : headers.authorization;
    if (isOpen && headers.authorization === undefined) return;
    const caller = callerOf(store, isTokenNeeded, authorization, now());
    noteCaller(request, E.isRight(caller) ? caller.right : NOBODY);
    if (E.isLeft(caller)) refused.set(request.raw, caller.left);
    else if (allows(caller.right.scopes, 'admin')) noteHiding(request, nothingHidden);
  });
  // Refused only now, so that requests without a token that counts are counted as well: see `rateLimit`.
  app.addHook('preParsing', async (request) => {
    const refusal = refused.get(request.raw);
    if (refusal !== undefined) throw new DiagnosticError(refusal);
  });
};

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const registerPlugins = async (app: App, { limits }: ServerContext, host: string): Promise<void> => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        // The 360° view fetches the picture that the page holds.
        connectSrc: ["'self'", 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // It is served without TLS, or behind a proxy that decides this.
    strictTransportSecurity: false,
  });
  await app.register(rateLimit, {
    max: limits.rate,
    timeWindow: 60_000,
    addHeadersOnExceeding: {
      'x-ratelimit-limit': true,
      'x-ratelimit-remaining': true,
      'x-ratelimit-reset': true,
    },
    keyGenerator: (request) => clientKey(notedCaller(request), request.ip),
    errorResponseBuilder: (_, { max, after }) =>
      Object.assign(new Error(`One client may ask ${max} times in a minute; try again in ${after}.`), {
        statusCode: 429,
      }),
  });
  await app.register(underPressure, {
    maxEventLoopDelay: limits.delay,
    // Probes and the page's own files cost next to nothing, and a page that comes says itself what is to be tried again.
    pressureHandler: async ({ url }, reply) => {
      if (!url.startsWith('/v1/')) return;
      reply.header('retry-after', 2);
      throw Object.assign(new Error('The server has too much to do at the moment.'), { statusCode: 503 });
    },
  });
  await app.register(multipart);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Prismflow',
        description: 'Edits photos with pipelines. Errors are problem+json (RFC 9457).',
        version,
        license: { name: 'Apache-2.0' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      ...(isLoopback(host) ? {} : { security: [{ token: [] }] }),
    },
  });
};

/** Counts answers, and how long they took. */
const measure = (app: App, { answered }: Metrics): void => {
  app.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    const route = request.routeOptions.url ?? 'none';
    answered(route, request.method, reply.statusCode, reply.elapsedTime / 1000);
    request.log.info(
      {
        method: request.method,
        url: request.url.split('?')[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    );
  });
};

const unread = (_request: FastifyRequest, _payload: unknown, done: (error: null) => void): void => done(null);

/** Photos are not read into memory: handlers stream them to the disk. Forms of addresses and plain text, which other sites can post, are refused. */
const takeStreams = (app: App): void => {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('application/octet-stream', unread);
  app.addContentTypeParser(/^image\/[\w.+-]+$/, unread);
};
