import type { Readable } from 'node:stream';
import type {} from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { megabytes } from '../../diagnostics/quantities.js';
import type { ServerContext } from '../context.js';
import type { Incoming } from '../photos/shelf.js';
import { partsOf } from './form.js';
import { safeName } from './names.js';
import { receive, tooLarge, type UploadLimits } from './receive.js';

/** A file that came. */
export interface Uploaded extends Incoming {
  readonly name: string;
  readonly bytes: number;
}

type Place = Pick<ServerContext, 'photos' | 'limits' | 'room'>;

/** What a request uploads: the photos of a form one after the other, or its body. A photo that is refused says why. */
export async function* uploadsOf(
  request: FastifyRequest,
  { photos, limits, room }: Place,
  name = 'photo',
): AsyncGenerator<{ readonly name: string; readonly upload: E.Either<Diagnostics, Uploaded> }> {
  const take = async (body: Readable, called: string, bounds: UploadLimits = limits) => {
    const incoming = photos.incoming();
    const received = await receive(body, incoming.file, bounds, room);
    return {
      name: called,
      upload: E.Monad.map(received, (bytes): Uploaded => ({ ...incoming, name: called, bytes })),
    };
  };
  if (!request.isMultipart()) {
    const length = Number(request.headers['content-length'] ?? 0);
    const called = safeName(name);
    yield length > limits.bytes
      ? { name: called, upload: E.left(tooLarge(limits.bytes)) }
      : await take(request.raw, called);
    return;
  }
  let left = limits.requestBytes;
  const parts = request.files({
    limits: {
      files: limits.files,
      fileSize: limits.bytes + 1,
      fields: 20,
      parts: limits.files + 20,
      fieldSize: 65_536,
      headerPairs: 50,
    },
    throwFileSizeLimit: false,
  });
  for await (const { file, filename } of partsOf(parts)) {
    const called = safeName(filename ?? '');
    const one = await take(file, called, { ...limits, bytes: Math.min(limits.bytes, left) });
    // What is left of a file that was refused is passed over, so that the next one can be read.
    file.resume();
    left -= E.isRight(one.upload) ? one.upload.right.bytes : limits.bytes;
    yield left < 0 ? { name: called, upload: E.left(tooMuch(limits.requestBytes)) } : one;
    if (left < 0) return;
  }
}

/** The one photo that a request edits. Errors: `serve/no-photo`, and those of uploading. */
export const oneUpload = async (
  request: FastifyRequest,
  place: Place,
  name?: string,
): Promise<E.Either<Diagnostics, Uploaded>> => {
  let first: E.Either<Diagnostics, Uploaded> | undefined;
  try {
    for await (const { upload } of uploadsOf(request, place, name)) {
      if (first === undefined) first = upload;
      else if (E.isRight(upload)) await place.photos.drop(upload.right);
    }
  } catch (thrown) {
    // Of a form that is refused nothing is left.
    if (first !== undefined && E.isRight(first)) await place.photos.drop(first.right);
    throw thrown;
  }
  if (first === undefined) return E.left(noPhoto);
  if (E.isRight(first) && first.right.bytes === 0) {
    await place.photos.drop(first.right);
    return E.left(noPhoto);
  }
  return first;
};

const noPhoto: Diagnostics = [failure('serve/no-photo', 'The request has no photo.')];

const tooMuch = (most: number): Diagnostics => [
  failure('serve/too-large', `All photos of one request may have ${megabytes(most)} together.`),
];
