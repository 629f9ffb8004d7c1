import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { App } from './app.js';

/** Where the page is built to. */
const PAGE = fileURLToPath(new URL('../../dist/web/', import.meta.url));

const NOT_BUILT = `Prismflow serves its API here; the page was not built (npm run build does it).

  curl http://HOST/v1/pipelines
  curl --data-binary @photo.jpg -o edited.jpg 'http://HOST/v1/edits?pipeline=dehaze'

The API is described at /openapi.json.
`;

/** The page's files, or a text in its place. */
export const servePage = async (app: App): Promise<void> => {
  if (!existsSync(`${PAGE}index.html`)) {
    app.get('/', { schema: { hide: true } }, async (request, reply) =>
      reply.type('text/plain; charset=utf-8').send(NOT_BUILT.replaceAll('HOST', request.host)),
    );
    return;
  }
  await app.register(fastifyStatic, {
    root: PAGE,
    index: 'index.html',
    decorateReply: false,
    dotfiles: 'deny',
    setHeaders: (response, path) => {
      // The names of what is built change with their content; that of the page itself does not.
      const isNamed = path.includes('/assets/');
      response.setHeader('cache-control', isNamed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
};
