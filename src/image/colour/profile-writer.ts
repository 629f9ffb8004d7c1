import type { DeclaredColour } from '../../ports/index.js';
import { concat, fromLatin1, viewOf } from '../bytes.js';
import { bt709Parameters, type Parameters, srgbParameters } from './curves.js';
import { adaptation, D50, type Matrix, toD50, type Vector, xyzOf } from './matrix.js';

/** ICC profiles (ICC.1:2022, version 4.4) of colours that a file declares without one, for formats that know no other way. */

interface Tag {
  readonly name: string;
  readonly data: Uint8Array;
}

// Fixed-point numbers: 16 bits before the point, 16 after it.
const fixed = (values: readonly number[]): Uint8Array => {
  const out = new Uint8Array(values.length * 4);
  values.forEach((value, i) => {
    viewOf(out).setInt32(i * 4, Math.round(value * 65_536));
  });
  return out;
};

const words = (values: readonly number[]): Uint8Array => {
  const out = new Uint8Array(values.length * 2);
  values.forEach((value, i) => {
    viewOf(out).setUint16(i * 2, value);
  });
  return out;
};

const longs = (...values: readonly number[]): Uint8Array => {
  const out = new Uint8Array(values.length * 4);
  values.forEach((value, i) => {
    viewOf(out).setUint32(i * 4, value);
  });
  return out;
};

const xyz = (values: Vector): Uint8Array => concat([fromLatin1('XYZ \0\0\0\0'), fixed(values)]);

// Text in one language.
const text = (words16: string): Uint8Array =>
  concat([
    fromLatin1('mluc\0\0\0\0'),
    longs(1, 12),
    fromLatin1('enUS'),
    longs(words16.length * 2, 28),
    words([...words16].map((letter) => letter.charCodeAt(0))),
  ]);

const parametric = ({ g, a, b, c, d }: Parameters): Uint8Array =>
  concat([fromLatin1('para\0\0\0\0\0\x03\0\0'), fixed([g, a, b, c, d])]);

const power = (exponent: number): Uint8Array =>
  concat([fromLatin1('para\0\0\0\0\0\0\0\0'), fixed([exponent])]);

const sampled = (points: readonly number[]): Uint8Array =>
  concat([
    fromLatin1('curv\0\0\0\0'),
    longs(points.length),
    words(points.map((point) => Math.round(Math.min(1, Math.max(0, point)) * 65_535))),
  ]);

const curveTag = (transfer: DeclaredColour['transfer'], channel: number): Uint8Array => {
  if (transfer === 'srgb') return parametric(srgbParameters);
  if (transfer === 'bt709') return parametric(bt709Parameters);
  if (transfer === 'linear') return power(1);
  if ('exponent' in transfer) return power(transfer.exponent);
  return sampled(transfer.points[channel] ?? transfer.points[0] ?? [0, 1]);
};

const head = (length: number): Uint8Array => {
  const out = new Uint8Array(128);
  out.set(longs(length), 0);
  out.set(fromLatin1('\x04\x40\0\0mntrRGB XYZ '), 8);
  // A date that is no secret, so that one colour is always one profile: 2026-01-01.
  out.set(words([2026, 1, 1, 0, 0, 0]), 24);
  out.set(fromLatin1('acsp'), 36);
  out.set(fixed(D50), 68);
  return out;
};

const padded = (data: Uint8Array): Uint8Array => concat([data, new Uint8Array((4 - (data.length % 4)) % 4)]);

const build = (tags: readonly Tag[]): Uint8Array => {
  let at = 128 + 4 + tags.length * 12;
  const table = tags.map(({ name, data }) => {
    const entry = concat([fromLatin1(name), longs(at, data.length)]);
    at += padded(data).length;
    return entry;
  });
  return concat([head(at), longs(tags.length), ...table, ...tags.map(({ data }) => padded(data))]);
};

/** A profile of three curves and a matrix that says what is declared. The same bytes for the same colour. */
export const profileOf = ({ chromaticities, transfer }: DeclaredColour): Uint8Array => {
  const m: Matrix = toD50(chromaticities);
  const [wx = 0.3127, wy = 0.329] = chromaticities.slice(6);
  return build([
    { name: 'desc', data: text('RGB as the photo declared it') },
    { name: 'cprt', data: text('No copyright, use freely') },
    { name: 'wtpt', data: xyz(D50) },
    {
      name: 'chad',
      data: concat([fromLatin1('sf32\0\0\0\0'), fixed(adaptation(xyzOf(wx, wy), D50))]),
    },
    { name: 'rXYZ', data: xyz([m[0], m[3], m[6]]) },
    { name: 'gXYZ', data: xyz([m[1], m[4], m[7]]) },
    { name: 'bXYZ', data: xyz([m[2], m[5], m[8]]) },
    ...['rTRC', 'gTRC', 'bTRC'].map((name, channel) => ({ name, data: curveTag(transfer, channel) })),
  ]);
};
