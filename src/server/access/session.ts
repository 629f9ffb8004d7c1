import type { IncomingHttpHeaders } from 'node:http';
import { Type } from 'typebox';
import { type App, callerFor } from '../app.js';
import { refusals } from '../schemas/common.js';

/**
 * A browser's way to say who asks: pictures, streams of events and downloads of a page carry no `Authorization`, but a cookie. It holds the
 * token itself, no script can read it, and requests that other sites cause do not carry it.
 */
const COOKIE = 'prismflow';

/** What `Authorization` says, or the cookie in its place. */
export const authorizationOf = ({ authorization, cookie }: IncomingHttpHeaders): string | undefined => {
  if (authorization !== undefined) return authorization;
  const own = (cookie ?? '').split(';').map((part) => part.trim());
  const token = own.find((part) => part.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  return token === undefined || token === '' ? undefined : `Bearer ${token}`;
};

const cookieOf = (token: string, isSecure: boolean, seconds?: number): string =>
  [
    `${COOKIE}=${token}`,
    'Path=/v1/',
    'HttpOnly',
    'SameSite=Strict',
    ...(isSecure ? ['Secure'] : []),
    ...(seconds === undefined ? [] : [`Max-Age=${seconds}`]),
  ].join('; ');

/** The cookie of a page: set for the token that a request carries, and taken back. */
export const sessionRoutes = (app: App): void => {
  app.post(
    '/v1/session',
    {
      schema: {
        operationId: 'createSession',
        summary: 'Keep the token of this request in a cookie, until the browser is closed',
        tags: ['operation'],
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      callerFor(request, 'edit');
      // It was checked before; characters of a token need no escape.
      const [, token = ''] = /^Bearer ([\w.~+/=-]{1,300})$/i.exec(request.headers.authorization ?? '') ?? [];
      if (token !== '') reply.header('set-cookie', cookieOf(token, request.protocol === 'https'));
      reply.code(204);
      return null;
    },
  );
  app.delete(
    '/v1/session',
    {
      schema: {
        operationId: 'deleteSession',
        summary: 'Take the cookie back',
        tags: ['operation'],
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      reply.header('set-cookie', cookieOf('', request.protocol === 'https', 0)).code(204);
      return null;
    },
  );
};
