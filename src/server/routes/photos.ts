import { createReadStream } from 'node:fs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import { Type } from 'typebox';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { type Caller, owns } from '../access/authorise.js';
import { type App, callerFor, hideFrom, run, untilGone } from '../app.js';
import type { ServerContext } from '../context.js';
import { problemOf } from '../problems/problem.js';
import { bytesOf, photoBody, photosForm } from '../schemas/binary.js';
import { Id, refusals } from '../schemas/common.js';
import {
  type PhotoBody,
  Photo as PhotoSchema,
  type ReceivedBody,
  ReceivedPhotos,
} from '../schemas/photos.js';
import { VIEWABLE, ViewQuery } from '../schemas/previews.js';
import type { Photo } from '../store/tables.js';
import { attachment } from '../uploads/names.js';
import { type Uploaded, uploadsOf } from '../uploads/upload.js';

/** The photo of an id that somebody may see. Throws `serve/not-found`: others' photos are not told from none. */
export const photoFor = ({ photos }: Pick<ServerContext, 'photos'>, caller: Caller, id: string): Photo => {
  const photo = photos.get(id);
  if (photo === undefined || !owns(caller, photo.owner))
    throw new DiagnosticError([failure('serve/not-found', `There is no photo ${id}.`)]);
  return photo;
};

/** A photo as answers have it. */
export const shownPhoto = ({
  id,
  name,
  bytes,
  type,
  width,
  height,
  digest,
  facts,
  expires,
}: Photo): PhotoBody => ({
  id,
  name,
  bytes,
  type,
  width,
  height,
  digest,
  // It was made by `factsOf`, and is what the schema says.
  facts: facts as unknown as PhotoBody['facts'],
  expires: new Date(expires).toISOString(),
});

/** Looks at a file that came, and keeps it if it is a photo. */
export const keepUpload = async (
  { editor, photos, keep, now }: ServerContext,
  uploaded: Uploaded,
  owner: string,
  signal: AbortSignal,
): Promise<E.Either<Diagnostics, Photo>> => {
  const { id, file, name, bytes } = uploaded;
  const proxies = await photos.makeProxies(id);
  const facts = await editor.inspect(file, { name, proxies, signal })();
  if (E.isLeft(facts)) {
    await photos.drop(uploaded);
    return facts;
  }
  const created = now();
  const about = { owner, name, bytes, facts: facts.right, created, expires: created + keep };
  return E.right(await photos.keep(uploaded, about));
};

const Params = Type.Object({ id: Id });

/** Photos that are uploaded, looked at, and deleted. */
export const photoRoutes = (app: App, context: ServerContext): void => {
  app.post(
    '/v1/photos',
    {
      schema: {
        operationId: 'uploadPhotos',
        summary: 'Upload photos: one as the body, or several as files of a form',
        tags: ['photos'],
        body: { content: { ...photoBody, ...photosForm } },
        querystring: Type.Object({ name: Type.Optional(Type.String({ maxLength: 1000 })) }),
        response: { 201: ReceivedPhotos, ...refusals },
      },
    },
    async (request, reply) => {
      const received = await receiveAll(context, request, reply, request.query.name);
      reply.code(201);
      return { photos: received };
    },
  );
  app.get(
    '/v1/photos/:id',
    {
      schema: {
        operationId: 'getPhoto',
        summary: 'What a photo is',
        tags: ['photos'],
        params: Params,
        response: { 200: PhotoSchema, ...refusals },
      },
    },
    async (request) => shownPhoto(photoFor(context, callerFor(request, 'edit'), request.params.id)),
  );
  app.delete(
    '/v1/photos/:id',
    {
      schema: {
        operationId: 'deletePhoto',
        summary: 'Delete a photo',
        tags: ['photos'],
        params: Params,
        response: { 204: Type.Null(), ...refusals },
      },
    },
    async (request, reply) => {
      await context.photos.remove(photoFor(context, callerFor(request, 'edit'), request.params.id).id);
      reply.code(204);
      return null;
    },
  );
  app.get(
    '/v1/photos/:id/file',
    {
      schema: {
        operationId: 'getPhotoFile',
        summary: 'The photo as it was uploaded',
        tags: ['photos'],
        params: Params,
        response: { 200: bytesOf('The file', 'image/*', 'application/octet-stream'), ...refusals },
      },
    },
    async (request, reply) => {
      const photo = photoFor(context, callerFor(request, 'edit'), request.params.id);
      reply.header('content-disposition', attachment(photo.name)).header('content-length', photo.bytes);
      return reply.type(photo.type).send(createReadStream(context.photos.fileOf(photo.id)));
    },
  );
  viewRoute(app, context);
};

const viewRoute = (app: App, context: ServerContext): void => {
  app.get(
    '/v1/photos/:id/view',
    {
      schema: {
        operationId: 'getPhotoView',
        summary: 'The photo as a browser shows it: upright, sRGB, small',
        tags: ['photos'],
        params: Params,
        querystring: ViewQuery,
        response: { 200: bytesOf('The small picture', ...VIEWABLE), ...refusals },
      },
    },
    async (request, reply) => {
      const photo = photoFor(context, callerFor(request, 'edit'), request.params.id);
      const { size = 1600 } = request.query;
      // What a photo looks like never changes.
      const tag = `"${photo.digest.slice(0, 32)}-${size}"`;
      reply.header('etag', tag).header('cache-control', 'private, max-age=86400, immutable');
      if (request.headers['if-none-match'] === tag) return reply.code(304).send();
      const made = await run(
        context.editor.preview({
          edits: [],
          photo: context.photos.fileOf(photo.id),
          name: photo.name,
          size,
          proxies: context.photos.proxiesOf(photo.id),
          signal: untilGone(reply),
        }),
      );
      return reply.type(made.type).send(Buffer.from(made.image));
    },
  );
};

const receiveAll = async (
  context: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string | undefined,
): Promise<ReceivedBody[]> => {
  const { id: owner } = callerFor(request, 'edit');
  const signal = untilGone(reply);
  const received: ReceivedBody[] = [];
  let firstProblem: Diagnostics | undefined;
  try {
    for await (const { name: called, upload } of uploadsOf(request, context, name)) {
      const kept = E.isLeft(upload) ? upload : await keepUpload(context, upload.right, owner, signal);
      if (E.isRight(kept)) received.push(shownPhoto(kept.right));
      else {
        firstProblem ??= kept.left;
        const problem = problemOf(kept.left, hideFrom(request));
        received.push({ name: called, problem: { ...problem, diagnostics: [...problem.diagnostics] } });
      }
    }
  } catch (thrown) {
    // Nobody learns the ids of what came before the form was refused.
    for (const each of received) if ('id' in each) await context.photos.remove(each.id);
    throw thrown;
  }
  // One photo that is refused is a refusal; of several each has its own.
  if (received.length <= 1 && (firstProblem !== undefined || received.length === 0))
    throw new DiagnosticError(firstProblem ?? [failure('serve/no-photo', 'The request has no photo.')]);
  return received;
};
