import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { Frame } from '../../ports/index.js';
import type { Region } from '../samples/window.js';
import {
  addedBehind,
  type Edit,
  edited,
  openXmp,
  type Property,
  plainTextOf,
  propertiesOf,
  removed,
  setTo,
  type XmpPacket,
} from './xmp-packet.js';

/**
 * The packet of a picture that is an equirectangular panorama, or a part of one, by Google's photo sphere metadata (GPano);
 * none of any other picture, nor where the packet cannot be read.
 */
export const panoramaPacket = ({ xmp }: Frame['metadata']): O.Option<XmpPacket> =>
  xmp === undefined
    ? O.none
    : pipe(
        O.fromEither(openXmp(xmp)),
        O.filter(
          (packet) => plainTextOf(packet, 'GPano', 'ProjectionType')?.toLowerCase() === 'equirectangular',
        ),
      );

/** A GPano property that counts pixels, where it does so. */
export const numberOf = (packet: XmpPacket, name: string): number | undefined => {
  const value = Number(plainTextOf(packet, 'GPano', name) ?? Number.NaN);
  return value > 0 && value < 2 ** 31 ? value : undefined;
};

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Metadata of a picture that shows a region of another one, at a size of its own. What GPano says of the panorama (how large
 * it is whole, which area this is, where its valid part lies; all in pixels of this picture) is said anew, after "Photo
 * Sphere XMP Metadata"; a region that reaches beyond the picture is no area of the panorama, and GPano is left out.
 */
export const regionOfPanorama = (
  { metadata, ...before }: Pick<Frame, 'metadata' | 'width' | 'height'>,
  region: Region,
  after: Size,
): Frame['metadata'] => {
  const same =
    region.left === 0 && region.top === 0 && region.width === after.width && region.height === after.height;
  if (same && after.width === before.width && after.height === before.height) return metadata;
  const isInside =
    region.left >= 0 &&
    region.top >= 0 &&
    region.left + region.width <= before.width &&
    region.top + region.height <= before.height;
  return withEdits(metadata, (packet) =>
    isInside ? restated(packet, before, region, after) : withoutGPano(packet),
  );
};

/** Metadata of a picture whose pixels were moved otherwise: it is no panorama any more. */
export const noPanorama = (metadata: Frame['metadata']): Frame['metadata'] =>
  withEdits(metadata, withoutGPano);

const withEdits = (
  metadata: Frame['metadata'],
  edits: (packet: XmpPacket) => readonly Edit[],
): Frame['metadata'] => {
  const packet = panoramaPacket(metadata);
  return O.isNone(packet) ? metadata : { ...metadata, xmp: edited(packet.value, edits(packet.value)) };
};

const withoutGPano = (packet: XmpPacket): readonly Edit[] =>
  packet.properties.filter(({ namespace }) => namespace === 'GPano').map(removed(packet));

const restated = (packet: XmpPacket, before: Size, region: Region, after: Size): readonly Edit[] => {
  const across = axis(packet, 'Width', 'Left', before.width, region.left, region.width, after.width);
  const down = axis(packet, 'Height', 'Top', before.height, region.top, region.height, after.height);
  const stated: Readonly<Record<string, number>> = { ...across, ...down };
  const hasInterior = INTERIOR_SIZE.every((name) => (stated[name] ?? 0) > 0);
  const interior = hasInterior ? [] : INTERIOR.flatMap((name) => propertiesOf(packet, 'GPano', name));
  return [
    ...Object.entries(stated)
      .filter(([name]) => hasInterior || !INTERIOR.includes(name))
      .flatMap(([name, value]) => statement(packet, name, value)),
    ...interior.map(removed(packet)),
  ];
};

/** Sets a property wherever it stands, or adds it beside the projection, in the spelling that that has. */
const statement = (packet: XmpPacket, name: string, value: number): readonly Edit[] => {
  const there = propertiesOf(packet, 'GPano', name);
  if (there.length > 0) return there.map(setTo(value));
  return propertiesOf(packet, 'GPano', 'ProjectionType')
    .slice(0, 1)
    .map((projection: Property) => addedBehind(projection)(name, value));
};

const INTERIOR_SIZE = ['Width', 'Height'].map((side) => `LargestValidInteriorRect${side}`);
const INTERIOR = ['Left', 'Top', 'Width', 'Height'].map((side) => `LargestValidInteriorRect${side}`);

/** What is to be said of one axis. */
const axis = (
  packet: XmpPacket,
  side: 'Width' | 'Height',
  edge: 'Left' | 'Top',
  before: number,
  from: number,
  length: number,
  after: number,
): Readonly<Record<string, number>> => {
  // What is declared may count other pixels than the picture has, where someone made it smaller and did not say so.
  const cropped = numberOf(packet, `CroppedAreaImage${side}Pixels`) ?? before;
  const declared = cropped / before;
  const factor = after / length / declared;
  const start = Math.round(((numberOf(packet, `CroppedArea${edge}Pixels`) ?? 0) + from * declared) * factor);
  const full = Math.round((numberOf(packet, `FullPano${side}Pixels`) ?? cropped) * factor);
  const interior = numberOf(packet, `LargestValidInteriorRect${side}`);
  const first = (numberOf(packet, `LargestValidInteriorRect${edge}`) ?? 0) - from * declared;
  const clip = (value: number): number => Math.min(after, Math.max(0, Math.round(value * factor)));
  return {
    [`FullPano${side}Pixels`]: Math.max(full, start + after),
    [`CroppedAreaImage${side}Pixels`]: after,
    [`CroppedArea${edge}Pixels`]: start,
    ...(interior === undefined
      ? {}
      : {
          [`LargestValidInteriorRect${edge}`]: clip(first),
          [`LargestValidInteriorRect${side}`]: clip(first + interior) - clip(first),
        }),
  };
};
