import * as E from 'fp-ts/lib/Either.js';
import { definedOnly } from '../../ports/defined.js';
import type { Frame, Size } from '../../ports/index.js';
import { hasText } from '../bytes.js';
import { EXTENDED_XMP } from '../containers/jpeg-pieces.js';
import type { Region } from '../samples/window.js';
import { noPanorama, regionOfPanorama } from './gpano.js';
import { followedRegions, type Move, type Rectangle } from './regions.js';
import { edited, openXmp, type Property, removed, type XmpPacket } from './xmp-packet.js';

/*
 * What metadata say of places in a picture, when pixels move: it follows, or it goes and is told.
 */

type Metadata = Frame['metadata'];

/** A depth map lies in XMP, its pixels in extended XMP. */
const isDepth = ({ namespace }: Property): boolean => namespace === 'GDepth' || namespace === 'GImage';

const ADJUSTMENTS =
  /^(?:HasCrop|Crop|Perspective|Upright|LensProfile|LensManualDistortion|ChromaticAberration|Vignette|AutoLateralCA)/;

/** Camera Raw's crop and lens corrections count from the raw picture's corners. */
const isAdjustment = ({ namespace, name }: Property): boolean =>
  namespace === 'crs' && ADJUSTMENTS.test(name);

const isExtension = ({ namespace, name }: Property): boolean =>
  namespace === 'xmpNote' && name === 'HasExtendedXMP';

interface Edited {
  readonly xmp: Uint8Array;
  readonly leftOut: readonly string[];
  /** Whether the extended XMP goes with what it extends. */
  readonly withoutExtension: boolean;
}

const editedPacket = (packet: XmpPacket, move: Move | 'unknown'): Edited => {
  const has = (is: (property: Property) => boolean): boolean => packet.properties.some(is);
  const changes = move === 'unknown' || !move.whole;
  const sized = move !== 'unknown' && move.whole;
  const hasDepth = has(isDepth);
  const goes = (property: Property): boolean =>
    (hasDepth && (isDepth(property) || isExtension(property)) && !sized) ||
    (changes && isAdjustment(property)) ||
    (move === 'unknown' && isRegion(property));
  const followed = move === 'unknown' ? { edits: [], leftOut: [] } : followedRegions(packet, move);
  return {
    xmp: edited(packet, [...packet.properties.filter(goes).map(removed(packet)), ...followed.edits]),
    withoutExtension: hasDepth && !sized,
    leftOut: [
      ...(hasDepth && !sized ? ['the depth map'] : []),
      ...(changes && has(isAdjustment) ? ['crop and lens corrections of Camera Raw in XMP'] : []),
      ...(move === 'unknown' && has(isRegion) ? ['regions of people and things in XMP'] : followed.leftOut),
    ],
  };
};

const isRegion = ({ namespace, name }: Property): boolean =>
  namespace === 'mwg-rs' ||
  namespace === 'apple-fi' ||
  (namespace === 'MP' && name === 'RegionInfo') ||
  (namespace === 'Iptc4xmpExt' && name === 'ImageRegion');

const withLeftOut = (metadata: Metadata, more: readonly string[]): Metadata =>
  more.length === 0
    ? metadata
    : { ...metadata, leftOut: [...new Set([...(metadata.leftOut ?? []), ...more])] };

const moved = (metadata: Metadata, move: Move | 'unknown'): Metadata => {
  const { xmp, blocks } = metadata;
  const packet = xmp && openXmp(xmp);
  if (packet === undefined || E.isLeft(packet)) return metadata;
  const { xmp: now, leftOut, withoutExtension } = editedPacket(packet.right, move);
  const kept = withoutExtension
    ? blocks?.filter(({ container, data }) => container !== 'jpeg' || !hasText(data, EXTENDED_XMP))
    : blocks;
  return withLeftOut({ ...metadata, xmp: now, ...definedOnly({ blocks: kept }) }, leftOut);
};

const shareOf = ({ width, height }: Size, region: Region): Rectangle => ({
  left: region.left / width,
  top: region.top / height,
  width: region.width / width,
  height: region.height / height,
});

