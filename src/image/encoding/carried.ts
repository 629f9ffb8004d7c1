import type { EmbeddedVideo, Frame, ImageFormat, MetadataBlock } from '../../ports/index.js';
import type { Carried, StoredGainMap } from '../containers/container.js';
import { LONGEST_JPEG_XMP } from '../containers/jpeg.js';
import { colourKinds } from '../containers/png.js';
import { withClaims } from '../metadata/claims.js';
import { withSize } from '../metadata/exif.js';
import { withSrgbDeclared } from '../metadata/exif-colour.js';
import { withoutThumbnails } from '../metadata/photoshop.js';
import type { Strippable, Stripped } from '../metadata/strip.js';
import { withXmpSize } from '../metadata/xmp.js';
import { strippedXmp } from '../metadata/xmp-strip.js';
import { originOf } from '../samples/origin.js';
import { nameOf } from './encode-options.js';
import { speaksXmp } from './gain-map.js';
import type { Target } from './target.js';

/** The metadata that go into a file, and what of them does not, in the user's words. */
export interface OutputMetadata {
  readonly carried: Carried;
  readonly dropped: readonly string[];
}

/** Bytes that sizes in a packet may yet become longer by, when it is written. */
const SPARE = 64;

/** Whether a format has room for a packet: one that is too long for JPEG would be left behind, with all that it says. */
export const hasRoomFor = (xmp: Uint8Array, format: ImageFormat | undefined): boolean =>
  format !== 'jpeg' || xmp.length + SPARE <= LONGEST_JPEG_XMP;

const kinds = (blocks: readonly MetadataBlock[]): readonly string[] => [
  ...new Set(blocks.map(({ container, kind }) => `${nameOf(container)} ${kind}`)),
];

const THUMBNAIL: Stripped = new Set<Strippable>(['thumbnail']);

type BehindFor = Pick<Carried, 'xmp' | 'gainMap' | 'video'> & Pick<OutputMetadata, 'dropped'>;

/** What stands behind a picture in its file, with XMP that says so; only JPEG has it, and only where its XMP has room. */
const behindFor = (
  format: ImageFormat,
  xmp: Uint8Array | undefined,
  gainMap: StoredGainMap | undefined,
  video: EmbeddedVideo | undefined,
): BehindFor => {
  const dropped = [
    ...(gainMap ? ['the gain map (HDR)'] : []),
    ...(video ? ['the video of a motion photo'] : []),
  ];
  if (dropped.length === 0) return { xmp, gainMap, video, dropped };
  const isClaimed = video !== undefined || (gainMap !== undefined && speaksXmp(gainMap.jpeg));
  const claimed = isClaimed
    ? withClaims(xmp, {
        ...(gainMap ? { gainMap: gainMap.jpeg.length, speaksXmp: speaksXmp(gainMap.jpeg) } : {}),
        ...(video ? { video } : {}),
      })
    : xmp;
  return format !== 'jpeg' || (isClaimed && (claimed === undefined || claimed.length > LONGEST_JPEG_XMP))
    ? { xmp, gainMap: undefined, video: undefined, dropped }
    : { xmp: claimed, gainMap, video, dropped: [] };
};

/** What of a frame's metadata a target gets: sizes brought up to date, the profile only where it is the pixels'. */
export const outputMetadataOf = (
  { width, height, samples, metadata }: Frame,
  target: Target,
  gainMap: StoredGainMap | undefined,
): OutputMetadata => {
  const isEdited = originOf(samples) === undefined;
  const { video, exif, icc, iptc, density, blocks = [] } = metadata;
  const own = blocks.filter(({ container }) => container === target.format);
  // sRGB samples need no declaration: those made here are sRGB whatever the file said before.
  const samplesAreOwn = target.space !== 'srgb';
  const foreign = blocks.filter(
    ({ container, kind }) => container !== target.format && !colourKinds.has(kind),
  );
  const strayProfile = icc !== undefined && target.icc === undefined && metadata.model === target.model;
  // Pictures of the picture as it was would show what was cropped or painted over.
  const photoshop = isEdited
    ? metadata.photoshop && withoutThumbnails(metadata.photoshop)
    : metadata.photoshop;
  const stale = isEdited ? metadata.xmp && strippedXmp(metadata.xmp, THUMBNAIL) : undefined;
  const xmp = stale ?? metadata.xmp;
  const sized = xmp && withXmpSize(xmp, width, height);
  const { dropped: notBehind, ...behind } = behindFor(target.format, sized, gainMap, video);
  return {
    carried: {
      exif: exif && withSize(samplesAreOwn ? exif : withSrgbDeclared(exif), width, height),
      icc: target.icc,
      iptc,
      photoshop,
      density,
      blocks: own.filter(({ kind }) => samplesAreOwn || !colourKinds.has(kind)),
      leftovers: [],
      ...behind,
    },
    dropped: [
      ...(strayProfile && target.format !== 'gif' ? ['the ICC profile'] : []),
      ...kinds(foreign),
      ...notBehind,
    ],
  };
};
