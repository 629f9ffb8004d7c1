import { createHash } from 'node:crypto';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { printable } from '../../diagnostics/printable.js';
import { type ObjectPlace, objectUrl } from './address.js';
import { answerOf, type Opened, objectFailure, openedClient } from './client.js';
import type { ObjectLook } from './listing.js';
import { askFor, SAID, seenInPages } from './looking.js';

/** The object that a new one may take the place of: any, none, or the one with an ETag. */
export type ReplaceableObject = 'any' | 'none' | { readonly tag: string };

/** More bytes than this go in pieces. */
export const ONE_PIECE = 64 * 2 ** 20;
/** Bytes of a piece, and pieces at once; no object may have more than 10,000. */
const PIECE = 8 * 2 ** 20;
const TOGETHER = 4;

interface Conditions {
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
}

const conditionsFor = (over: ReplaceableObject): Conditions => {
  if (over === 'any') return {};
  return over === 'none' ? { IfNoneMatch: '*' } : { IfMatch: over.tag };
};

const md5Of = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();

/** The ETag that stores give what is not encrypted by keys of their customers: an MD5, or that of the pieces' MD5s and their number. */
const plainTag = (bytes: Uint8Array): string =>
  bytes.length <= ONE_PIECE
    ? md5Of(bytes).toString('hex')
    : `${md5Of(Buffer.concat(piecesOf(bytes).map(md5Of))).toString('hex')}-${piecesOf(bytes).length}`;

const piecesOf = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) =>
    bytes.subarray(i * PIECE, (i + 1) * PIECE),
  );

const appeared = (place: ObjectPlace): Diagnostics => [
  failure(
    'file/exists',
    `${printable(objectUrl(place))} appeared while its result was made, and is not written over.`,
  ),
];

/**
 * Writes an object, which is there whole or not at all. A store that knows conditions (If-None-Match, If-Match) is held to them: what
 * another one wrote meanwhile is not written over; where it knows none, it is asked right before. The store compares the MD5 of what
 * arrives, and we the ETag that it gives. Throws `DiagnosticError`: `file/exists`, and those of `objectFailure`.
 */
export const putObject = async (
  place: ObjectPlace,
  bytes: Uint8Array,
  over: ReplaceableObject,
  type = 'application/octet-stream',
): Promise<ObjectLook> => {
  const said = createHash('sha256').update(bytes).digest('hex');
  const about = { Bucket: place.bucket, Key: place.key, ContentType: type, Metadata: { [SAID]: said } };
  const put = (conditions: Conditions): Promise<string | undefined> =>
    bytes.length > ONE_PIECE ? inPieces(place, about, bytes, conditions) : atOnce(about, bytes, conditions);
  let tag: string | undefined;
  try {
    tag = await put(conditionsFor(over));
  } catch (thrown) {
    const { name, status } = answerOf(thrown);
    if (status === 412 || status === 409 || name === 'PreconditionFailed') {
      // An answer that was lost on its way is asked for again, and then finds what the first request wrote.
      const there = await askFor(place);
      if (there === undefined || there.size !== bytes.length || there.said !== said)
        throw new DiagnosticError(appeared(place));
      return seen(place, there);
    }
    if (status !== 501 && name !== 'NotImplemented') throw new DiagnosticError(objectFailure(place, thrown));
    const there = await askFor(place);
    const isFree = over === 'any' || (over === 'none' ? there === undefined : there?.tag === over.tag);
    if (!isFree) throw new DiagnosticError(appeared(place));
    tag = await put({}).catch((again: unknown) => {
      throw new DiagnosticError(objectFailure(place, again));
    });
  }
  // A plain ETag is the MD5 of what arrived; others say nothing by themselves.
  if (tag?.replaceAll('"', '') === plainTag(bytes))
    return seen(place, { size: bytes.length, modified: Date.now(), tag: tag ?? '' });
  const written = await askFor(place);
  if (written === undefined || written.size !== bytes.length || (tag !== undefined && written.tag !== tag))
    throw new DiagnosticError([
      failure('s3/damaged', `${printable(objectUrl(place))} is not what was written there.`),
    ]);
  return seen(place, written);
};

const seen = (place: ObjectPlace, { size, modified, tag }: ObjectLook): ObjectLook => {
  const look = { size, modified, tag };
  seenInPages(place, look);
  return look;
};

interface About {
  readonly Bucket: string;
  readonly Key: string;
  readonly ContentType: string;
  readonly Metadata: Record<string, string>;
}

const atOnce = async (
  about: About,
  bytes: Uint8Array,
  conditions: Conditions,
): Promise<string | undefined> => {
  const { sdk, client } = await openedClient();
  const { ETag } = await client.send(
    new sdk.PutObjectCommand({
      ...about,
      ...conditions,
      ContentMD5: md5Of(bytes).toString('base64'),
      ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
      Body: bytes,
    }),
  );
  return ETag;
};

/** Sends the pieces, and puts them together; after a fault nothing of them stays in the store. */
const inPieces = async (
  place: ObjectPlace,
  about: About,
  bytes: Uint8Array,
  conditions: Conditions,
): Promise<string | undefined> => {
  const opened = await openedClient();
  const { sdk, client } = opened;
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(about));
  if (UploadId === undefined) throw new DiagnosticError(objectFailure(place, undefined));
  try {
    const Parts = await piecesSent(opened, about, UploadId, bytes);
    const { ETag } = await client.send(
      new sdk.CompleteMultipartUploadCommand({
        Bucket: about.Bucket,
        Key: about.Key,
        UploadId,
        MultipartUpload: { Parts },
        ...conditions,
      }),
    );
    return ETag;
  } catch (thrown) {
    await client
      .send(new sdk.AbortMultipartUploadCommand({ Bucket: about.Bucket, Key: about.Key, UploadId }))
      .catch(() => undefined);
    throw thrown;
  }
};

const piecesSent = async (
  { sdk, client }: Opened,
  { Bucket, Key }: About,
  UploadId: string,
  bytes: Uint8Array,
) => {
  const pieces = piecesOf(bytes);
  const parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (let first = 0; first < pieces.length; first += TOGETHER)
    parts.push(
      ...(await Promise.all(
        pieces.slice(first, first + TOGETHER).map(async (Body, i) => {
          const PartNumber = first + i + 1;
          const ContentMD5 = md5Of(Body).toString('base64');
          const { ETag } = await client.send(
            new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentMD5 }),
          );
          return { PartNumber, ETag };
        }),
      )),
    );
  return parts;
};

/** Takes an object away; one that is not there is no matter. Throws `DiagnosticError`. */
export const removeObject = async (place: ObjectPlace): Promise<void> => {
  try {
    const { sdk, client } = await openedClient();
    await client.send(new sdk.DeleteObjectCommand({ Bucket: place.bucket, Key: place.key }));
  } catch (thrown) {
    throw new DiagnosticError(objectFailure(place, thrown));
  }
};
