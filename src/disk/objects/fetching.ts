import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { printable } from '../../diagnostics/printable.js';
import type { Digest } from '../digest.js';
import { onDisk } from '../names.js';
import { tooLarge } from '../read.js';
import { type ObjectPlace, objectUrl } from './address.js';
import { answerOf, objectFailure, openedClient, SILENCE_MS } from './client.js';
import type { ObjectLook } from './listing.js';

/** An object's content as it was read: all of one version of it. */
export interface Fetched {
  readonly look: ObjectLook;
  readonly digest: Digest;
}

/** Takes the bytes of an object as they come. */
type Take = (bytes: Uint8Array) => Promise<void>;

/** How an object is read. */
export interface FetchOptions {
  /** Bytes that it may have. */
  readonly most: number;
  /** The version that is wanted, by its ETag; another one is `changed`. Default: whichever there is. */
  readonly tag?: string;
  readonly signal?: AbortSignal;
}

/** How often what comes damaged is asked for again. */
const ATTEMPTS = 3;

const name = (place: ObjectPlace): string => printable(objectUrl(place));

/**
 * Reads an object to its end, and compares it with all that its store says of it: its size, the MD5 that a plain ETag is, a SHA-256 where
 * it was uploaded with one. `begin` is called for each attempt. `changed` where the version that is wanted is there no more. Throws
 * `DiagnosticError`: `s3/damaged`, `image/file-too-large`, those of `objectFailure`.
 */
const readThrough = async (
  place: ObjectPlace,
  options: FetchOptions,
  begin: () => Promise<Take>,
): Promise<Fetched | 'changed'> => {
  let fault = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const take = await begin();
    const result = await attemptAt(place, options, take);
    if (typeof result !== 'string' || result === 'changed') return result;
    fault = result;
  }
  throw new DiagnosticError([failure('s3/damaged', `${name(place)} is not what its store says: ${fault}.`)]);
};

const attemptAt = async (
  place: ObjectPlace,
  { most, tag, signal }: FetchOptions,
  take: Take,
): Promise<Fetched | string> => {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  let silence = setTimeout(() => stop.abort(), SILENCE_MS);
  try {
    const { sdk, client } = await openedClient();
    const { Body, ContentLength, ETag, LastModified, ServerSideEncryption, ...sums } = await client.send(
      new sdk.GetObjectCommand({
        Bucket: place.bucket,
        Key: place.key,
        ChecksumMode: 'ENABLED',
        ...(tag === undefined || tag === '' ? {} : { IfMatch: tag }),
      }),
      { abortSignal: either },
    );
    const told = ContentLength ?? 0;
    if (told > most) throw new DiagnosticError(tooLarge(name(place), told, most));
    let size = 0;
    for await (const piece of Body as AsyncIterable<Uint8Array>) {
      clearTimeout(silence);
      silence = setTimeout(() => stop.abort(), SILENCE_MS);
      size += piece.length;
      // One that sends more than it says must not fill the disk.
      if (size > told || size > most) {
        stop.abort();
        return `more than ${told} bytes came`;
      }
      sha256.update(piece);
      md5.update(piece);
      await take(piece);
    }
    if (size !== told) return `${size} of ${told} bytes came`;
    const digest = sha256.copy().digest('hex');
    const given =
      sums.SSECustomerAlgorithm === undefined && ServerSideEncryption !== 'aws:kms' ? ETag : undefined;
    const wrong = mismatch(
      sha256,
      md5,
      sums.ChecksumType === 'COMPOSITE' ? undefined : sums.ChecksumSHA256,
      given,
    );
    if (wrong !== undefined) return wrong;
    return { look: { size, modified: LastModified?.getTime() ?? 0, tag: ETag ?? '' }, digest };
  } catch (thrown) {
    if (thrown instanceof DiagnosticError) throw thrown;
    if (signal?.aborted === true) throw new DiagnosticError(stopped(place));
    const { name: said, status } = answerOf(thrown);
    if (status === 412 || said === 'PreconditionFailed') return 'changed';
    // A connection that breaks off in the middle of an object.
    if (status === undefined || status === 200) return 'the connection broke off';
    throw new DiagnosticError(objectFailure(place, thrown));
  } finally {
    clearTimeout(silence);
  }
};

const stopped = (place: ObjectPlace): Diagnostics => [
  failure('run/cancelled', `Stopped while ${name(place)} was read.`),
];

/** What a checksum says against the bytes that came. An ETag is an MD5 only of what was uploaded in one piece, and not encrypted by keys of the store's customer. */
const mismatch = (
  sha256: Hash,
  md5: Hash,
  sum: string | undefined,
  tag: string | undefined,
): string | undefined => {
  if (sum !== undefined && sum !== sha256.digest('base64')) return 'its SHA-256 is another one';
  const plain = /^"?([0-9a-f]{32})"?$/.exec(tag ?? '')?.[1];
  return plain !== undefined && plain !== md5.digest('hex')
    ? 'its ETag is not the MD5 of its content'
    : undefined;
};

/** Reads an object into a file that is not there yet. */
export const fetchInto = (
  place: ObjectPlace,
  file: string,
  options: FetchOptions,
): Promise<Fetched | 'changed'> => {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  const begin = async (): Promise<Take> => {
    handle ??= await open(onDisk(file), 'wx', 0o600);
    const into = handle;
    await into.truncate();
    let at = 0;
    return async (bytes) => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await into.write(bytes, done, bytes.length - done, at);
        done += bytesWritten;
        at += bytesWritten;
      }
    };
  };
  return readThrough(place, options, begin).finally(async () => {
    await handle?.close();
  });
};

/** The digest of an object's content. */
export const digestObject = (place: ObjectPlace, options: FetchOptions): Promise<Fetched | 'changed'> =>
  readThrough(place, options, async () => async () => undefined);

/** An object's bytes. */
export const fetchBytes = async (
  place: ObjectPlace,
  options: FetchOptions,
): Promise<(Fetched & { readonly bytes: Uint8Array }) | 'changed'> => {
  let pieces: Uint8Array[] = [];
  const fetched = await readThrough(place, options, async () => {
    pieces = [];
    return async (piece) => void pieces.push(piece);
  });
  return fetched === 'changed' ? fetched : { ...fetched, bytes: new Uint8Array(Buffer.concat(pieces)) };
};
