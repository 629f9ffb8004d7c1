import { type Diagnostic, warning } from '../../diagnostics/index.js';
import type { Frame, MetadataBlock } from '../../ports/index.js';
import { hasText, latin1 } from '../bytes.js';
import { EXTENDED_XMP, withoutOthers } from '../containers/jpeg-pieces.js';
import { strippedExif } from '../metadata/exif-strip.js';
import { strippedIptc, strippedPhotoshop } from '../metadata/photoshop.js';
import {
  isNamed,
  isPrivate,
  type Kept,
  type Strippable,
  type Stripped,
  takesMakers,
} from '../metadata/strip.js';
import { strippedXmp } from '../metadata/xmp-strip.js';

/** Which metadata go into a result. */
export interface MetadataChoice {
  /** Kinds that are kept. Default all. */
  readonly keep?: 'all' | readonly Kept[];
  /**
   * What is taken out of them, wherever it stands. Default nothing. With `gps`, `serial`, `owner` or `faces` go maker notes, other
   * makers' segments, extended XMP and the video of a motion photo, which may hold them and which nobody else can read.
   */
  readonly strip?: readonly Strippable[];
}

type Metadata = Frame['metadata'];

/** Blocks that say what the samples mean, or how wide a pixel is for its height: they are no words about the photo. */
const MEANING: ReadonlySet<string> = new Set(['gAMA', 'cHRM', 'sRGB', 'cICP', 'pHYs']);
const TEXT: ReadonlySet<string> = new Set(['tEXt', 'zTXt', 'iTXt']);
const WORDS: ReadonlySet<string> = new Set(['COM', 'comment', 'tIME']);

const keepsBlock =
  (stripped: Stripped) =>
  ({ kind, data }: MetadataBlock): boolean => {
    if (MEANING.has(kind) || WORDS.has(kind)) return true;
    if (!TEXT.has(kind)) return !takesMakers(stripped);
    const end = data.indexOf(0);
    const keyword = latin1(data, 0, end < 0 ? data.length : end);
    const isCopy =
      keyword.startsWith('Raw profile type') && (takesMakers(stripped) || stripped.has('thumbnail'));
    return !isCopy && !keyword.split(':').some((part) => isNamed(stripped, part));
  };

/** Metadata of the kinds that are kept. */
const ofKinds = (metadata: Metadata, keep: MetadataChoice['keep']): Metadata => {
  if (keep === undefined || keep === 'all') return metadata;
  const has = (kind: Kept): boolean => keep.includes(kind);
  const { exif, xmp, iptc, photoshop, blocks, gainMap, video, ...others } = metadata;
  // Extended XMP is a part of the packet.
  const isKept = ({ kind, container, data }: MetadataBlock): boolean =>
    MEANING.has(kind) || (container === 'jpeg' && hasText(data, EXTENDED_XMP) ? has('xmp') : has('comments'));
  return {
    ...others,
    ...(exif && has('exif') ? { exif } : {}),
    ...(xmp && has('xmp') ? { xmp } : {}),
    ...(iptc && has('iptc') ? { iptc } : {}),
    ...(photoshop && has('iptc') ? { photoshop } : {}),
    ...(blocks ? { blocks: blocks.filter(isKept) } : {}),
    ...(gainMap && has('gain-map') ? { gainMap } : {}),
    ...(video && has('video') ? { video } : {}),
  };
};

interface Chosen {
  readonly metadata: Metadata;
  /** What had to go along with what was to go, in the user's words. */
  readonly alongside: readonly string[];
}

const strippedOf = (metadata: Metadata, stripped: Stripped): Chosen => {
  const { exif, xmp, iptc, photoshop, blocks, gainMap, video, ...others } = metadata;
  const cleanExif = exif && strippedExif(exif, stripped);
  const cleanXmp = xmp && strippedXmp(xmp, stripped);
  const cleanMap = gainMap && { ...gainMap, jpeg: withoutOthers(gainMap.jpeg) };
  const goesVideo = video !== undefined && isPrivate(stripped);
  return {
    metadata: {
      ...others,
      ...(cleanExif ? { exif: cleanExif } : {}),
      ...(cleanXmp ? { xmp: cleanXmp } : {}),
      ...(iptc ? { iptc: strippedIptc(iptc, stripped) } : {}),
      ...(photoshop ? { photoshop: strippedPhotoshop(photoshop, stripped) } : {}),
      ...(blocks ? { blocks: blocks.filter(keepsBlock(stripped)) } : {}),
      ...(cleanMap ? { gainMap: cleanMap } : {}),
      ...(video && !goesVideo ? { video } : {}),
    },
    alongside: [
      ...(exif && cleanExif === undefined ? ['EXIF, which is damaged'] : []),
      ...(xmp && cleanXmp === undefined ? ['XMP, which cannot be read'] : []),
      ...(goesVideo ? ['the video of a motion photo'] : []),
    ],
  };
};

/**
 * A frame with the metadata that were chosen. Warning: `image/stripped-whole`, where something had to go whole because it may
 * hold what was to go.
 */
export const withMetadata = (
  frame: Frame,
  { keep, strip = [] }: MetadataChoice,
): { readonly frame: Frame; readonly warnings: readonly Diagnostic[] } => {
  const kept = ofKinds(frame.metadata, keep);
  if (strip.length === 0) return { frame: { ...frame, metadata: kept }, warnings: [] };
  const { metadata, alongside } = strippedOf(kept, new Set(strip));
  const message = `Left out whole, since ${strip.join(', ')} may be in it: ${alongside.join(', ')}.`;
  return {
    frame: { ...frame, metadata },
    warnings: alongside.length === 0 ? [] : [warning('image/stripped-whole', message)],
  };
};
