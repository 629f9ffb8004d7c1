import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { DeclaredColour, Metadata } from '../../ports/index.js';
import { type Conversion, throughCurve, throughMatrix } from './conversion.js';
import { bt709Curve, type Curve, power, sampled, srgbCurve } from './curves.js';
import { type Profile, readProfile } from './icc.js';
import { D50_TO_SRGB, keepingGrey, multiply, toD50 } from './matrix.js';

/** How the samples of a file become sRGB, and back. */
export type ColourSpace =
  /** They are sRGB, or are taken for it. */
  | { readonly kind: 'srgb' }
  /** By curves and a matrix, here, without clipping. */
  | { readonly kind: 'converted'; readonly conversion: Conversion }
  /** By the tables of a profile, through Little CMS. */
  | { readonly kind: 'managed' };

/** A colour space, and why the file's profile was passed over where it was. */
export interface Resolved {
  readonly space: ColourSpace;
  readonly ignored?: string;
}

const srgb: ColourSpace = { kind: 'srgb' };

const curvesOf = (transfer: DeclaredColour['transfer']): readonly [Curve, Curve, Curve] => {
  if (typeof transfer === 'object' && 'points' in transfer) {
    const [r, g = r, b = r] = transfer.points.map(sampled);
    if (r !== undefined && g !== undefined && b !== undefined) return [r, g, b];
  }
  const curve = curveOf(transfer);
  return [curve, curve, curve];
};

const curveOf = (transfer: DeclaredColour['transfer']): Curve => {
  if (transfer === 'srgb') return srgbCurve;
  if (transfer === 'bt709') return bt709Curve;
  return typeof transfer === 'object' && 'exponent' in transfer ? power(transfer.exponent) : power(1);
};

// Sixteen levels a side: enough to tell profiles apart, and little to compute.
const probe = (channels: 1 | 3): Uint8Array =>
  Uint8Array.from({ length: channels === 3 ? 4096 * 3 : 256 }, (_, i) => {
    if (channels === 1) return i;
    const pixel = Math.floor(i / 3);
    return ((pixel >> (4 * (i % 3))) & 15) * 17;
  });

/**
 * A profile that moves no 8-bit colour by more than a level is sRGB by another name, of which there are dozens. Its
 * pixels are left alone, and the profile is given back with them.
 */
const isSrgb = (conversion: Conversion, channels: 1 | 3): boolean => {
  const levels = probe(channels);
  return conversion.toSrgb(levels).every((value, i) => Math.abs(value * 255 - (levels[i] as number)) <= 1);
};

const converted = (conversion: Conversion, channels: 1 | 3): ColourSpace =>
  isSrgb(conversion, channels) ? srgb : { kind: 'converted', conversion };

const declared = ({ chromaticities, transfer }: DeclaredColour, model: 'rgb' | 'grey'): ColourSpace => {
  const curves = curvesOf(transfer);
  if (model === 'grey') return converted(throughCurve(curves[0]), 1);
  const matrix = keepingGrey(multiply(D50_TO_SRGB, toD50(chromaticities)));
  return matrix.every(Number.isFinite) ? converted(throughMatrix(curves, matrix), 3) : srgb;
};

const profiled = (profile: Profile | undefined, model: 'grey' | 'rgb' | 'cmyk'): Resolved => {
  if (profile === undefined) return { space: srgb, ignored: 'it is damaged or of an unknown kind' };
  const space = profile.kind === 'tables' ? profile.space : profile.kind === 'grey' ? 'grey' : 'rgb';
  // Grey files often carry the sRGB profile of the program that wrote them: their greys are right as they are.
  if (space === 'rgb' && model === 'grey') return { space: srgb };
  if (space !== model)
    return { space: srgb, ignored: `it describes ${space} colours, and the picture is ${model}` };
  if (profile.kind === 'matrix')
    return { space: converted(throughMatrix(profile.curves, profile.matrix), 3) };
  if (profile.kind === 'grey') return { space: converted(throughCurve(profile.curve), 1) };
  return { space: model === 'grey' ? srgb : { kind: 'managed' } };
};

// Cameras give the same profile to every photo, and the tables behind one cost milliseconds.
const cache = new LRUCache<string, Resolved>({ max: 16 });

const cached = (key: string, make: () => Resolved): Resolved => {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
};

/** What a file says about its colours. */
export interface Declaration {
  readonly model: Metadata['model'];
  readonly icc?: Uint8Array | undefined;
  readonly colour?: DeclaredColour | undefined;
}

/** The colour space of a file's samples: by its profile, else by what it declares, else sRGB. */
export const spaceOf = ({ model, icc, colour }: Declaration): Resolved => {
  if (model === 'cmyk') {
    // Without a profile that fits, Little CMS goes by a generic press.
    const fits = icc === undefined || profiled(readProfile(icc), 'cmyk').ignored === undefined;
    return { space: { kind: 'managed' }, ...(fits ? {} : { ignored: 'it does not describe CMYK colours' }) };
  }
  if (model === 'lab') return { space: srgb };
  if (icc !== undefined) {
    const digest = createHash('sha1').update(icc).digest('base64');
    return cached(`${model} ${digest}`, () => profiled(readProfile(icc), model));
  }
  if (colour === undefined) return { space: srgb };
  return cached(`${model} ${JSON.stringify(colour)}`, () => ({ space: declared(colour, model) }));
};
