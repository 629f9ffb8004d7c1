import { DiagnosticError } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { ObjectPlace } from './address.js';
import { answerOf, objectFailure, openedClient } from './client.js';
import { listPage, type ObjectLook } from './listing.js';

/** What the store tells of an object when it is asked for it alone, and what we said of it when we wrote it. */
export interface AskedObject extends ObjectLook {
  /** SHA-256 of its content, as whoever wrote it says. */
  readonly said: string | undefined;
}

/** The name of what we say of our objects beside their content. */
export const SAID = 'prismflow-sha256';

/** Asks for one object; undefined where there is none. Throws `DiagnosticError`. */
export const askFor = async (place: ObjectPlace, signal?: AbortSignal): Promise<AskedObject | undefined> => {
  try {
    const { sdk, client } = await openedClient();
    const { ContentLength, LastModified, ETag, Metadata } = await client.send(
      new sdk.HeadObjectCommand({ Bucket: place.bucket, Key: place.key }),
      definedOnly({ abortSignal: signal }),
    );
    return {
      size: ContentLength ?? 0,
      modified: LastModified?.getTime() ?? 0,
      tag: ETag ?? '',
      said: Metadata?.[SAID],
    };
  } catch (thrown) {
    const { name, status } = answerOf(thrown);
    if (name === 'NotFound' || name === 'NoSuchKey' || (status === 404 && name !== 'NoSuchBucket'))
      return undefined;
    throw new DiagnosticError(objectFailure(place, thrown));
  }
};

interface KnownPage {
  readonly bucket: string;
  /** What its keys begin with: the folder, so that keys which may list no more than that can be used. */
  readonly prefix: string;
  /** All keys after this one, up to `last`, are known; beyond it too where `last` is undefined. */
  readonly after: string;
  readonly last: string | undefined;
  readonly looks: ReadonlyMap<string, ObjectLook>;
  readonly at: number;
}

/** Pages that are kept, and for how long what they say counts. */
const MOST_KEPT = 4;
const FRESH_MS = 10_000;

let kept: readonly KnownPage[] = [];

const isBefore = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

/** A text right before a key: nothing that anybody uses lies between them. */
const before = (key: string): string => {
  const last = [...key].at(-1) ?? '';
  const point = (last.codePointAt(0) ?? 1) - 1;
  // Halves of characters are none.
  const previous = point >= 0xd800 && point <= 0xdfff ? 0xd7ff : point;
  return `${key.slice(0, -last.length)}${String.fromCodePoint(previous)}\u{10ffff}`;
};

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);

const covers = ({ bucket, prefix, after, last, at }: KnownPage, place: ObjectPlace): boolean =>
  bucket === place.bucket &&
  folderOf(place.key) === prefix &&
  Date.now() - at < FRESH_MS &&
  isBefore(after, place.key) &&
  (last === undefined || !isBefore(last, place.key));

/**
 * What a store tells of an object, by a page of its keys: looks at many, one after the other in the order of their names, cost a
 * request for a thousand of them. What was written in the last few seconds by others may be missed. Throws `DiagnosticError`.
 */
export const lookInPages = async (place: ObjectPlace): Promise<ObjectLook | undefined> => {
  const known = kept.find((page) => covers(page, place));
  if (known !== undefined) return known.looks.get(place.key);
  const after = before(place.key);
  const prefix = folderOf(place.key);
  const { objects, next } = await listPage({ bucket: place.bucket, key: prefix }, { after });
  const page: KnownPage = {
    bucket: place.bucket,
    prefix,
    after,
    last: next === undefined ? undefined : (objects.at(-1)?.key ?? after),
    looks: new Map(objects.map(({ key, ...look }) => [key, look])),
    at: Date.now(),
  };
  if (!covers(page, place)) return askFor(place);
  kept = [page, ...kept].slice(0, MOST_KEPT);
  return page.looks.get(place.key);
};

/** Has all be asked again: whoever begins to look must not believe what was seen before. */
export const forgetPages = (): void => {
  kept = [];
};

/** Puts right what pages say, after this process has written an object. */
export const seenInPages = (place: ObjectPlace, look: ObjectLook): void => {
  kept = kept.map((page) =>
    covers(page, place) ? { ...page, looks: new Map([...page.looks, [place.key, look]]) } : page,
  );
};
