import type { CodePoints, DeclaredColour } from '../../ports/index.js';
import { viewOf } from '../bytes.js';
import { SRGB_CHROMATICITIES } from './matrix.js';

interface Found {
  readonly data: Uint8Array;
}

/** Primaries and white by their number in ITU-T H.273, table 2. */
const primaries: Readonly<Record<number, readonly number[]>> = {
  1: SRGB_CHROMATICITIES,
  5: [0.64, 0.33, 0.29, 0.6, 0.15, 0.06, 0.3127, 0.329],
  6: [0.63, 0.34, 0.31, 0.595, 0.155, 0.07, 0.3127, 0.329],
  9: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329],
  11: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351],
  12: [0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329],
};

/** Transfer curves by their number in ITU-T H.273, table 3; PQ (16) and HLG (18) are not for SDR pictures. */
const transfers: Readonly<Record<number, DeclaredColour['transfer']>> = {
  1: 'bt709',
  4: { exponent: 2.2 },
  5: { exponent: 2.8 },
  6: 'bt709',
  8: 'linear',
  13: 'srgb',
  14: 'bt709',
  15: 'bt709',
};

const isSrgb = ({ chromaticities, transfer }: DeclaredColour): boolean =>
  transfer === 'srgb' &&
  chromaticities.every((value, i) => Math.abs(value - (SRGB_CHROMATICITIES[i] ?? 0)) < 0.002);

/** Curves of high dynamic range, by their names: they say more than samples of 0..1 can hold. */
export type Hdr = 'PQ' | 'HLG';

const hdrs: Readonly<Record<number, Hdr>> = { 16: 'PQ', 18: 'HLG' };

const byNumbers = (points: CodePoints): DeclaredColour | Hdr | undefined => {
  const hdr = hdrs[points.transfer];
  if (hdr !== undefined) return hdr;
  const transfer = transfers[points.transfer];
  const chromaticities = primaries[points.primaries];
  return transfer && chromaticities && { chromaticities, transfer };
};

const unlessSrgb = (colour: DeclaredColour | Hdr | undefined): DeclaredColour | Hdr | undefined =>
  colour === undefined || (typeof colour === 'object' && isSrgb(colour)) ? undefined : colour;

/** What code points say of colours. Undefined when it is sRGB, or when they say nothing that is known. */
export const declaredByNumbers = (points: CodePoints): DeclaredColour | Hdr | undefined =>
  unlessSrgb(byNumbers(points));

/** Whether colours lie in another triangle than sRGB's, of other primaries: a conversion to sRGB may clip them. */
export const isOtherGamut = ({ chromaticities }: DeclaredColour): boolean =>
  chromaticities.slice(0, 6).some((value, i) => Math.abs(value - (SRGB_CHROMATICITIES[i] ?? 0)) > 0.002);

/** Adobe RGB (1998), section 4.3. */
export const adobeRgb: DeclaredColour = {
  chromaticities: [0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.329],
  transfer: { exponent: 563 / 256 },
};

/** ROMM RGB, called ProPhoto RGB (ISO 22028-2). */
export const proPhoto: DeclaredColour = {
  chromaticities: [0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001, 0.3457, 0.3585],
  transfer: { exponent: 1.8 },
};

const byGamma = (
  gamma: Uint8Array | undefined,
  white: Uint8Array | undefined,
): DeclaredColour | undefined => {
  const encoding = gamma?.length === 4 ? viewOf(gamma).getUint32(0) / 100_000 : 0;
  const [wx = 0, wy = 0, ...rgb] =
    white?.length === 32
      ? Array.from({ length: 8 }, (_, i) => viewOf(white).getUint32(i * 4) / 100_000)
      : [0.3127, 0.329, ...SRGB_CHROMATICITIES];
  if (!(encoding > 0.01 && encoding < 10) || wy === 0) return undefined;
  return {
    chromaticities: [...rgb.slice(0, 6), wx, wy],
    // A gamma of 1/2.2 is how sRGB is written down when only a number can be.
    transfer: Math.abs(encoding * 2.2 - 1) < 0.05 ? 'srgb' : { exponent: 1 / encoding },
  };
};

/** What a PNG's chunks say of its colours. */
export interface PngColour {
  /** Undefined when it is sRGB, when a profile says it, or when nothing does. */
  readonly colour: DeclaredColour | Hdr | undefined;
  /** Whether the profile, if there is one, is overruled. */
  readonly overrulesProfile: boolean;
}

/**
 * What a PNG's chunks say of its colours, in the order of precedence of the specification (section 4.3): cICP, the
 * ICC profile, sRGB, then gAMA with cHRM.
 */
export const declaredByPng = (find: (type: string) => Found | undefined, hasProfile: boolean): PngColour => {
  const [primary = 0, transfer = 0] = find('cICP')?.data ?? [];
  const coded = byNumbers({ primaries: primary, transfer });
  const plain = hasProfile || find('sRGB') !== undefined;
  const colour = coded ?? (plain ? undefined : byGamma(find('gAMA')?.data, find('cHRM')?.data));
  return { colour: unlessSrgb(colour), overrulesProfile: coded !== undefined };
};
