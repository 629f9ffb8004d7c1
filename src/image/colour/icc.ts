import { hasText, latin1, viewOf } from '../bytes.js';
import { type Curve, parametric, power, sampled } from './curves.js';
import { D50_TO_SRGB, fromColumns, keepingGrey, type Matrix, multiply, type Vector } from './matrix.js';

/** An ICC profile (ICC.1:2022), as far as colours are converted here; what needs tables is left to Little CMS. */
export type Profile =
  | { readonly kind: 'matrix'; readonly curves: readonly [Curve, Curve, Curve]; readonly matrix: Matrix }
  | { readonly kind: 'grey'; readonly curve: Curve }
  | { readonly kind: 'tables'; readonly space: 'rgb' | 'cmyk' | 'grey' };

const spaces: Readonly<Record<string, 'rgb' | 'cmyk' | 'grey'>> = {
  'RGB ': 'rgb',
  CMYK: 'cmyk',
  GRAY: 'grey',
};

/** A longer tag table is taken for damage. */
const maxTags = 256;

/** A curve of more samples than 16 bits can tell apart is taken for damage. */
const maxSamples = 65_536;

type Tags = ReadonlyMap<string, Uint8Array>;

const tagsOf = (icc: Uint8Array): Tags => {
  const view = viewOf(icc);
  const count = Math.min(view.getUint32(128), maxTags, Math.floor((icc.length - 132) / 12));
  return new Map(
    Array.from({ length: count }, (_, i): readonly [string, Uint8Array] => {
      const at = 132 + i * 12;
      const start = view.getUint32(at + 4);
      return [latin1(icc, at, at + 4), icc.subarray(start, start + view.getUint32(at + 8))];
    }),
  );
};

// A fixed-point number: 16 bits before the point, 16 after it.
const fixed = (view: DataView, at: number): number => view.getInt32(at) / 65536;

const xyz = (tag: Uint8Array | undefined): Vector | undefined => {
  if (tag === undefined || tag.length < 20 || !hasText(tag, 'XYZ ')) return undefined;
  const view = viewOf(tag);
  return [fixed(view, 8), fixed(view, 12), fixed(view, 16)];
};

const sampledCurve = (tag: Uint8Array): Curve | undefined => {
  const view = viewOf(tag);
  const count = view.getUint32(8);
  if (tag.length < 12 + count * 2 || count > maxSamples) return undefined;
  if (count === 0) return power(1);
  if (count === 1) return power(view.getUint16(12) / 256);
  return sampled(Array.from({ length: count }, (_, i) => view.getUint16(12 + i * 2) / 65535));
};

const parametricCurve = (tag: Uint8Array): Curve | undefined => {
  const view = viewOf(tag);
  const type = view.getUint16(8);
  const count = [1, 3, 4, 5, 7][type];
  if (count === undefined || tag.length < 12 + count * 4) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: count }, (_, i) =>
    fixed(view, 12 + i * 4),
  );
  if (!(g > 0) || a === 0) return undefined;
  if (type === 0) return power(g);
  // The first two types end where their base does, at x = -b / a, and are flat before it (at c for the second).
  if (type === 1) return parametric({ g, a, b, c: 0, d: -b / a, e: 0, f: 0 });
  if (type === 2) return parametric({ g, a, b, c: 0, d: -b / a, e: c, f: c });
  return parametric({ g, a, b, c, d, e, f });
};

const curve = (tag: Uint8Array | undefined): Curve | undefined => {
  if (tag === undefined || tag.length < 12) return undefined;
  if (hasText(tag, 'curv')) return sampledCurve(tag);
  return hasText(tag, 'para') ? parametricCurve(tag) : undefined;
};

const matrixProfile = (tags: Tags): Profile | undefined => {
  const [r, g, b] = [xyz(tags.get('rXYZ')), xyz(tags.get('gXYZ')), xyz(tags.get('bXYZ'))];
  const [x, y, z] = [curve(tags.get('rTRC')), curve(tags.get('gTRC')), curve(tags.get('bTRC'))];
  if (!r || !g || !b || !x || !y || !z) return undefined;
  const matrix = keepingGrey(multiply(D50_TO_SRGB, fromColumns(r, g, b)));
  return matrix.every(Number.isFinite) ? { kind: 'matrix', curves: [x, y, z], matrix } : undefined;
};

/** Reads a profile; undefined when it is not one, or of a kind that describes no picture. */
export const readProfile = (icc: Uint8Array): Profile | undefined => {
  if (icc.length < 132 || !hasText(icc, 'acsp', 36)) return undefined;
  const space = spaces[latin1(icc, 16, 20)];
  const tags = tagsOf(icc);
  if (space === undefined) return undefined;
  // Tables, where a profile has them, are what its maker wants used.
  if (tags.has('A2B0')) return { kind: 'tables', space };
  if (space === 'rgb') return latin1(icc, 20, 24) === 'XYZ ' ? matrixProfile(tags) : undefined;
  const grey = space === 'grey' ? curve(tags.get('kTRC')) : undefined;
  return grey && { kind: 'grey', curve: grey };
};

/** Characters of a name that are read. */
const MOST_NAME = 100;

/** What a profile calls itself, in the first language that it has a name in; undefined where it says nothing. */
export const profileName = (icc: Uint8Array): string | undefined => {
  if (icc.length < 132) return undefined;
  const tag = tagsOf(icc).get('desc');
  if (tag === undefined || tag.length < 28) return undefined;
  const view = viewOf(tag);
  if (hasText(tag, 'desc'))
    return latin1(tag, 12, Math.min(tag.length, 12 + MOST_NAME))
      .split('\0')[0]
      ?.trim();
  if (!hasText(tag, 'mluc')) return undefined;
  const [length, start] = [Math.min(view.getUint32(20), 2 * MOST_NAME), view.getUint32(24)];
  const units = Array.from({ length: length >> 1 }, (_, i) => start + 2 * i).filter(
    (at) => at + 2 <= tag.length,
  );
  return String.fromCharCode(...units.map((at) => view.getUint16(at)))
    .split('\0')[0]
    ?.trim();
};
