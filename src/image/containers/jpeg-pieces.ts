import { concat, fromLatin1, hasText, viewOf } from '../bytes.js';
import { MAX_PIECES } from './container.js';

/** A segment of a JPEG file: its marker and what follows its length (ITU T.81, annex B). */
export interface Segment {
  readonly marker: number;
  readonly payload: Uint8Array;
}

export const EXIF = 'Exif\0';
export const XMP = 'http://ns.adobe.com/xap/1.0/\0';
export const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
export const ICC = 'ICC_PROFILE\0';
export const PHOTOSHOP = 'Photoshop 3.0\0';
export const MULTI_PICTURE = 'MPF\0';
/** ISO 21496-1: in the picture the version alone, in the gain map all that it means. */
export const ISO_GAIN_MAP = 'urn:iso:std:iso:ts:21496:-1\0';
export const JUMBF = 'JP';

/** The longest payload of a segment: its length field counts itself. */
export const LONGEST_PAYLOAD = 0xffff - 2;

/** What stands before the first scan of a JPEG. */
export interface Head {
  readonly segments: readonly Segment[];
  /** What stands between segments where none should, as stretches of the file. */
  readonly stray: readonly (readonly [from: number, to: number])[];
  /** Where the first scan begins, or what is no segment. */
  readonly end: number;
}

/** Markers that stand alone, without a length: TEM and the restart markers. */
const standsAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

// Where the next marker begins: decoders pass over everything else.
const nextMarker = (bytes: Uint8Array, from: number): number => {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length && bytes[at + 1] === 0) at = bytes.indexOf(0xff, at + 2);
  return at < 0 ? bytes.length : at;
};

/** Walks the segments up to the start of the first scan, where the entropy-coded data begin, or as many as there may be. */
export const headOf = (bytes: Uint8Array): Head => {
  const view = viewOf(bytes);
  const segments: Segment[] = [];
  const stray: (readonly [number, number])[] = [];
  let at = 2;
  while (at + 4 <= bytes.length && segments.length + stray.length < MAX_PIECES) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === 0 || standsAlone(marker)) {
      const next = nextMarker(bytes, standsAlone(marker) ? at + 2 : at);
      stray.push([at, next]);
      at = next;
      continue;
    }
    if (marker === 0xff) {
      at += 1; // a fill byte
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break;
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) break;
    segments.push({ marker, payload: bytes.subarray(at + 4, at + 2 + length) });
    at += 2 + length;
  }
  return { segments, stray, end: at };
};

/** The segments before the first scan. */
export const segmentsOf = (bytes: Uint8Array): readonly Segment[] => headOf(bytes).segments;

/** What follows their names in the segments of that marker that begin with a name. */
export const payloads = (segments: readonly Segment[], marker: number, name: string): readonly Uint8Array[] =>
  segments
    .filter((segment) => segment.marker === marker && hasText(segment.payload, name))
    .map(({ payload }) => payload.subarray(name.length));

/** Whether a JPEG picture begins at that place. */
export const beginsJpeg = (bytes: Uint8Array, at: number): boolean => hasText(bytes, '\xff\xd8\xff', at);

/**
 * Where a JPEG picture ends: behind its end marker, which is looked for behind the segments and scans that it consists of,
 * since thumbnails in them have end markers of their own. Undefined where it has none.
 */
export const endOfJpeg = (bytes: Uint8Array): number | undefined => {
  let at = headOf(bytes).end;
  while (at >= 0 && at + 1 < bytes.length) {
    const marker = bytes[at + 1] as number;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7))
      at = bytes.indexOf(0xff, at + 1);
    else if (marker === 0xd9) return at + 2;
    else if (at + 4 > bytes.length) return undefined;
    else at += 2 + Math.max(2, viewOf(bytes).getUint16(at + 2));
  }
  return undefined;
};

/** A segment's bytes. */
export const segment = (marker: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const payload = concat(parts);
  const head = Uint8Array.of(0xff, marker, 0, 0);
  viewOf(head).setUint16(2, payload.length + 2);
  return concat([head, payload]);
};

/** A JPEG of an encoder with segments of another file behind its start, and without its own JFIF segment. */
export const withSegments = (encoded: Uint8Array, segments: readonly Segment[]): Uint8Array =>
  concat([
    encoded.subarray(0, 2),
    ...segments.map(({ marker, payload }) => segment(marker, payload)),
    encoded.subarray(hasText(encoded, 'JFIF\0', 6) ? 4 + viewOf(encoded).getUint16(4) : 2),
  ]);

/** Whether a segment says what a gain map means, or is needed to decode it: those that describe a photo are none of its own. */
export const isMeaning = ({ marker, payload }: Segment): boolean => {
  if (marker < 0xe1 || (marker > 0xef && marker !== 0xfe)) return true;
  if (marker === 0xe1) return hasText(payload, XMP);
  return marker === 0xe2 ? hasText(payload, ISO_GAIN_MAP) || hasText(payload, ICC) : marker === 0xee;
};

/** A gain map's file without segments that describe a photo. */
export const withoutOthers = (jpeg: Uint8Array): Uint8Array => {
  const { segments, end } = headOf(jpeg);
  return segments.every(isMeaning)
    ? jpeg
    : concat([
        jpeg.subarray(0, 2),
        ...segments.filter(isMeaning).map(({ marker, payload }) => segment(marker, payload)),
        jpeg.subarray(end),
      ]);
};

/** A segment that begins with a name. */
export const named = (marker: number, name: string, payload: Uint8Array): Uint8Array =>
  segment(marker, fromLatin1(name), payload);
