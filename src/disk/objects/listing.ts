import { DiagnosticError, failure } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { type ObjectPlace, objectUrl } from './address.js';
import { objectFailure, openedClient } from './client.js';

/** What a store tells of an object. */
export interface ObjectLook {
  readonly size: number;
  /** When it was written, in milliseconds since 1970; stores tell whole seconds. */
  readonly modified: number;
  /** Its ETag, which is another one whenever its content is. */
  readonly tag: string;
}

/** An object, by its key below the prefix that was listed. */
export interface ListedObject extends ObjectLook {
  readonly path: string;
}

/** Keys that come with one request: no store gives more. */
export const PAGE = 1000;
/** Objects that are gone through: ten million. */
const MOST_PAGES = 10_000;

/** What one request gives. */
export interface Page {
  /** By their whole keys, in the order of their bytes. */
  readonly objects: readonly (ObjectLook & { readonly key: string })[];
  readonly next: string | undefined;
}

/** One page of the keys of a bucket that begin with a prefix. */
export const listPage = async (
  { bucket, key: prefix }: ObjectPlace,
  from: { readonly token?: string; readonly after?: string },
  signal?: AbortSignal,
): Promise<Page> => {
  const place = { bucket, key: prefix };
  try {
    const { sdk, client } = await openedClient();
    const {
      Contents = [],
      IsTruncated,
      NextContinuationToken,
    } = await client.send(
      new sdk.ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: PAGE,
        ...definedOnly({ ContinuationToken: from.token }),
        ...definedOnly({ StartAfter: from.after }),
      }),
      definedOnly({ abortSignal: signal }),
    );
    const objects = Contents.slice(0, 2 * PAGE).flatMap(({ Key, Size, LastModified, ETag }) =>
      Key === undefined
        ? []
        : [{ key: Key, size: sizeOf(Size), modified: LastModified?.getTime() ?? 0, tag: ETag ?? '' }],
    );
    return { objects, next: IsTruncated === true ? NextContinuationToken : undefined };
  } catch (thrown) {
    throw new DiagnosticError(objectFailure(place, thrown));
  }
};

const sizeOf = (told: number | undefined): number =>
  told !== undefined && Number.isSafeInteger(told) && told >= 0 ? told : 0;

/**
 * The objects below a prefix, in the order of their keys, a page at a time: no more than a page is kept. Throws `DiagnosticError`:
 * `s3/too-many`, and those of `objectFailure`.
 */
export async function* listObjects(top: ObjectPlace, signal: AbortSignal): AsyncGenerator<ListedObject> {
  const prefix = top.key === '' ? '' : `${top.key}/`;
  let token: string | undefined;
  for (let pages = 0; !signal.aborted; pages++) {
    if (pages === MOST_PAGES)
      throw new DiagnosticError([
        failure('s3/too-many', `There are more than ${MOST_PAGES * PAGE} objects below ${objectUrl(top)}.`),
      ]);
    const { objects, next } = await listPage(
      { bucket: top.bucket, key: prefix },
      definedOnly({ token }),
      signal,
    );
    // A store may give what it likes.
    for (const { key, ...look } of objects)
      if (key.startsWith(prefix)) yield { path: key.slice(prefix.length), ...look };
    // One that gives the same token again would be asked for ever.
    if (next === undefined || next === token) return;
    token = next;
  }
}
