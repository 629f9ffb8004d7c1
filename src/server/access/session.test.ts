import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { type App, noteCaller } from '../app.js';
import { LOCAL } from './authorise.js';
import { authorizationOf, sessionRoutes } from './session.js';

const TOKEN = 'pft_0123456789abcdef_00ff';

const app = (): App => {
  const made: App = Fastify().withTypeProvider<TypeBoxTypeProvider>();
  made.addHook('onRequest', async (request) => noteCaller(request, LOCAL));
  sessionRoutes(made);
  return made;
};

describe('the cookie of a page', () => {
  it('holds the token of the request, out of reach of scripts and of other sites', async () => {
    const { statusCode, headers } = await app().inject({
      method: 'POST',
      url: '/v1/session',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(statusCode).toBe(204);
    expect(headers['set-cookie']).toBe(`prismflow=${TOKEN}; Path=/v1/; HttpOnly; SameSite=Strict`);
  });

  it('is not set for what is no token, and is taken back', async () => {
    const none = await app().inject({ method: 'POST', url: '/v1/session' });
    expect(none.headers['set-cookie']).toBeUndefined();
    const forged = await app().inject({
      method: 'POST',
      url: '/v1/session',
      headers: { authorization: 'Bearer a; Domain=elsewhere' },
    });
    expect(forged.headers['set-cookie']).toBeUndefined();
    const { headers } = await app().inject({ method: 'DELETE', url: '/v1/session' });
    expect(headers['set-cookie']).toContain('prismflow=; ');
    expect(headers['set-cookie']).toContain('Max-Age=0');
  });

  it('stands for `Authorization` where that is missing', () => {
    expect(authorizationOf({ cookie: `other=1; prismflow=${TOKEN}` })).toBe(`Bearer ${TOKEN}`);
    expect(authorizationOf({ cookie: `prismflow=${TOKEN}`, authorization: 'Bearer other' })).toBe(
      'Bearer other',
    );
    for (const cookie of ['', 'prismflow=', 'notprismflow=1', 'prismflow'])
      expect(authorizationOf({ cookie })).toBeUndefined();
  });
});
