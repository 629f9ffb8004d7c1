import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame, ImageFormat } from '../../ports/index.js';
import { concat, fromLatin1, plain, viewOf } from '../bytes.js';
import { readAvif, withCodePoints } from '../containers/avif.js';
import { writeJpeg } from '../containers/jpeg.js';
import { chunkBytes, writePng } from '../containers/png.js';
import { writeWebp } from '../containers/webp.js';
import { decode } from '../decoding/decode.js';
import { encode } from '../encoding/encode.js';
import { sharp } from '../libvips.js';
import { declaredByExif } from '../metadata/exif-colour.js';
import { longs, rationals, shorts, writeTiff } from '../metadata/ifd-writer.js';
import { samplesOf, toDepth } from '../samples/samples.js';
import { nothing } from '../testing/files.js';
import { right } from '../testing/pictures.js';
import { adobeRgb as adobeProfile, proPhoto } from '../testing/profiles.js';

const [width, height] = [24, 16];

/** Blocks of one colour each, which codecs keep: (128, 64, 32) first, saturated ones among the others. */
const pixels = (() => {
  const levels = [32, 128, 224];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const block = Math.floor(x / 8) + 3 * Math.floor(y / 8);
      const rgb =
        block === 0 ? [128, 64, 32] : [0, 1, 2].map((c) => levels[(block + c * (block % 3)) % 3] as number);
      data.set(rgb, (y * width + x) * 3);
    }
  return data;
})();

const picture = () => sharp(pixels, { raw: { width, height, channels: 3 } });

const chunk = (type: string, numbers: readonly number[], wide: boolean) => {
  const data = new Uint8Array(numbers.length * (wide ? 4 : 1));
  numbers.forEach((value, i) => {
    if (wide) viewOf(data).setUint32(i * 4, value);
    else data[i] = value;
  });
  return { type, data };
};

const cicp = (primaries: number, transfer: number) => chunk('cICP', [primaries, transfer, 0, 1], false);
const gama = chunk('gAMA', [45_455], true);
const chrmAdobe = chunk('cHRM', [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000], true);

const png = async (...chunks: readonly { type: string; data: Uint8Array }[]): Promise<Uint8Array> => {
  const file = plain(await picture().png().toBuffer());
  return concat([file.subarray(0, 33), ...chunks.map(chunkBytes), file.subarray(33)]);
};

const avif = async (primaries: number, transfer: number): Promise<Uint8Array> =>
  withCodePoints(plain(await picture().avif({ lossless: true, effort: 0 }).toBuffer()), {
    primaries,
    transfer,
  });

/** EXIF that says what cameras write for Adobe RGB. */
const exif = (space: number, index: string) =>
  writeTiff(
    {
      fields: [],
      children: [
        {
          tag: 0x8769,
          directory: {
            fields: [shorts('MM', 0xa001, [space])],
            children: [
              {
                tag: 0xa005,
                directory: {
                  fields: [{ tag: 1, type: 2, count: 4, value: fromLatin1(`${index}\0`) }],
                  children: [],
                },
              },
            ],
          },
        },
      ],
    },
    'MM',
  );

const jpeg = async (space: number, index: string): Promise<Uint8Array> =>
  writeJpeg(plain(await picture().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()), {
    ...nothing,
    exif: exif(space, index),
  }).bytes;

const webp = async (): Promise<Uint8Array> =>
  writeWebp(plain(await picture().webp({ lossless: true, exact: true }).toBuffer()), {
    ...nothing,
    exif: exif(0xffff, 'R03'),
  }).bytes;

/** A TIFF of one strip that says by its own fields what its colours are. */
const tiff = (...fields: readonly ReturnType<typeof shorts>[]): Uint8Array => {
  const directory = (at: number) => ({
    fields: [
      longs('II', 256, [width]),
      longs('II', 257, [height]),
      shorts('II', 258, [8, 8, 8]),
      shorts('II', 259, [1]),
      shorts('II', 262, [2]),
      longs('II', 273, [at]),
      shorts('II', 277, [3]),
      longs('II', 278, [height]),
      longs('II', 279, [pixels.length]),
      ...fields,
    ],
    children: [],
  });
  return concat([writeTiff(directory(writeTiff(directory(0), 'II').length), 'II'), pixels]);
};

