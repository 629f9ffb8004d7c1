import { concat, fromLatin1, viewOf } from '../bytes.js';
import { type Directory, type Field, longs, shorts, writeDirectory } from '../metadata/ifd-writer.js';

/** A DNG with samples of a sensor, made by hand: what a camera of known colours would see of a scene. */

/** CIE XYZ of D65 to the camera's colours: that of a Nikon D90 (dcraw's table), whose red and blue are less sensitive than its green. */
const CAMERA = [
  [0.7347, -0.2165, -0.0971],
  [-0.8297, 1.6541, 0.1775],
  [-0.1954, 0.2576, 0.7366],
] as const;

/** Linear sRGB to CIE XYZ (IEC 61966-2-1). */
const XYZ = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
] as const;

type Row = readonly [number, number, number];

const times = (matrix: readonly Row[], [a, b, c]: Row): Row => {
  const [x = 0, y = 0, z = 0] = matrix.map(([p, q, r]) => p * a + q * b + r * c);
  return [x, y, z];
};

const toCamera = (light: Row): Row => times(CAMERA, times(XYZ, light));

/** What the camera sees of white. */
const NEUTRAL = toCamera([1, 1, 1]);

const GREEN = NEUTRAL[1];

const field = (tag: number, type: number, width: number, values: readonly number[]) => {
  const value = new Uint8Array(values.length * width);
  return { field: { tag, type, count: values.length, value }, view: viewOf(value) };
};

const fractions = (tag: number, values: readonly number[]): Field => {
  const made = field(tag, 10, 8, values);
  values.forEach((value, i) => {
    made.view.setInt32(i * 8, Math.round(value * 1e6), true);
    made.view.setInt32(i * 8 + 4, 1e6, true);
  });
  return made.field;
};

const doubles = (tag: number, values: readonly number[]): Field => {
  const made = field(tag, 12, 8, values);
  values.forEach((value, i) => {
    made.view.setFloat64(i * 8, value, true);
  });
  return made.field;
};

const bytes = (tag: number, values: readonly number[]): Field => ({
  tag,
  type: 1,
  count: values.length,
  value: Uint8Array.from(values),
});

const ascii = (tag: number, text: string): Field => ({
  tag,
  type: 2,
  count: text.length + 1,
  value: fromLatin1(`${text}\0`),
});

/** What a camera does with a scene. */
export interface DngOptions {
  /** Light of a place, linear sRGB; 1 is the brightest white that the sensor can hold. */
  readonly light: (x: number, y: number) => Row;
  readonly width: number;
  readonly height: number;
  readonly orientation?: number;
  /** Rows and columns around the picture that the camera's own pictures leave out. */
  readonly border?: number;
  /** Noise model of the three colours: variance = scale · sample + offset (DNG, tag NoiseProfile). */
  readonly noise?: readonly number[];
  /** A JPEG to stand beside the samples. */
  readonly preview?: Uint8Array;
}

const [BLACK, WHITE] = [256, 16_000] as const;

/** A DNG of plain samples of 16 bits under a Bayer pattern of RGGB. */
export const dngOf = (options: DngOptions): Uint8Array => {
  const { light, orientation = 1, border = 0, noise, preview } = options;
  const [width, height] = [options.width + 2 * border, options.height + 2 * border];
  const samples = new Uint8Array(width * height * 2);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const seen = toCamera(light(x - border, y - border));
      const channel = (y % 2) + (x % 2);
      const value = Math.min(1, Math.max(0, (seen[channel] as number) / GREEN));
      viewOf(samples).setUint16((y * width + x) * 2, BLACK + Math.round(value * (WHITE - BLACK)), true);
    }
  const directory = (at: number): Directory => ({
    fields: [
      longs('II', 254, [0]),
      longs('II', 256, [width]),
      longs('II', 257, [height]),
      shorts('II', 258, [16]),
      shorts('II', 259, [1]),
      shorts('II', 262, [32803]),
      ascii(271, 'Maker'),
      ascii(272, 'Maker One'),
      longs('II', 273, [at]),
      shorts('II', 274, [orientation]),
      shorts('II', 277, [1]),
      longs('II', 278, [height]),
      longs('II', 279, [samples.length]),
      shorts('II', 33421, [2, 2]),
      bytes(33422, [0, 1, 1, 2]),
      bytes(50706, [1, 4, 0, 0]),
      bytes(50707, [1, 1, 0, 0]),
      ascii(50708, 'Maker One'),
      shorts('II', 50714, [BLACK]),
      shorts('II', 50717, [WHITE]),
      longs('II', 50719, [border, border]),
      longs('II', 50720, [options.width, options.height]),
      fractions(50721, CAMERA.flat()),
      {
        ...fractions(
          50728,
          NEUTRAL.map((value) => value / GREEN),
        ),
        type: 5,
      },
      shorts('II', 50778, [21]),
      ...(noise ? [doubles(51041, noise)] : []),
    ],
    children: preview
      ? [
          {
            tag: 330,
            directory: {
              fields: [
                longs('II', 254, [1]),
                shorts('II', 259, [7]),
                shorts('II', 262, [6]),
                longs('II', 273, [at + samples.length]),
                longs('II', 279, [preview.length]),
              ],
              children: [],
            },
          },
        ]
      : [],
  });
  const head = Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0);
  const { length } = writeDirectory(directory(0), 'II', 8);
  return concat([
    head,
    writeDirectory(directory(8 + length), 'II', 8),
    samples,
    ...(preview ? [preview] : []),
  ]);
};
