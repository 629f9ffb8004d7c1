import type { MetadataBlock } from '../../ports/index.js';

/** Things in a file that an encoded copy of its picture cannot have, because they hold for the old bytes only. */
export type Leftover = 'further pictures' | 'content credentials' | 'layers' | 'fields over each other';

/**
 * Pieces of any kind (segments, chunks, boxes, blocks) that a file may have beside its pixels. Those of real files are
 * hundreds; a file of nothing else could hold a hundred million, each an object in memory.
 */
export const MAX_PIECES = 100_000;

/** What a file carries beside its pixels. */
export interface Carried {
  /** EXIF block from its byte order mark on. */
  readonly exif: Uint8Array | undefined;
  /** XMP packet. */
  readonly xmp: Uint8Array | undefined;
  readonly icc: Uint8Array | undefined;
  /** IPTC-IIM records. */
  readonly iptc: Uint8Array | undefined;
  /** Photoshop image resources, with the IPTC records among them. */
  readonly photoshop: Uint8Array | undefined;
  /** Pixels per inch. */
  readonly density: number | undefined;
  /** What only this kind of file has. */
  readonly blocks: readonly MetadataBlock[];
  readonly leftovers: readonly Leftover[];
}

/** An encoded file with its metadata, and what of it found no place, in the user's words. */
export interface Written {
  readonly bytes: Uint8Array;
  readonly dropped: readonly string[];
}