const cutGainMap = (metadata: Metadata, before: Size, region: Region, after: Size): Metadata => {
  const { gainMap, ...others } = metadata;
  if (gainMap === undefined) return metadata;
  const share = shareOf(before, region);
  const isInside =
    region.left >= 0 &&
    region.top >= 0 &&
    region.left + region.width <= before.width &&
    region.top + region.height <= before.height;
  if (!isInside)
    return withLeftOut(others, ['the gain map (HDR), which says nothing of what was added around']);
  const { part, most } = gainMap;
  return {
    ...others,
    gainMap: {
      ...gainMap,
      part: {
        left: part.left + share.left * part.width,
        top: part.top + share.top * part.height,
        width: part.width * share.width,
        height: part.height * share.height,
      },
      most: {
        width: Math.min(most?.width ?? after.width, after.width),
        height: Math.min(most?.height ?? after.height, after.height),
      },
    },
  };
};

const withoutTables = ({ quantisation: _, noise: __, ...metadata }: Metadata): Metadata => metadata;

/** By which tables pixels were quantised, and how noisy they are, is known of them as long as none was resampled. */
const followedTables = (metadata: Metadata, region: Region, after: Size): Metadata =>
  region.width === after.width && region.height === after.height ? metadata : withoutTables(metadata);

/**
 * Metadata of a picture that shows a region of another one, at a size of its own: what GPano says of a panorama
 * (`regionOfPanorama`), regions of people and things, the gain map. A depth map, and crop and lens corrections of Camera Raw,
 * hold for the picture as it was, and are left out; so are quantisation tables of pixels that were resampled, and a gain map where the region reaches beyond the picture.
 */
export const metadataOfRegion = (
  frame: Pick<Frame, 'metadata' | 'width' | 'height'>,
  region: Region,
  after: Size,
): Metadata => {
  const before = { width: frame.width, height: frame.height };
  const whole =
    region.left === 0 && region.top === 0 && region.width === before.width && region.height === before.height;
  if (whole && after.width === before.width && after.height === before.height) return frame.metadata;
  const panorama = followedTables(regionOfPanorama(frame, region, after), region, after);
  const shorter = (size: Size): number => Math.min(size.width, size.height);
  return cutGainMap(
    moved(panorama, {
      place: (rectangle) => ({
        left: (rectangle.left * before.width - region.left) / region.width,
        top: (rectangle.top * before.height - region.top) / region.height,
        width: (rectangle.width * before.width) / region.width,
        height: (rectangle.height * before.height) / region.height,
      }),
      before,
      after,
      scale: (shorter(before) * after.width) / region.width / shorter(after),
      turns: false,
      whole,
    }),
    before,
    region,
    after,
  );
};

/** Metadata of a picture whose pixels were moved nobody knows how: what they say of places goes. */
export const metadataWithoutPlaces = (metadata: Metadata): Metadata => {
  const { gainMap, ...others } = moved(noPanorama(withoutTables(metadata)), 'unknown');
  return gainMap === undefined ? others : withLeftOut(others, ['the gain map (HDR)']);
};

/** Where a rectangle lies once its picture was turned upright by an EXIF orientation. */
const uprightRectangle =
  (orientation: number) =>
  ({ left, top, width, height }: Rectangle): Rectangle => {
    const [right, bottom] = [1 - left - width, 1 - top - height];
    const turned = { width: height, height: width };
    switch (orientation) {
      case 2:
        return { left: right, top, width, height };
      case 3:
        return { left: right, top: bottom, width, height };
      case 4:
        return { left, top: bottom, width, height };
      case 5:
        return { left: top, top: left, ...turned };
      case 6:
        return { left: bottom, top: left, ...turned };
      case 7:
        return { left: bottom, top: right, ...turned };
      case 8:
        return { left: top, top: right, ...turned };
      default:
        return { left, top, width, height };
    }
  };

/** Metadata of a picture that was turned upright by its EXIF orientation; `before` is its size as stored. */
export const uprightMetadata = (metadata: Metadata, before: Size): Metadata => {
  const { orientation } = metadata;
  if (orientation === 1) return metadata;
  const after = orientation >= 5 ? { width: before.height, height: before.width } : before;
  return moved(metadata, {
    place: uprightRectangle(orientation),
    before,
    after,
    scale: 1,
    turns: true,
    whole: false,
  });
};
