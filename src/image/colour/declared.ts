import type { DeclaredColour } from '../../ports/index.js';
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

const byNumbers = (data: Uint8Array): DeclaredColour | 'hdr' | undefined => {
  const transfer = transfers[data[1] ?? 0];
  if (data[1] === 16 || data[1] === 18) return 'hdr';
  const chromaticities = primaries[data[0] ?? 0];
  return transfer && chromaticities && { chromaticities, transfer };
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

/**
 * What a PNG's chunks say of its colours, in the order of precedence of the specification (section 4.3): cICP, the
 * ICC profile, sRGB, then gAMA with cHRM. Undefined when it is sRGB, when a profile says it, or when nothing does.
 */
export const declaredByPng = (
  find: (type: string) => Found | undefined,
  hasProfile: boolean,
): DeclaredColour | 'hdr' | undefined => {
  const numbers = find('cICP')?.data;
  const coded = numbers && byNumbers(numbers);
  if (coded === 'hdr') return coded;
  const plain = hasProfile || find('sRGB') !== undefined;
  const colour = coded ?? (plain ? undefined : byGamma(find('gAMA')?.data, find('cHRM')?.data));
  return colour === undefined || isSrgb(colour) ? undefined : colour;
};
