import { type Static, type TSchema, Type } from 'typebox';
import Compile from 'typebox/compile';
import type { Json } from '../../ports/index.js';
import { ITEM_STATES } from '../jobs/item.js';
import { Told as ToldSchema } from '../schemas/common.js';
import { Facts } from '../schemas/photos.js';
import { SCOPES } from '../tokens/scopes.js';
import type { KeyOf, TableName, ValueOf } from './tables.js';

/** What every record of the store must look like: bytes on a disk may be anybody's, or nobody's. */

/** Tells whether a value is one. */
interface Codec<A> {
  readonly Check: (value: unknown) => value is A;
}

interface TableCodec<T extends TableName> {
  readonly key: Codec<KeyOf<T>>;
  readonly value: Codec<ValueOf<T>>;
  /** What else must hold: a record says itself what it is called. */
  readonly fits?: (key: KeyOf<T>, value: ValueOf<T>) => boolean;
}

const codec = <const S extends TSchema>(schema: S): Codec<Static<S>> => {
  const compiled = Compile(schema);
  return { Check: (value): value is Static<S> => compiled.Check(value) };
};

/** Milliseconds since 1970, as far as dates go. */
const Time = Type.Number({ minimum: 0, maximum: 8.64e15 });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const True = Type.Literal(true);
const Text = Type.String();
/** Ids that become names of files. */
const JobId = Type.String({ pattern: '^[0-9a-z]{29}$' });
const PhotoId = Type.String({ pattern: '^[0-9a-z]{26}$' });
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** A MIME type, which becomes a header. */
const Mime = Type.String({ pattern: '^[a-z]+/[a-z0-9.+-]+$' });
const Secret = Type.String({ pattern: '^whsec_[A-Za-z0-9+/]{32,128}={0,2}$' });
const Url = Type.String({ maxLength: 4096 });
const Target = Type.Object({ url: Url });
const Number_ = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** At least one, which the type of an array does not say. */
const some = <S extends TSchema>(schema: S) =>
  Type.Unsafe<[Static<S>, ...Static<S>[]]>(Type.Array(schema, { minItems: 1 }));

/** Any JSON. */
const Any = Type.Unsafe<Json>({});

const Edit = Type.Object({
  pipeline: Text,
  parameters: Type.Unsafe<Record<string, Json>>(Type.Record(Text, Type.Unknown())),
});

const Counts = Type.Object({
  waiting: Count,
  working: Count,
  done: Count,
  failed: Count,
  cancelled: Count,
});

const Job = Type.Object({
  id: JobId,
  name: Text,
  owner: Text,
  edits: some(Edit),
  created: Time,
  started: Type.Optional(Time),
  ended: Type.Optional(Time),
  expires: Type.Optional(Time),
  counts: Counts,
  revision: Count,
  isCancelled: Type.Boolean(),
  bytes: Count,
  webhook: Type.Optional(Target),
  idempotency: Type.Optional(Text),
});

const item = {
  number: Number_,
  name: Text,
  source: Type.Union([
    Type.Object({ kind: Type.Literal('photo'), id: PhotoId }),
    Type.Object({ kind: Type.Literal('path'), path: Text, shown: Type.Optional(Text) }),
    Type.Object({ kind: Type.Literal('url'), url: Url }),
    Type.Object({ kind: Type.Literal('lost') }),
  ]),
  revision: Count,
  attempts: Count,
  interrupted: Count,
};

const Result = Type.Object({
  type: Mime,
  extension: Text,
  bytes: Count,
  digest: Text,
  width: Count,
  height: Count,
  receipt: Text,
  warnings: Type.Array(ToldSchema),
  milliseconds: Type.Number(),
});

const Item = Type.Union([
  Type.Object({ ...item, state: Type.Literal('waiting') }),
  Type.Object({ ...item, state: Type.Literal('working'), since: Time }),
  Type.Object({ ...item, state: Type.Literal('done'), ended: Time, result: Result }),
  Type.Object({ ...item, state: Type.Literal('failed'), ended: Time, problem: some(ToldSchema) }),
  Type.Object({ ...item, state: Type.Literal('cancelled'), ended: Time }),
]);

const delivery = {
  id: Text,
  job: JobId,
  owner: Text,
  url: Url,
  payload: Text,
  created: Time,
  tries: Count,
  last: Type.Array(
    Type.Object({
      at: Time,
      milliseconds: Type.Number(),
      status: Type.Optional(Type.Integer()),
      problem: Type.Optional(Text),
    }),
  ),
};

