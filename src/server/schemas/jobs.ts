import { type Static, Type } from 'typebox';
import { ITEM_STATES } from '../jobs/item.js';
import { Edits, Id, Told } from './common.js';

/** What requests and answers about jobs look like: checked, typed, and told in /openapi.json by these. */

export const WebhookTarget = Type.Object(
  {
    url: Type.String({
      maxLength: 2048,
      description: 'Where a signed message goes when the job has ended (Standard Webhooks).',
    }),
  },
  { additionalProperties: false },
);

export const JobRequest = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 200 })),
    edits: Edits,
    photos: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { description: 'Ids of uploaded photos.' }),
    ),
    paths: Type.Optional(
      Type.Array(Type.String({ maxLength: 4096 }), {
        description: 'Photos, or folders of them, below a folder that the operator allowed with --root.',
      }),
    ),
    urls: Type.Optional(
      Type.Array(Type.String({ maxLength: 2048 }), {
        description: 'Public https URLs, where the operator allowed them with --allow-urls.',
      }),
    ),
    webhook: Type.Optional(WebhookTarget),
  },
  {
    additionalProperties: false,
    examples: [
      { name: 'Tuesday', edits: [{ pipeline: 'dehaze', parameters: { strength: 0.7 } }], photos: ['PHOTO'] },
    ],
  },
);
export type JobRequest = Static<typeof JobRequest>;

const Time = Type.String({ format: 'date-time' });
const Count = Type.Integer({ minimum: 0 });

const ItemStateName = Type.Enum(ITEM_STATES);

export const JobAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.Enum(['waiting', 'working', 'done', 'cancelled']),
  edits: Type.Array(
    Type.Object({ pipeline: Type.String(), parameters: Type.Record(Type.String(), Type.Unknown()) }),
  ),
  counts: Type.Object({
    total: Count,
    waiting: Count,
    working: Count,
    done: Count,
    failed: Count,
    cancelled: Count,
  }),
  bytes: Type.Integer({ minimum: 0, description: 'Of all its results.' }),
  created: Time,
  started: Type.Optional(Time),
  ended: Type.Optional(Time),
  expires: Type.Optional(
    Type.String({ format: 'date-time', description: 'When it and its results are deleted.' }),
  ),
  secondsLeft: Type.Optional(
    Type.Number({ description: 'By the pace of its last photos; absent while there are too few.' }),
  ),
  webhook: Type.Optional(
    Type.Object({
      url: Type.String(),
      deliveries: Type.Array(
        Type.Object({
          id: Type.String({ description: 'The `webhook-id` of its message.' }),
          state: Type.Enum(['due', 'delivered', 'given-up']),
          tries: Count,
          next: Type.Optional(Time),
          last: Type.Array(
            Type.Object({
              at: Time,
              milliseconds: Type.Number(),
              status: Type.Optional(Type.Integer()),
              problem: Type.Optional(Type.String()),
            }),
          ),
        }),
      ),
    }),
  ),
});

export const ItemAnswer = Type.Object({
  number: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  state: ItemStateName,
  attempts: Count,
  photo: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  url: Type.Optional(Type.String()),
  milliseconds: Type.Optional(Type.Number()),
  result: Type.Optional(
    Type.Object({
      bytes: Count,
      type: Type.String(),
      digest: Type.String({ description: 'SHA-256, in hexadecimal.' }),
      width: Count,
      height: Count,
      receipt: Type.String(),
      warnings: Type.Array(Told),
    }),
  ),
  problem: Type.Optional(Type.Array(Told)),
});

export const JobParams = Type.Object({ id: Id });
export const ItemParams = Type.Object({
  id: Id,
  number: Type.Integer({ minimum: 1 }),
});

const limit = (most: number, usual: number) => Type.Integer({ minimum: 1, maximum: most, default: usual });

export const JobsQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 64, description: '`next` of the answer before.' })),
    limit: Type.Optional(limit(200, 50)),
  },
  { additionalProperties: false },
);
export const ItemsQuery = Type.Object(
  {
    state: Type.Optional(ItemStateName),
    cursor: Type.Optional(Type.Integer({ minimum: 0, description: '`next` of the answer before.' })),
    limit: Type.Optional(limit(1000, 100)),
  },
  { additionalProperties: false },
);

export const JobsAnswer = Type.Object({ jobs: Type.Array(JobAnswer), next: Type.Optional(Type.String()) });
export const ItemsAnswer = Type.Object({
  items: Type.Array(ItemAnswer),
  next: Type.Optional(Type.Integer()),
});

export const JobHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'The same key and request give the same job again; another request with it is refused with 409.',
    }),
  ),
});
export const EventHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ maxLength: 20, description: 'What was changed since is told.' }),
  ),
});
