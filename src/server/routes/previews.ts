import { rm } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { definedOnly } from '../../ports/defined.js';
import { sayInHeaders } from '../answers.js';
import { type App, callerFor, orThrow, run, untilGone } from '../app.js';
import type { ServerContext } from '../context.js';
import { bytesOf, photoBody, photoForm } from '../schemas/binary.js';
import { refusals, stepsOf } from '../schemas/common.js';
import { PreviewBody, VIEWABLE } from '../schemas/previews.js';
import { oneUpload } from '../uploads/upload.js';
import { editOf, isJson, OF_PREVIEWS, requireRoom } from './asked.js';
import { photoFor } from './photos.js';

const Query = Type.Object(
  {
    pipeline: Type.Optional(Type.String({ maxLength: 100 })),
    size: Type.Optional(Type.Integer({ minimum: 64, maximum: 2048 })),
    name: Type.Optional(Type.String({ maxLength: 1000 })),
    overlay: Type.Optional(Type.Union([Type.Literal('trust'), Type.Literal('clipping')])),
  },
  { additionalProperties: true },
);

const USUAL_SIZE = 800;

/** Small edits, to look at. */
export const previewRoutes = (app: App, context: ServerContext): void => {
  app.post(
    '/v1/previews',
    {
      schema: {
        operationId: 'createPreview',
        summary: 'A small edit of a photo that was uploaded, or that is the body',
        tags: ['previews'],
        querystring: Query,
        body: { content: { 'application/json': { schema: PreviewBody }, ...photoBody, ...photoForm } },
        response: { 200: bytesOf('The small picture', ...VIEWABLE), ...refusals },
      },
    },
    async (request, reply) => {
      const caller = callerFor(request, 'edit');
      requireRoom(context);
      const signal = untilGone(reply);
      if (isJson(request)) {
        // The schema of this content type has let it in.
        const { photo: id, edits, size = USUAL_SIZE, overlay } = request.body as Static<typeof PreviewBody>;
        const photo = photoFor(context, caller, id);
        const made = await run(
          context.editor.preview({
            edits: stepsOf(edits),
            photo: context.photos.fileOf(photo.id),
            name: photo.name,
            proxies: context.photos.proxiesOf(photo.id),
            size,
            ...definedOnly({ overlay }),
            signal,
          }),
        );
        sayInHeaders(reply, made);
        return reply.type(made.type).header('cache-control', 'no-store').send(Buffer.from(made.image));
      }
      const { size = USUAL_SIZE, overlay, name } = request.query;
      const edits = request.query.pipeline === undefined ? [] : [editOf(context, request.query, OF_PREVIEWS)];
      const { file, name: called } = orThrow(await oneUpload(request, context, name));
      try {
        const made = await run(
          context.editor.preview({
            edits,
            photo: file,
            name: called,
            size,
            ...definedOnly({ overlay }),
            signal,
          }),
        );
        sayInHeaders(reply, made);
        return reply.type(made.type).header('cache-control', 'no-store').send(Buffer.from(made.image));
      } finally {
        await rm(file, { force: true });
      }
    },
  );
};
