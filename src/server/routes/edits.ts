import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import type { EditResult, EditStep } from '../../execution/editing/editor.js';
import { definedOnly } from '../../ports/defined.js';
import type { ImageFormat } from '../../ports/index.js';
import type { Caller } from '../access/authorise.js';
import { sayInHeaders } from '../answers.js';
import { type App, callerFor, orThrow, run, untilGone } from '../app.js';
import type { ServerContext } from '../context.js';
import { newId } from '../photos/shelf.js';
import { photoAnswer, photoBody, photoForm } from '../schemas/binary.js';
import { Id, refusals, stepsOf } from '../schemas/common.js';
import { EditBody, FORMATS } from '../schemas/edits.js';
import { attachment, named } from '../uploads/names.js';
import { oneUpload } from '../uploads/upload.js';
import { editOf, isJson, OF_EDITS, requireRoom } from './asked.js';
import { photoFor } from './photos.js';

const Query = Type.Object(
  {
    pipeline: Type.Optional(Type.String({ maxLength: 100 })),
    name: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: true },
);

/** The format that `Accept` asks for; undefined where the edit's own will do. Throws `serve/media-type`. */
export const formatOf = (accept: string | undefined): ImageFormat | undefined => {
  const wanted = (accept ?? '*/*')
    .slice(0, 1000)
    .split(',')
    .map((each, place) => {
      const [type = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((part) => part.startsWith('q='))?.slice(2);
      return { type, quality: quality === undefined ? 1 : Number(quality), place };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.place - b.place);
  for (const { type } of wanted) {
    if (type === '*/*' || type === 'image/*') return undefined;
    if (Object.hasOwn(FORMATS, type)) return FORMATS[type as keyof typeof FORMATS];
  }
  throw new DiagnosticError([
    failure(
      'serve/media-type',
      `Photos are given as ${Object.keys(FORMATS).join(', ')}, none of which is accepted.`,
    ),
  ]);
};

/** Photos edited at their full size, and how that was done. */
export const editRoutes = (app: App, context: ServerContext): void => {
  app.post(
    '/v1/edits',
    {
      schema: {
        operationId: 'createEdit',
        summary: 'A photo edited: what `pipe run` makes of it, byte for byte',
        description:
          'Further parameters of the address are those of the pipeline. `Accept` chooses the format; else it is what the pipeline says.',
        tags: ['edits'],
        querystring: Query,
        body: { content: { 'application/json': { schema: EditBody }, ...photoBody, ...photoForm } },
        response: { 200: photoAnswer('The photo, edited'), ...refusals },
      },
    },
    async (request, reply) => {
      const caller = callerFor(request, 'edit');
      requireRoom(context);
      const format = formatOf(request.headers.accept);
      const asked = isJson(request) ? ofBody(context, request, caller) : await ofUpload(context, request);
      return answer(context, reply, caller, { ...asked, format });
    },
  );
  app.get(
    '/v1/receipts/:id',
    {
      schema: {
        operationId: 'getReceipt',
        summary: 'How a result was made',
        tags: ['edits'],
        params: Type.Object({ id: Id }),
        response: {
          200: {
            description: 'The receipt',
            content: {
              'application/json': {
                schema: Type.Unsafe<unknown>({ type: 'object', additionalProperties: true }),
              },
            },
          },
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const caller = callerFor(request, 'edit');
      const kept = context.store.get('receipts', request.params.id);
      if (kept === undefined || (kept.owner !== caller.id && !caller.scopes.includes('admin')))
        throw new DiagnosticError([failure('serve/not-found', `There is no receipt ${request.params.id}.`)]);
      return reply.type('application/json').send(JSON.stringify(kept.receipt));
    },
  );
};

/** What is to be edited, and how. */
interface AskedEdit {
  readonly edits: readonly EditStep[];
  readonly photo: string;
  readonly name: string;
  /** Whether the photo's file is of no use afterwards. */
  readonly isPassing: boolean;
  readonly format?: ImageFormat | undefined;
}

const ofBody = (context: ServerContext, request: FastifyRequest, caller: Caller): AskedEdit => {
  // The schema of this content type has let it in.
  const { photo: id, edits } = request.body as Static<typeof EditBody>;
  const photo = photoFor(context, caller, id);
  return {
    edits: stepsOf(edits),
    photo: context.photos.fileOf(photo.id),
    name: photo.name,
    isPassing: false,
  };
};

const ofUpload = async (context: ServerContext, request: FastifyRequest): Promise<AskedEdit> => {
  const query = request.query as Readonly<Record<string, unknown>>;
  const edits = [editOf(context, query, OF_EDITS)];
  // Parameters that are wrong are refused before the photo is read.
  await run(context.editor.check(edits));
  const given = typeof query.name === 'string' ? query.name : undefined;
  const { file, name } = orThrow(await oneUpload(request, context, given));
  return { edits, photo: file, name, isPassing: true };
};

const answer = async (
  context: ServerContext,
  reply: FastifyReply,
  { id: owner }: Caller,
  { edits, photo, name, isPassing, format }: AskedEdit,
): Promise<FastifyReply> => {
  const { file: to } = context.photos.incoming();
  const forget = async (): Promise<void> => {
    await rm(to, { force: true });
    if (isPassing) await rm(photo, { force: true });
  };
  try {
    const [first, ...others] = edits as [EditStep, ...EditStep[]];
    const made = await run(
      context.editor.edit({
        edits: [first, ...others],
        photo,
        name,
        to,
        priority: 'edit',
        ...definedOnly({ format }),
        signal: untilGone(reply),
      }),
    );
    const receipt = await keepReceipt(context, owner, made);
    sayInHeaders(reply, made);
    reply
      .header('prismflow-receipt', receipt)
      .header('content-disposition', attachment(named(name, made.extension)))
      .header('content-length', made.bytes)
      .type(made.type);
    // Sent while it is read; on Unix it can be removed before its last byte has gone, and it is when it is closed.
    const body = createReadStream(to);
    body.once('close', () => void forget());
    return reply.send(body);
  } catch (thrown) {
    await forget();
    throw thrown;
  }
};

const keepReceipt = async (
  { store, now, keep }: ServerContext,
  owner: string,
  { receipt, digest, bytes }: EditResult,
): Promise<string> => {
  const id = newId();
  const whole = typeof receipt === 'object' && receipt !== null && !Array.isArray(receipt) ? receipt : {};
  await store.change((draft) => {
    draft.put('receipts', [id], { owner, receipt: { ...whole, outputDigest: digest, outputSize: bytes } });
    draft.put('expiries', [now() + keep, 'receipt', id], true);
  }).kept;
  return id;
};
