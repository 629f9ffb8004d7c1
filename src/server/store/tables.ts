import type { Json } from '../../ports/index.js';
import type { Item } from '../jobs/item.js';
import type { Job } from '../jobs/job.js';
import type { Token } from '../tokens/token.js';
import type { Delivery } from '../webhooks/delivery.js';

/** A photo that was uploaded. Its file is named by its id. */
export interface Photo {
  readonly id: string;
  readonly owner: string;
  /** What the client called it; never a path. */
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  /** What was found out about it. */
  readonly facts: Json;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly expires: number;
  /** Items of jobs that are made of it: it stays until they are gone. */
  readonly uses: number;
  /** True when it was deleted or has expired while jobs still need it. */
  readonly isHidden: boolean;
}

/** What a receipt is kept with. */
export interface KeptReceipt {
  readonly owner: string;
  readonly receipt: Json;
}

/** The first answer to an idempotency key. */
export interface KeyUse {
  /** Digest of the request. */
  readonly body: string;
  readonly job: string;
}

/** Bytes of a record that is none, in base64: kept to be looked at, and never read as one. */
export interface SetAside {
  readonly key: string;
  readonly value: string;
}

/** What is due at some time: the names of what expires, by kind. */
export type ExpiryKind = 'job' | 'photo' | 'receipt';

/** The store's tables: the parts of their keys, and what they hold. */
export interface Tables {
  readonly meta: { readonly key: readonly [name: string]; readonly value: Json };
  readonly jobs: { readonly key: readonly [id: string]; readonly value: Job };
  readonly items: { readonly key: readonly [job: string, number: number]; readonly value: Item };
  /** Items that wait, those first at which the server ended least often. */
  readonly waiting: {
    readonly key: readonly [job: string, interrupted: number, number: number];
    readonly value: true;
  };
  readonly working: { readonly key: readonly [job: string, number: number]; readonly value: true };
  /** Each item that was ever changed, by the job's revision at its last change. */
  readonly changes: { readonly key: readonly [job: string, revision: number]; readonly value: number };
  /** Items by state, for lists of one state. */
  readonly states: {
    readonly key: readonly [job: string, state: string, number: number];
    readonly value: true;
  };
  readonly keys: { readonly key: readonly [owner: string, digest: string]; readonly value: KeyUse };
  readonly deliveries: { readonly key: readonly [job: string, id: string]; readonly value: Delivery };
  readonly due: { readonly key: readonly [at: number, job: string, id: string]; readonly value: true };
  readonly tokens: { readonly key: readonly [id: string]; readonly value: Token };
  readonly photos: { readonly key: readonly [id: string]; readonly value: Photo };
  readonly receipts: { readonly key: readonly [id: string]; readonly value: KeptReceipt };
  readonly expiries: {
    readonly key: readonly [at: number, kind: ExpiryKind, id: string];
    readonly value: true;
  };
  readonly aside: { readonly key: readonly [at: number, number: number]; readonly value: SetAside };
}

export type TableName = keyof Tables;
export type KeyOf<T extends TableName> = Tables[T]['key'];
export type ValueOf<T extends TableName> = Tables[T]['value'];

export interface Entry<T extends TableName> {
  readonly key: KeyOf<T>;
  readonly value: ValueOf<T>;
}

/** The beginning of a key. */
export type KeyStart = readonly (string | number)[];

/** A stretch of a table. */
export interface Range {
  /** Keys that begin with this. Default: all of the table. */
  readonly within?: KeyStart;
  /** Only keys after this one, in the direction of the reading. */
  readonly after?: KeyStart;
  readonly isReversed?: boolean;
  readonly limit?: number;
}

/** Looking at the store. */
export interface Reading {
  readonly get: <T extends TableName>(table: T, ...key: KeyOf<T>) => ValueOf<T> | undefined;
  readonly range: <T extends TableName>(table: T, range?: Range) => Iterable<Entry<T>>;
}

/** A change of the store while it is put together: what it wrote is seen by what it reads. */
export interface Draft extends Reading {
  readonly put: <T extends TableName>(table: T, key: KeyOf<T>, value: ValueOf<T>) => void;
  readonly remove: <T extends TableName>(table: T, ...key: KeyOf<T>) => void;
}
