import type { MetadataBlock } from '../../ports/index.js';
import { concat, fromLatin1, hasText } from '../bytes.js';
import { type Carried, MAX_PIECES, type Written } from './container.js';

/** What a GIF file carries beside its pixels (GIF89a): comments and an XMP packet. */
export interface GifHeader extends Carried {
  /** False when the file ends before its trailer. */
  readonly complete: boolean;
}

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const COMMENT = 0xfe;
const APPLICATION = 0xff;
const XMP = 'XMP DataXMP';

/** The application under whose name C2PA puts a manifest. */
const CREDENTIALS = 'C2PA_GIF';

/** XMP stands in GIF as it is, and is skipped over by a ramp of falling lengths. */
const ramp = Uint8Array.from({ length: 258 }, (_, i) => (i === 0 ? 1 : i <= 256 ? 256 - i : 0));

const tableSize = (flags: number): number => ((flags & 0x80) !== 0 ? 3 * 2 ** ((flags & 7) + 1) : 0);

// The offset behind a row of sub-blocks, which ends with an empty one.
const skipBlocks = (bytes: Uint8Array, from: number): number => {
  let at = from;
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) at += size + 1;
  return at + 1;
};

// Copied in place: a row of sub-blocks can be as long as the file, and each as short as a byte.
const joined = (bytes: Uint8Array, from: number): Uint8Array => {
  const whole = new Uint8Array(Math.max(0, Math.min(skipBlocks(bytes, from), bytes.length) - from));
  let length = 0;
  let at = from;
  for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) {
    const part = bytes.subarray(at + 1, at + 1 + size);
    whole.set(part, length);
    length += part.length;
    at += size + 1;
  }
  return whole.slice(0, length);
};

/** Reads comments and XMP up to the end of the file. */
export const readGif = (bytes: Uint8Array): GifHeader => {
  const blocks: MetadataBlock[] = [];
  let xmp: Uint8Array | undefined;
  let credentials = false;
  let at = 13 + tableSize(bytes[10] ?? 0);
  while (at < bytes.length && bytes[at] !== TRAILER && blocks.length < MAX_PIECES) {
    if (bytes[at] === EXTENSION) {
      if (bytes[at + 1] === COMMENT)
        blocks.push({ container: 'gif', kind: 'comment', data: joined(bytes, at + 2) });
      const end = skipBlocks(bytes, at + 2);
      if (bytes[at + 1] === APPLICATION && hasText(bytes, XMP, at + 3))
        xmp = bytes.subarray(at + 3 + XMP.length, end - ramp.length);
      if (bytes[at + 1] === APPLICATION && hasText(bytes, CREDENTIALS, at + 3)) credentials = true;
      at = end;
    } else if (bytes[at] === IMAGE) at = skipBlocks(bytes, at + 11 + tableSize(bytes[at + 9] ?? 0));
    else break;
  }
  return {
    complete: bytes[at] === TRAILER,
    exif: undefined,
    xmp: xmp && xmp.length > 0 ? xmp : undefined,
    icc: undefined,
    iptc: undefined,
    photoshop: undefined,
    density: undefined,
    blocks,
    leftovers: credentials ? ['content credentials'] : [],
  };
};

const extension = (label: number, body: Uint8Array): Uint8Array =>
  concat([Uint8Array.of(EXTENSION, label), body]);

const inBlocks = (data: Uint8Array): Uint8Array => {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const part = data.subarray(at, at + 255);
    parts.push(Uint8Array.of(part.length), part);
  }
  return concat([...parts, Uint8Array.of(0)]);
};

/** Puts comments and XMP before the trailer of an encoded GIF. Dropped, and said so: EXIF and IPTC. */
export const writeGif = (encoded: Uint8Array, carried: Carried): Written => {
  const { xmp, exif, iptc, photoshop, blocks } = carried;
  // GIF89a is the version that has extensions.
  const body = concat([fromLatin1('GIF89a'), encoded.subarray(6, encoded.length - 1)]);
  return {
    bytes: concat([
      body,
      ...blocks.map(({ data }) => extension(COMMENT, inBlocks(data))),
      ...(xmp ? [extension(APPLICATION, concat([fromLatin1(`\x0b${XMP}`), xmp, ramp]))] : []),
      Uint8Array.of(TRAILER),
    ]),
    dropped: [...(exif ? ['EXIF'] : []), ...(iptc || photoshop ? ['IPTC'] : [])],
  };
};
