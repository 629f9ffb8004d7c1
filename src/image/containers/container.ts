import type { EmbeddedVideo, GainMap, MetadataBlock } from '../../ports/index.js';

/** Things in a file that an encoded copy of its picture does not get, since they hold for the old bytes only, or nobody knows. */
export type Leftover =
  | 'further pictures'
  | 'Apple gain map'
  | 'auxiliary pictures'
  | 'missing gain map'
  | 'gain map'
  | 'video'
  | 'maker notes'
  | 'missing video'
  | 'bytes behind'
  | 'content credentials'
  | 'layers'
  | 'further channels'
  | 'display window'
  | 'fields over each other';

/** A gain map as it stands in its file. */
export type StoredGainMap = Pick<GainMap, 'jpeg' | 'iso'>;

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
  /** The gain map of an Ultra HDR photo. */
  readonly gainMap?: StoredGainMap | undefined;
  /** The video of a motion photo. */
  readonly video?: EmbeddedVideo | undefined;
}

/** An encoded file with its metadata, and what of it found no place, in the user's words. */
export interface Written {
  readonly bytes: Uint8Array;
  readonly dropped: readonly string[];
}
