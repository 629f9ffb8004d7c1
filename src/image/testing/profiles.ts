import { concat, fromLatin1, viewOf } from '../bytes.js';
import { type Curve, srgbCurve } from '../colour/curves.js';
import {
  apply,
  D50,
  fromColumns,
  inverse,
  type Matrix,
  SRGB_TO_D50,
  toD50,
  type Vector,
} from '../colour/matrix.js';

/** ICC profiles made for tests: of kinds that no photo in the repository carries. */

interface Tag {
  readonly name: string;
  readonly data: Uint8Array;
}

const words = (...values: readonly number[]): Uint8Array => {
  const out = new Uint8Array(values.length * 2);
  values.forEach((value, i) => {
    viewOf(out).setUint16(i * 2, value);
  });
  return out;
};

const fixed = (...values: readonly number[]): Uint8Array => {
  const out = new Uint8Array(values.length * 4);
  values.forEach((value, i) => {
    viewOf(out).setInt32(i * 4, Math.round(value * 65536));
  });
  return out;
};

const xyz = ([x, y, z]: Vector): Uint8Array => concat([fromLatin1('XYZ \0\0\0\0'), fixed(x, y, z)]);

/** A tone curve that is a power; kept to 1/256 by the format. */
export const gammaTag = (gamma: number): Uint8Array =>
  concat([fromLatin1('curv\0\0\0\0\0\0\0\x01'), words(Math.round(gamma * 256)), new Uint8Array(2)]);

/** A tone curve of 1024 points. */
export const tableTag = (curve: Curve): Uint8Array =>
  concat([
    fromLatin1('curv\0\0\0\0\0\0\x04\0'),
    words(...Array.from({ length: 1024 }, (_, i) => Math.round(curve.toLight(i / 1023) * 65535))),
  ]);

/** A parametric curve of ICC type 3: sRGB's. */
export const parametricTag: Uint8Array = concat([
  fromLatin1('para\0\0\0\0\0\x03\0\0'),
  fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
]);

const build = (space: string, connection: string, tags: readonly Tag[]): Uint8Array => {
  const table = 128 + 4 + tags.length * 12;
  const head = new Uint8Array(table);
  const view = viewOf(head);
  head.set(fromLatin1('\x02\x40\0\0mntr'), 8);
  head.set(fromLatin1(space), 16);
  head.set(fromLatin1(connection), 20);
  head.set(fromLatin1('acsp'), 36);
  head.set(fixed(...D50), 68);
  view.setUint32(128, tags.length);
  let at = table;
  const parts = tags.map(({ name, data }, i) => {
    head.set(fromLatin1(name), 132 + i * 12);
    view.setUint32(136 + i * 12, at);
    view.setUint32(140 + i * 12, data.length);
    const padded = concat([data, new Uint8Array((4 - (data.length % 4)) % 4)]);
    at += padded.length;
    return padded;
  });
  view.setUint32(0, at);
  return concat([head, ...parts]);
};

const named = (name: string): readonly Tag[] => [
  {
    name: 'desc',
    data: concat([
      fromLatin1('desc\0\0\0\0\0\0\0'),
      Uint8Array.of(name.length + 1),
      fromLatin1(`${name}\0`),
      new Uint8Array(78),
    ]),
  },
  { name: 'cprt', data: fromLatin1('text\0\0\0\0none\0') },
  { name: 'wtpt', data: xyz(D50) },
];

/** An RGB profile of primaries (CIE xy of red, green, blue, white) and one tone curve. */
export const matrixProfile = (
  name: string,
  chromaticities: readonly number[],
  curve: Uint8Array,
): Uint8Array => {
  const m: Matrix = toD50(chromaticities);
  return build('RGB ', 'XYZ ', [
    ...named(name),
    { name: 'rXYZ', data: xyz([m[0], m[3], m[6]]) },
    { name: 'gXYZ', data: xyz([m[1], m[4], m[7]]) },
    { name: 'bXYZ', data: xyz([m[2], m[5], m[8]]) },
    ...['rTRC', 'gTRC', 'bTRC'].map((tag) => ({ name: tag, data: curve })),
  ]);
};

/** A grey profile of one tone curve. */
export const greyProfile = (name: string, curve: Uint8Array): Uint8Array =>
  build('GRAY', 'XYZ ', [...named(name), { name: 'kTRC', data: curve }]);

export const adobeRgb = matrixProfile(
  'Adobe RGB',
  [0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.329],
  gammaTag(563 / 256),
);

export const proPhoto = matrixProfile(
  'ProPhoto RGB',
  [0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001, 0.3457, 0.3585],
  gammaTag(1.8),
);

/** sRGB spelled as tables of points, as scanners' and monitors' profiles are. */
export const srgbByTable = matrixProfile(
  'sRGB by table',
  [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329],
  tableTag(srgbCurve),
);

export const greyGamma22 = greyProfile('Grey gamma 2.2', gammaTag(2.2));

// An RGB space a little less saturated than sRGB, so that its tables need not clip.
const muted: Matrix = (() => {
  const columns = [0, 1, 2].map(
    (i): Vector => [0, 1, 2].map((j) => (i === j ? 0.9 : 0.05)) as unknown as Vector,
  );
  const mix = fromColumns(columns[0] as Vector, columns[1] as Vector, columns[2] as Vector);
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) => {
      const into = apply(SRGB_TO_D50, [mix[column] ?? 0, mix[column + 3] ?? 0, mix[column + 6] ?? 0]);
      return into[row] as number;
    }),
  ) as unknown as Matrix;
})();

// Three inputs, three outputs, a grid of 33 points a side; samples and XYZ (65535 is 1 + 32767/32768) in 16 bits.
// Inputs go through a square root first where the grid would be too coarse for their shadows.
const table = (roots: boolean, map: (input: Vector) => Vector): Uint8Array => {
  const points = 33;
  const grid = Array.from({ length: points ** 3 }, (_, i) => {
    const at = (power: number) => (Math.floor(i / points ** power) % points) / (points - 1);
    return map([at(2), at(1), at(0)]).map((value) => Math.round(Math.min(1, Math.max(0, value)) * 65535));
  });
  const line = words(0, 65535);
  const entries = roots ? 4096 : 2;
  const input = words(
    ...Array.from({ length: entries }, (_, i) => Math.round(Math.sqrt(i / (entries - 1)) * 65535)),
  );
  return concat([
    fromLatin1('mft2\0\0\0\0\x03\x03'),
    Uint8Array.of(points, 0),
    fixed(1, 0, 0, 0, 1, 0, 0, 0, 1),
    words(entries, 2),
    ...[input, input, input],
    words(...grid.flat()),
    ...[line, line, line],
  ]);
};

const range = 1 + 32767 / 32768;

/** An RGB profile of tables, as many scanners have; samples are the square roots of light. */
export const tabledRgb: Uint8Array = build('RGB ', 'XYZ ', [
  ...named('tabled RGB'),
  {
    name: 'A2B0',
    data: table(false, ([r, g, b]) => {
      const [x, y, z] = apply(muted, [r ** 2, g ** 2, b ** 2]);
      return [x / range, y / range, z / range];
    }),
  },
  {
    name: 'B2A0',
    data: table(true, ([x, y, z]) => {
      const [r, g, b] = apply(inverse(muted), [x * x * range, y * y * range, z * z * range]);
      return [Math.sqrt(Math.max(0, r)), Math.sqrt(Math.max(0, g)), Math.sqrt(Math.max(0, b))];
    }),
  },
]);
