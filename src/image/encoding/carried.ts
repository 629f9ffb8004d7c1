import type { Frame, ImageFormat, MetadataBlock } from '../../ports/index.js';
import type { Carried } from '../containers/container.js';
import { LONGEST_JPEG_XMP } from '../containers/jpeg.js';
import { colourKinds } from '../containers/png.js';
import { withSize } from '../metadata/exif.js';
import { withSrgbDeclared } from '../metadata/exif-colour.js';
import { withXmpSize } from '../metadata/xmp.js';
import { nameOf } from './encode-options.js';
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

/** What of a frame's metadata a target gets: sizes brought up to date, the profile only where it is the pixels'. */
export const outputMetadataOf = ({ width, height, metadata }: Frame, target: Target): OutputMetadata => {
  const { exif, xmp, icc, iptc, photoshop, density, blocks = [] } = metadata;
  const own = blocks.filter(({ container }) => container === target.format);
  // sRGB samples need no declaration: those made here are sRGB whatever the file said before.
  const samplesAreOwn = target.space !== 'srgb';
  const foreign = blocks.filter(
    ({ container, kind }) => container !== target.format && !colourKinds.has(kind),
  );
  const strayProfile = icc !== undefined && target.icc === undefined && metadata.model === target.model;
  return {
    carried: {
      exif: exif && withSize(samplesAreOwn ? exif : withSrgbDeclared(exif), width, height),
      xmp: xmp && withXmpSize(xmp, width, height),
      icc: target.icc,
      iptc,
      photoshop,
      density,
      blocks: own.filter(({ kind }) => samplesAreOwn || !colourKinds.has(kind)),
      leftovers: [],
    },
    dropped: [...(strayProfile && target.format !== 'gif' ? ['the ICC profile'] : []), ...kinds(foreign)],
  };
};
