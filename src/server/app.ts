import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawServerDefault,
} from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics } from '../diagnostics/index.js';
import { allowed, type Caller, LOCAL } from './access/authorise.js';
import { type Hide, hidingPaths } from './problems/hide.js';
import type { Scope } from './tokens/scopes.js';

/** The server, whose routes' schemas type their handlers. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

const callers = new WeakMap<FastifyRequest['raw'], Caller>();

/** Notes who asks. */
export const noteCaller = (request: Pick<FastifyRequest, 'raw'>, caller: Caller): void => {
  callers.set(request.raw, caller);
};

const hiding = new WeakMap<FastifyRequest['raw'], Hide>();

/** Notes what whoever asks does not learn. */
export const noteHiding = (request: Pick<FastifyRequest, 'raw'>, hide: Hide): void => {
  hiding.set(request.raw, hide);
};

/** What takes out of texts what whoever asks does not learn: unless noted otherwise, all paths. */
export const hideFrom = (request: Pick<FastifyRequest, 'raw'>): Hide =>
  hiding.get(request.raw) ?? hidingPaths();

/** Who was noted to ask. */
export const notedCaller = (request: Pick<FastifyRequest, 'raw'>): Caller | undefined =>
  callers.get(request.raw);

/** Who asks. Throws `token/scope` where they may not do this. */
export const callerFor = (request: Pick<FastifyRequest, 'raw'>, scope: Scope): Caller =>
  orThrow(allowed(callers.get(request.raw) ?? LOCAL, scope));

/** The value, or its diagnostics thrown: Fastify answers them. */
export const orThrow = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result)) throw new DiagnosticError(result.left);
  return result.right;
};

/** Runs a task, and throws its diagnostics. */
export const run = async <A>(task: TE.TaskEither<Diagnostics, A>): Promise<A> => orThrow(await task());

/** Aborts when the client goes away before it has its answer. */
export const untilGone = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
};
