import type { Frame } from '../../ports/index.js';
import { latin1 } from '../bytes.js';
import type { Region } from '../samples/window.js';

/** A property of Google's photo sphere metadata (GPano), in either of the spellings of XMP. */
export const propertyOf = (xmp: string, name: string): string | undefined =>
  new RegExp(`\\bGPano:${name}(?:\\s*=\\s*["']([^"']*)["']|\\s*>\\s*([^<]*?)\\s*<)`)
    .exec(xmp)
    ?.slice(1)
    .find((value) => value !== undefined);

/** A property that counts pixels, where it does so. */
export const numberOf = (xmp: string, name: string): number | undefined => {
  const value = Number(propertyOf(xmp, name) ?? Number.NaN);
  return value > 0 ? value : undefined;
};

/** True of XMP that says that its picture is an equirectangular panorama, or a part of one. */
export const isEquirectangular = (xmp: string): boolean =>
  propertyOf(xmp, 'ProjectionType')?.toLowerCase() === 'equirectangular';

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
  if (metadata.xmp === undefined || (same && after.width === before.width && after.height === before.height))
    return metadata;
  const xmp = latin1(metadata.xmp);
  if (!isEquirectangular(xmp)) return metadata;
  const isInside =
    region.left >= 0 &&
    region.top >= 0 &&
    region.left + region.width <= before.width &&
    region.top + region.height <= before.height;
  const said = isInside ? restated(xmp, before, region, after) : withoutGPano(xmp);
  return { ...metadata, xmp: Buffer.from(said, 'latin1') };
};

/** Metadata of a picture whose pixels were moved otherwise: it is no panorama any more. */
export const noPanorama = (metadata: Frame['metadata']): Frame['metadata'] => {
  const xmp = metadata.xmp === undefined ? '' : latin1(metadata.xmp);
  return isEquirectangular(xmp) ? { ...metadata, xmp: Buffer.from(withoutGPano(xmp), 'latin1') } : metadata;
};

const restated = (xmp: string, before: Size, region: Region, after: Size): string => {
  const across = axis(xmp, 'Width', 'Left', before.width, region.left, region.width, after.width);
  const down = axis(xmp, 'Height', 'Top', before.height, region.top, region.height, after.height);
  const stated = Object.entries({ ...across, ...down }).reduce(
    (text, [name, value]) => withProperty(text, name, value),
    xmp,
  );
  const hasInterior = INTERIOR.every((name) => numberOf(stated, name) !== undefined);
  return hasInterior ? stated : ['Left', 'Top', ...INTERIOR_SIDES].reduce(withoutInterior, stated);
};

const INTERIOR_SIDES = ['Width', 'Height'];
const INTERIOR = INTERIOR_SIDES.map((side) => `LargestValidInteriorRect${side}`);

/** What is to be said of one axis. */
const axis = (
  xmp: string,
  side: 'Width' | 'Height',
  edge: 'Left' | 'Top',
  before: number,
  from: number,
  length: number,
  after: number,
): Readonly<Record<string, number>> => {
  // What is declared may count other pixels than the picture has, where someone made it smaller and did not say so.
  const cropped = numberOf(xmp, `CroppedAreaImage${side}Pixels`) ?? before;
  const declared = cropped / before;
  const factor = after / length / declared;
  const start = Math.round(((numberOf(xmp, `CroppedArea${edge}Pixels`) ?? 0) + from * declared) * factor);
  const full = Math.round((numberOf(xmp, `FullPano${side}Pixels`) ?? cropped) * factor);
  const interior = numberOf(xmp, `LargestValidInteriorRect${side}`);
  const first = (numberOf(xmp, `LargestValidInteriorRect${edge}`) ?? 0) - from * declared;
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

const withoutInterior = (xmp: string, side: string): string =>
  without(xmp, `LargestValidInteriorRect${side}`);

const withProperty = (xmp: string, name: string, value: number): string => {
  if (propertyOf(xmp, name) !== undefined)
    return xmp
      .replace(new RegExp(`(\\bGPano:${name}\\s*=\\s*)(["'])[^"']*\\2`), `$1$2${value}$2`)
      .replace(new RegExp(`(<GPano:${name}\\s*>)[^<]*(<)`), `$1${value}$2`);
  // Beside the projection, in the spelling that it has.
  return xmp
    .replace(/(\bGPano:ProjectionType\s*=\s*(?:"[^"]*"|'[^']*'))/, `$1 GPano:${name}="${value}"`)
    .replace(/(<\/GPano:ProjectionType\s*>)/, `$1<GPano:${name}>${value}</GPano:${name}>`);
};

const without = (xmp: string, name: string): string =>
  xmp
    .replace(new RegExp(`\\s+GPano:${name}\\s*=\\s*(?:"[^"]*"|'[^']*')`, 'g'), '')
    .replace(new RegExp(`<GPano:(${name})\\b[^>]*(?:/>|>[^<]*</GPano:\\1\\s*>)`, 'g'), '');

const withoutGPano = (xmp: string): string => without(xmp, '\\w+');
