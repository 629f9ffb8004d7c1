import { concat, fromLatin1, hasText, viewOf } from '../bytes.js';

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

/** Resources that hold nothing but these IPTC-IIM records. */
export const photoshopOf = (iptc: Uint8Array): Uint8Array => {
  const size = new Uint8Array(4);
  viewOf(size).setUint32(0, iptc.length);
  return concat([fromLatin1('8BIM\x04\x04\0\0'), size, iptc, new Uint8Array(iptc.length & 1)]);
};
