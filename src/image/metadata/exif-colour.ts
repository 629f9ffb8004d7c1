import type { DeclaredColour } from '../../ports/index.js';
import { hasText, viewOf } from '../bytes.js';
import { adobeRgb } from '../colour/declared.js';
import {
  childOf,
  type Entry,
  entryOf,
  type Ifd,
  integerOf,
  integersOf,
  openTiff,
  readIfd,
  type Tiff,
} from './ifd.js';

const EXIF_IFD = 0x8769;
const INTEROPERABILITY_IFD = 0xa005;
const INTEROPERABILITY_INDEX = 1;
const COLOUR_SPACE = 0xa001;
const WHITE_POINT = 318;
const PRIMARIES = 319;
const TRANSFER_FUNCTION = 301;
const SRGB = 1;
const ADOBE_RGB = 2;

/** Curves of more points are thinned out. */
const MAX_POINTS = 1025;

/** The longest transfer function: 16 bits for each of three channels. */
const longest = 3 * 65_536;

interface Claims {
  readonly tiff: Tiff;
  readonly space: number | undefined;
  readonly spaceEntry: Entry | undefined;
  readonly indexEntry: Entry | undefined;
}

const claimsOf = (exif: Uint8Array | undefined): Claims | undefined => {
  const tiff = exif && openTiff(exif);
  const main = tiff && !tiff.big ? readIfd(tiff, tiff.first) : undefined;
  if (tiff === undefined || main === undefined) return undefined;
  const photo = childOf(tiff, main, EXIF_IFD);
  const interoperability = childOf(tiff, photo, INTEROPERABILITY_IFD);
  return {
    tiff,
    space: integerOf(tiff, photo, COLOUR_SPACE),
    spaceEntry: entryOf(photo, COLOUR_SPACE),
    indexEntry: entryOf(interoperability, INTEROPERABILITY_INDEX),
  };
};

const isAdobe = ({ space, indexEntry }: Claims): boolean =>
  space === ADOBE_RGB || (space !== SRGB && indexEntry !== undefined && hasText(indexEntry.value, 'R03'));

/**
 * What EXIF says of colours that are not sRGB: Adobe RGB, by the interoperability index R03 (DCF 2.0, 3.2) or by the colour space 2,
 * which some writers put. Undefined where it is sRGB, or nothing is said. A profile in the file outranks it.
 */
export const declaredByExif = (exif: Uint8Array | undefined): DeclaredColour | undefined => {
  const claims = claimsOf(exif);
  return claims && isAdobe(claims) ? adobeRgb : undefined;
};

/** A copy of the block that says sRGB where it said Adobe RGB; the same block where it did not. */
export const withSrgbDeclared = (exif: Uint8Array): Uint8Array => {
  const claims = claimsOf(exif);
  if (claims === undefined || !isAdobe(claims)) return exif;
  const { tiff, spaceEntry, indexEntry } = claims;
  const copy = exif.slice();
  if (spaceEntry !== undefined && spaceEntry.type === 3)
    viewOf(copy).setUint16(spaceEntry.value.byteOffset - exif.byteOffset, SRGB, tiff.order === 'II');
  if (indexEntry !== undefined && hasText(indexEntry.value, 'R03'))
    copy.set([0x52, 0x39, 0x38], indexEntry.value.byteOffset - exif.byteOffset);
  return copy;
};

const rationals = (tiff: Tiff, entry: Entry | undefined, count: number): readonly number[] | undefined => {
  if (entry?.type !== 5 || entry.count !== count) return undefined;
  const view = viewOf(entry.value);
  const little = tiff.order === 'II';
  const values = Array.from(
    { length: count },
    (_, i) => view.getUint32(i * 8, little) / view.getUint32(i * 8 + 4, little),
  );
  return values.every((value) => value >= 0 && value <= 1) ? values : undefined;
};

const thinned = (points: readonly number[]): readonly number[] => {
  if (points.length <= MAX_POINTS) return points;
  const last = points.length - 1;
  return Array.from(
    { length: MAX_POINTS },
    (_, i) => points[Math.round((i * last) / (MAX_POINTS - 1))] as number,
  );
};

// One curve for all channels, or one each for three, of 2 ** bits points.
const transferOf = (
  tiff: Tiff,
  entry: Entry | undefined,
  bits: number,
): DeclaredColour['transfer'] | undefined => {
  const points = 2 ** bits;
  if (entry?.type !== 3 || bits > 16 || bits < 1 || ![points, points * 3].includes(entry.count))
    return undefined;
  const values = integersOf(tiff.order, entry, longest).map((value) => value / 65_535);
  return {
    points: Array.from({ length: entry.count / points }, (_, i) =>
      thinned(values.slice(i * points, (i + 1) * points)),
    ),
  };
};

/**
 * What a TIFF file's own fields say of its colours (TIFF 6.0, section 20): white point, primaries, transfer function. Without a
 * transfer function it is sRGB's curve; without primaries they are sRGB's. Undefined where none of them is there, or makes sense.
 */
export const declaredByFields = (tiff: Tiff, main: Ifd, bits: number): DeclaredColour | undefined => {
  const primaries = rationals(tiff, entryOf(main, PRIMARIES), 6);
  const transfer = transferOf(tiff, entryOf(main, TRANSFER_FUNCTION), bits);
  if (primaries === undefined && transfer === undefined) return undefined;
  const white = rationals(tiff, entryOf(main, WHITE_POINT), 2) ?? [0.3127, 0.329];
  const chromaticities = [...(primaries ?? [0.64, 0.33, 0.3, 0.6, 0.15, 0.06]), ...white];
  // A chromaticity whose y is zero is none.
  if ([1, 3, 5, 7].some((i) => !((chromaticities[i] ?? 0) > 0))) return undefined;
  return { chromaticities, transfer: transfer ?? 'srgb' };
};
