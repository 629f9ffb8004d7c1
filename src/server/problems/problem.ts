import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { codes } from '../../diagnostics/codes.js';
import {
  type Diagnostic,
  DiagnosticError,
  type Diagnostics,
  failure,
  isCode,
} from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { hideFrom } from '../app.js';
import { InvalidRequest } from '../validation.js';
import type { Hide } from './hide.js';
import { statusOf } from './status.js';

/** A finding as answers tell it. */
export interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** An error as RFC 9457 has it, with what our diagnostics know. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance?: string;
  readonly code: string;
  readonly remedy: string;
  readonly diagnostics: readonly Told[];
}

export const toldOf = ({ code, message, hint }: Diagnostic): Told => ({
  code,
  message,
  ...definedOnly({ hint }),
});

/** A finding without what not everybody learns. */
export const hidden =
  (hide: Hide) =>
  ({ code, message, hint }: Told): Told => ({
    code,
    message: hide(message),
    ...(hint === undefined ? {} : { hint: hide(hint) }),
  });

/**
 * Diagnostics as a problem.
 *
 * @param hide what takes out of it what not everybody learns
 * @param instance the address that was asked for
 */
export const problemOf = (all: Diagnostics, hide: Hide, instance?: string): Problem => {
  const [first, ...others] = all;
  const told = hidden(hide);
  const diagnostics = [told(first), ...others.map(told)] as const;
  const [{ code, message, hint }] = diagnostics;
  const about = isCode(code) ? codes[code] : undefined;
  return {
    type: `urn:prismflow:${code}`,
    title: about?.title ?? code,
    status: statusOf(all),
    detail: message,
    ...definedOnly({ instance }),
    code,
    remedy: hint ?? about?.remedy ?? '',
    diagnostics: [...diagnostics],
  };
};

/** Seconds after which a refusal for now is worth another try. */
const RETRY_S = 2;

/** Answers with a problem. */
export const refuse = (reply: FastifyReply, diagnostics: Diagnostics): FastifyReply => {
  const problem = problemOf(diagnostics, hideFrom(reply.request), reply.request.url.split('?')[0]);
  if (problem.status === 503 || problem.status === 429)
    if (!reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_S);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="prismflow"');
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)));
};

/** What Fastify and its plugins throw, as diagnostics. */
const diagnosticsOf = (error: FastifyError): Diagnostics => {
  const status = error.statusCode ?? 500;
  if (error instanceof InvalidRequest)
    return [
      failure('serve/request', `The request is not as it should be: ${error.message}.`, {
        hint: 'See /openapi.json for this address.',
      }),
    ];
  if (status === 413) return [failure('serve/too-large', `The request is too large: ${error.message}.`)];
  if (status === 415)
    return [
      failure('serve/media-type', 'The header content-type does not say what the body is.', {
        hint: 'Say it, as in `curl -H "content-type: image/jpeg" --data-binary @photo.jpg`; edits and jobs are application/json.',
      }),
    ];
  if (status === 429) return [failure('serve/rate', error.message)];
  if (status === 503) return [failure('serve/busy', 'The server has too much to do at the moment.')];
  if (status === 404) return [failure('serve/not-found', 'There is nothing at this address.')];
  if (status < 500) return [failure('serve/request', `${error.message}.`)];
  return [failure('run/operator-threw', 'Something in the server failed; its log says what.')];
};

/** Answers what was thrown. What nobody foresaw goes into the log, and not to the client. */
export const answerThrown = (
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  if (error instanceof DiagnosticError) return refuse(reply, error.diagnostics);
  const diagnostics = diagnosticsOf(error);
  if ((error.statusCode ?? 500) >= 500 && error.statusCode !== 503) request.log.error(error);
  return refuse(reply, diagnostics);
};