const Delivery = Type.Union([
  Type.Object({ ...delivery, state: Type.Literal('due'), at: Time }),
  Type.Object({ ...delivery, state: Type.Literal('delivered') }),
  Type.Object({ ...delivery, state: Type.Literal('given-up') }),
]);

const Token = Type.Object({
  id: Text,
  name: Text,
  scopes: Type.Array(Type.Enum(SCOPES)),
  digest: Digest,
  webhookSecret: Secret,
  created: Time,
  expires: Type.Optional(Time),
  revoked: Type.Optional(Time),
  used: Type.Optional(Time),
});

const Photo = Type.Object({
  id: PhotoId,
  owner: Text,
  name: Text,
  bytes: Count,
  type: Mime,
  width: Count,
  height: Count,
  digest: Text,
  facts: Type.Unsafe<Json>(Facts),
  created: Time,
  expires: Time,
  uses: Count,
  isHidden: Type.Boolean(),
});

/** What the entries of `meta` are; others are left alone. */
const metas: Readonly<Record<string, Codec<Json>>> = {
  version: codec(Count),
  bytes: codec(Count),
  'webhook secret': codec(Secret),
};

/** Total over the tables: the compiler holds each to what its table says. */
const codecs: { readonly [T in TableName]: TableCodec<T> } = {
  meta: {
    key: codec(Type.Tuple([Text])),
    value: codec(Any),
    fits: ([name], value) => metas[name]?.Check(value) ?? true,
  },
  jobs: { key: codec(Type.Tuple([JobId])), value: codec(Job), fits: ([id], job) => job.id === id },
  items: {
    key: codec(Type.Tuple([JobId, Number_])),
    value: codec(Item),
    fits: ([, number], { number: own }) => own === number,
  },
  waiting: { key: codec(Type.Tuple([JobId, Count, Number_])), value: codec(True) },
  working: { key: codec(Type.Tuple([JobId, Number_])), value: codec(True) },
  changes: { key: codec(Type.Tuple([JobId, Count])), value: codec(Number_) },
  states: { key: codec(Type.Tuple([JobId, Type.Enum(ITEM_STATES), Number_])), value: codec(True) },
  keys: {
    key: codec(Type.Tuple([Text, Text])),
    value: codec(Type.Object({ body: Text, job: JobId })),
  },
  deliveries: {
    key: codec(Type.Tuple([JobId, Text])),
    value: codec(Delivery),
    fits: ([job, id], value) => value.job === job && value.id === id,
  },
  due: { key: codec(Type.Tuple([Time, JobId, Text])), value: codec(True) },
  tokens: {
    key: codec(Type.Tuple([Text])),
    value: codec(Token),
    fits: ([id], token) => token.id === id,
  },
  photos: {
    key: codec(Type.Tuple([PhotoId])),
    value: codec(Photo),
    fits: ([id], photo) => photo.id === id,
  },
  receipts: {
    key: codec(Type.Tuple([Text])),
    value: codec(Type.Object({ owner: Text, receipt: Any })),
  },
  expiries: {
    key: codec(Type.Tuple([Time, Type.Enum(['job', 'photo', 'receipt'] as const), Text])),
    value: codec(True),
  },
  aside: {
    key: codec(Type.Tuple([Time, Count])),
    value: codec(Type.Object({ key: Text, value: Text })),
  },
};

/** True for the name of a table. */
export const isTable = (name: unknown): name is TableName =>
  typeof name === 'string' && Object.hasOwn(codecs, name);

const fitsIn = <T extends TableName>(table: T, key: readonly unknown[], value: unknown): boolean => {
  const { key: ofKeys, value: ofValues, fits }: TableCodec<T> = codecs[table];
  return ofKeys.Check(key) && ofValues.Check(value) && (fits?.(key, value) ?? true);
};

/** Whether a key and a value are a record of one of the tables. */
export const isRecord = ([table, ...key]: readonly unknown[], value: unknown): boolean =>
  isTable(table) && fitsIn(table, key, value);

/** Whether a key is one of its table, whatever stands under it. */
export const isKey = ([table, ...key]: readonly unknown[]): boolean =>
  isTable(table) && codecs[table].key.Check(key);
