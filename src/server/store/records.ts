import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import * as lmdb from 'lmdb';
import { parseJson } from '../../ports/json.js';
import { isRecord } from './codecs.js';
import type { FullKey } from './overlay.js';

/** A database of bytes, which are looked at here and nowhere else. */
export type Bytes = lmdb.RootDatabase<Buffer, Buffer>;

/** A record as its bytes have it; undefined where they are none. */
export interface StoredRecord {
  readonly key: FullKey;
  readonly value: unknown;
}

// The library's declarations leave out these two, by which it orders its own keys.
const { keyValueToBuffer, bufferToKeyValue } = lmdb as unknown as {
  readonly keyValueToBuffer: (key: (string | number)[]) => Buffer;
  readonly bufferToKeyValue: (bytes: Buffer) => unknown;
};

export const keyBytes = (key: FullKey): Buffer => keyValueToBuffer([...key]);

export const valueBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** The key that bytes are; undefined where they are none. */
export const keyIn = (bytes: Buffer): FullKey | undefined => {
  try {
    const key = bufferToKeyValue(bytes);
    return Array.isArray(key) && key.every(isPart) ? key : undefined;
  } catch {
    return undefined;
  }
};

const isPart = (part: unknown): part is string | number =>
  typeof part === 'string' || (typeof part === 'number' && Number.isFinite(part));

/** The JSON that bytes are; undefined where they are none. */
export const jsonIn = (bytes: Buffer): unknown =>
  E.getOrElse<string, unknown>(() => undefined)(parseJson(bytes.toString()));

/** The record that bytes are; undefined where they are none of any table. */
export const recordIn = (key: FullKey | undefined, value: Buffer): StoredRecord | undefined => {
  if (key === undefined) return undefined;
  const json = jsonIn(value);
  return isRecord(key, json) ? { key, value: json } : undefined;
};

/** How an LMDB file begins: a page's header, then the magic number and the version of the format, which is that of the machine. */
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;
const LEAST_BYTES = 2 * 4096;

/** Why a file is no database; the library would end the process over it. Undefined where it may be one, or is not there yet. */
export const notADatabase = (file: string): string | undefined => {
  const descriptor = (() => {
    try {
      return openSync(file, 'r');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw thrown;
    }
  })();
  if (descriptor === undefined) return undefined;
  try {
    const head = Buffer.alloc(MAGIC_AT + 4);
    const { size } = fstatSync(descriptor);
    if (size === 0) return undefined;
    readSync(descriptor, head, 0, head.length, 0);
    const magic = [head.readUInt32LE(MAGIC_AT), head.readUInt32BE(MAGIC_AT)];
    return size >= LEAST_BYTES && magic.includes(MAGIC) ? undefined : 'its file is damaged';
  } finally {
    closeSync(descriptor);
  }
};
