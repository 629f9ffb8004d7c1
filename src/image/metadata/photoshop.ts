import { concat, fromLatin1, hasText, viewOf } from '../bytes.js';
import { type Stripped, takesMakers } from './strip.js';

/**
 * Photoshop image resources: a row of `8BIM` blocks (Adobe Photoshop File Formats Specification, "Image Resource
 * Blocks"). Number 0x0404 holds the IPTC-IIM records.
 */
const IPTC = 0x0404;

interface Resource {
  readonly id: number;
  readonly data: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const resourceAt = (bytes: Uint8Array, start: number): Resource | undefined => {
  if (!hasText(bytes, '8BIM', start) || start + 12 > bytes.length) return undefined;
  const view = viewOf(bytes);
  const name = (view.getUint8(start + 6) + 2) & ~1;
  const sizeAt = start + 6 + name;
  if (sizeAt + 4 > bytes.length) return undefined;
  const size = view.getUint32(sizeAt);
  const end = sizeAt + 4 + size;
  return end > bytes.length
    ? undefined
    : {
        id: view.getUint16(start + 4),
        data: bytes.subarray(sizeAt + 4, end),
        start,
        end: Math.min(end + (size & 1), bytes.length),
      };
};

const resourceOf = (bytes: Uint8Array, id: number): Resource | undefined => {
  let next = resourceAt(bytes, 0);
  while (next !== undefined && next.id !== id) next = resourceAt(bytes, next.end);
  return next;
};

/** The IPTC-IIM records among the resources; undefined when there are none. */
export const iptcOf = (photoshop: Uint8Array | undefined): Uint8Array | undefined =>
  photoshop && resourceOf(photoshop, IPTC)?.data;

const resourcesOf = (bytes: Uint8Array): readonly Resource[] => {
  const found: Resource[] = [];
  for (let next = resourceAt(bytes, 0); next !== undefined; next = resourceAt(bytes, next.end))
    found.push(next);
  return found;
};

/** Pictures of the picture as it was. */
const THUMBNAILS: ReadonlySet<number> = new Set([0x0409, 0x040c]);
/** Copies of EXIF and XMP. */
const COPIES: ReadonlySet<number> = new Set([0x0422, 0x0423, 0x0424]);
/** A digest of the IPTC records. */
const IPTC_DIGEST = 0x0425;

/** Photoshop resources without the thumbnails among them. */
export const withoutThumbnails = (photoshop: Uint8Array): Uint8Array => without(photoshop, THUMBNAILS);

const without = (photoshop: Uint8Array, ids: ReadonlySet<number>): Uint8Array => {
  const resources = resourcesOf(photoshop);
  return resources.some(({ id }) => ids.has(id))
    ? concat(
        resources.filter(({ id }) => !ids.has(id)).map(({ start, end }) => photoshop.subarray(start, end)),
      )
    : photoshop;
};

/** Places: codes and names of what the content shows, city, sublocation, province, country. */
const PLACES: ReadonlySet<number> = new Set([26, 27, 90, 92, 95, 100, 101]);
/** A preview of the picture. */
const PREVIEW: ReadonlySet<number> = new Set([200, 201, 202]);

/**
 * IPTC-IIM records (IPTC Information Interchange Model 4.2) without what is to go; the last of them ends where they make no
 * more sense.
 */
export const strippedIptc = (iptc: Uint8Array, stripped: Stripped): Uint8Array => {
  const gone = new Set([
    ...(stripped.has('gps') ? PLACES : []),
    ...(stripped.has('thumbnail') ? PREVIEW : []),
  ]);
  if (gone.size === 0) return iptc;
  const view = viewOf(iptc);
  const kept: Uint8Array[] = [];
  for (let at = 0; at + 5 <= iptc.length && view.getUint8(at) === 0x1c; ) {
    const size = view.getUint16(at + 3);
    // A length of a length: nobody writes such records into photos but for previews.
    const wide = size & 0x8000 ? size & 0x7fff : 0;
    if (wide > 4 || at + 5 + wide > iptc.length) break;
    const length = wide === 0 ? size : iptc.subarray(at + 5, at + 5 + wide).reduce((a, b) => a * 256 + b, 0);
    const end = at + 5 + wide + length;
    const isApplication = view.getUint8(at + 1) >= 2;
    if (!(isApplication && gone.has(view.getUint8(at + 2))))
      kept.push(iptc.subarray(at, Math.min(end, iptc.length)));
    at = end;
  }
  return concat(kept);
};

/** Photoshop resources without what is to go, in the IPTC records among them too. */
export const strippedPhotoshop = (photoshop: Uint8Array, stripped: Stripped): Uint8Array => {
  const gone = new Set([
    ...(stripped.has('thumbnail') ? THUMBNAILS : []),
    ...(takesMakers(stripped) ? COPIES : []),
    ...(stripped.has('gps') || stripped.has('thumbnail') ? [IPTC, IPTC_DIGEST] : []),
  ]);
  const iptc = iptcOf(photoshop);
  const rest = without(photoshop, gone);
  return iptc !== undefined && gone.has(IPTC)
    ? concat([photoshopOf(strippedIptc(iptc, stripped)), rest])
    : rest;
};

/** Resources that hold nothing but these IPTC-IIM records. */
export const photoshopOf = (iptc: Uint8Array): Uint8Array => {
  const size = new Uint8Array(4);
  viewOf(size).setUint32(0, iptc.length);
  return concat([fromLatin1('8BIM\x04\x04\0\0'), size, iptc, new Uint8Array(iptc.length & 1)]);
};