const adobePrimaries = rationals('II', 319, [0.64, 0.33, 0.21, 0.71, 0.15, 0.06]);
const squareRoot = shorts(
  'II',
  301,
  Array.from({ length: 256 }, (_, i) => Math.round((i / 255) ** 2 * 65_535)),
);

/** What (128, 64, 32), the first block, is in sRGB: by the definitions of each space, computed apart from this program. */
const srgb = [128, 64, 32];
const p3 = [138, 59, 21];
const bt2020 = [155, 49, 20];
const bt2020Camera = [167, 67, 39];
const adobe = [146, 62, 23];
const adobePrimariesOnly = [145, 64, 30];
const squared = [137, 71, 34];

const sources: readonly (readonly [
  name: string,
  make: () => Promise<Uint8Array>,
  expected: readonly number[],
])[] = [
  ['AVIF, Display P3 by nclx', () => avif(12, 13), p3],
  ['AVIF, BT.2020 by nclx', () => avif(9, 13), bt2020],
  ['AVIF, sRGB by nclx', () => avif(1, 13), srgb],
  ['PNG, Display P3 by cICP', () => png(cicp(12, 13)), p3],
  ['PNG, BT.2020 SDR by cICP', () => png(cicp(9, 14)), bt2020Camera],
  ['PNG, primaries of Adobe RGB by cHRM and gAMA', () => png(gama, chrmAdobe), adobePrimariesOnly],
  ['PNG, sRGB, which outranks cHRM and gAMA', () => png(chunk('sRGB', [0], false), gama, chrmAdobe), srgb],
  [
    'PNG, a profile, which outranks sRGB',
    async () => writePng(await png(chunk('sRGB', [0], false)), { ...nothing, icc: adobeProfile }).bytes,
    adobe,
  ],
  [
    'PNG, cICP, which outranks a profile',
    async () => writePng(await png(cicp(12, 13)), { ...nothing, icc: proPhoto }).bytes,
    p3,
  ],
  [
    'PNG, sRGB by cICP, which outranks a profile',
    async () => writePng(await png(cicp(1, 13)), { ...nothing, icc: proPhoto }).bytes,
    srgb,
  ],
  ['JPEG, Adobe RGB by EXIF’s R03', () => jpeg(0xffff, 'R03'), adobe],
  ['JPEG, Adobe RGB by EXIF’s colour space', () => jpeg(2, 'R98'), adobe],
  ['JPEG, sRGB by EXIF', () => jpeg(1, 'R98'), srgb],
  ['WebP, Adobe RGB by EXIF’s R03', webp, adobe],
  ['TIFF, primaries of Adobe RGB', async () => tiff(adobePrimaries), adobePrimariesOnly],
  ['TIFF, a transfer function', async () => tiff(squareRoot), squared],
];

const float = (frame: Frame): Float32Array => toDepth(frame.samples, 'float32') as Float32Array;

/** A sample as a screen of sRGB shows it. */
const shown = (value: number): number => Math.min(1, Math.max(0, value));

const farthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(shown(value) - shown(b[i] as number))), 0) * 255;

const edits: Readonly<Record<string, (frame: Frame) => Frame>> = {
  'left alone': (frame) => frame,
  // Within the gamut of every source: towards grey.
  edited: (frame) => ({ ...frame, samples: samplesOf(float(frame).map((value) => 0.4 + shown(value) / 4)) }),
};

const formats: readonly ImageFormat[] = ['jpeg', 'png', 'webp', 'avif', 'tiff'];

describe('colours that a file declares', () => {
  const frames = new Map<string, Frame>();
  beforeAll(async () => {
    for (const [name, make] of sources)
      frames.set(name, (await right(decode({ bytes: await make() }))).frame);
  });

  it.each(sources)('%s: are read', (name, _, expected) => {
    const seen = [...float(frames.get(name) as Frame).subarray(0, 3)].map((value) => value * 255);
    // JPEG rounds once more on its way from YCbCr.
    const limit = name.startsWith('JPEG') ? 2.6 : 1.1;
    seen.forEach((value, i) => {
      expect(Math.abs(value - (expected[i] as number))).toBeLessThan(limit);
    });
  });

  const ways = sources.flatMap(([name]) =>
    formats.flatMap((format) => Object.keys(edits).map((edit) => [name, edit, format] as const)),
  );

  it.each(ways)('%s: %s, are the same in %s', async (name, edit, format) => {
    const frame = (edits[edit] as (frame: Frame) => Frame)(frames.get(name) as Frame);
    const lossless = format === 'webp' || format === 'avif' ? { lossless: true } : {};
    const quality = format === 'jpeg' ? { quality: 100 } : {};
    const { bytes, warnings } = await right(encode(frame, { format, ...lossless, ...quality }));
    expect(warnings.map(({ code }) => code)).toEqual([]);
    const again = (await right(decode({ bytes }))).frame;
    // A level of the file's own coding can be more than one of sRGB's. JPEG rounds its own twice more, and of saturated colours
    // the dark channel moves by several: a space taken for another moves it by ten and more.
    expect(farthest(float(again), float(frame))).toBeLessThan(format === 'jpeg' ? 7 : 1.6);
  });

  it('that a viewer would show are those that Little CMS finds by the profile that is written', async () => {
    for (const name of [
      'AVIF, Display P3 by nclx',
      'JPEG, Adobe RGB by EXIF’s R03',
      'TIFF, primaries of Adobe RGB',
    ]) {
      const frame = frames.get(name) as Frame;
      const muted = {
        ...frame,
        samples: samplesOf(float(frame).map((value) => 0.3 + Math.min(1, Math.max(0, value)) / 3)),
      };
      const { bytes } = await right(encode(muted, { format: 'png' }));
      expect((await sharp(bytes).metadata()).icc).toBeDefined();
      const seen = await sharp(bytes).toColourspace('srgb').raw().toBuffer();
      expect(
        farthest(
          Float32Array.from(seen, (value) => value / 255),
          float(muted),
        ),
      ).toBeLessThan(1.6);
    }
  });

  it('of high dynamic range are named, and declared again in their own format', async () => {
    const bytes = await avif(9, 16);
    const { frame, warnings } = await right(decode({ bytes }));
    expect(warnings.map(({ code, message }) => [code, message.includes('PQ')])).toEqual([
      ['image/high-dynamic-range', true],
    ]);
    const again = await right(encode(frame, { like: 'source' }));
    expect(readAvif(again.bytes).codePoints).toEqual({ primaries: 9, transfer: 16 });
    const hlg = await right(decode({ bytes: await png(cicp(9, 18)) }));
    expect(hlg.warnings.map(({ message }) => message.includes('HLG'))).toEqual([true]);
  });

  it('that a format without profiles clips are told', async () => {
    const { warnings } = await right(encode(frames.get('AVIF, BT.2020 by nclx') as Frame, { format: 'gif' }));
    expect(warnings.map(({ code }) => code)).toContain('image/colours-clipped');
    const plainOnes = await right(encode(frames.get('AVIF, sRGB by nclx') as Frame, { format: 'gif' }));
    expect(plainOnes.warnings.map(({ code }) => code)).not.toContain('image/colours-clipped');
  });

  it('are no longer claimed by EXIF where the picture was written in sRGB', async () => {
    const frame = frames.get('JPEG, Adobe RGB by EXIF’s R03') as Frame;
    const grey: Frame = {
      ...frame,
      channels: 1,
      samples: samplesOf(new Float32Array(width * height).fill(0.5)),
    };
    const { bytes } = await right(encode(grey, { like: 'source' }));
    const again = (await right(decode({ bytes }))).frame;
    expect(declaredByExif(again.metadata.exif)).toBeUndefined();
    expect(Math.abs((float(again)[0] as number) - 0.5)).toBeLessThan(0.01);
  });
});
