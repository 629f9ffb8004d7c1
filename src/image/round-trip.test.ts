import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../ports/index.js';
import { sameBytes } from './bytes.js';
import { writeJpeg } from './containers/jpeg.js';
import { decode } from './decoding/decode.js';
import { encode } from './encoding/encode.js';
import type { EncodeOptions } from './encoding/encode-options.js';
import { type Raw, samplesOf } from './samples/samples.js';
import {
  builtInProfile,
  cmykTiff,
  deepPicture,
  floatTiff,
  labTiff,
  nothing,
  ownSamples,
  picture,
  profiledPng,
} from './testing/files.js';
import { frames, right } from './testing/pictures.js';
import { adobeRgb, greyGamma22, proPhoto, srgbByTable, tabledRgb } from './testing/profiles.js';

const raw = (data: Raw): readonly [string, Uint8Array] => [
  data.constructor.name,
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
];

const same = (a: Raw, b: Raw): boolean => raw(a)[0] === raw(b)[0] && sameBytes(raw(a)[1], raw(b)[1]);

const there = async (frame: Frame, options: EncodeOptions): Promise<Frame> => {
  const { bytes } = await right(encode(frame, options));
  return (await right(decode({ bytes }))).frame;
};

describe('a frame made by the program comes back bit for bit', () => {
  const lossless: readonly (readonly [string, 'uint8' | 'uint16', EncodeOptions])[] = [
    ['PNG of 8 bits', 'uint8', { format: 'png' }],
    ['PNG of 16 bits', 'uint16', { format: 'png' }],
    ['interlaced PNG', 'uint16', { format: 'png', progressive: true, effort: 0 }],
    ['TIFF of 8 bits', 'uint8', { format: 'tiff' }],
    ['TIFF of 16 bits', 'uint16', { format: 'tiff', effort: 1 }],
    ['lossless WebP', 'uint8', { format: 'webp', lossless: true }],
    ['lossless AVIF', 'uint8', { format: 'avif', lossless: true, effort: 0 }],
  ];

  it.each(lossless)('%s', async (_, depth, options) => {
    await fc.assert(
      fc.asyncProperty(frames(depth), async (frame) => {
        const back = await there(frame, options);
        expect([back.width, back.height]).toEqual([frame.width, frame.height]);
        // WebP and AVIF have no grey: three equal channels come back.
        const { data } = back.samples;
        const colours = back.channels === frame.channels ? data : data.filter((_sample, i) => i % 3 === 0);
        expect(same(colours, frame.samples.data)).toBe(true);
        // An encoder may leave out transparency that hides nothing.
        const opaque = frame.alpha?.data.every((value) => value === (depth === 'uint8' ? 255 : 65535));
        if (frame.alpha !== undefined && !opaque)
          expect(back.alpha && same(back.alpha.data, frame.alpha.data)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('TIFF of floats', async () => {
    await fc.assert(
      fc.asyncProperty(frames('float32'), async (frame) => {
        const back = await there({ ...frame, channels: frame.channels }, { format: 'tiff', depth: 32 });
        back.samples.data.forEach((value, i) => {
          expect(value).toBeCloseTo(frame.samples.data[i] as number, 5);
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('an unedited file comes back bit for bit, as libvips reads it', () => {
  let p3: Uint8Array;
  let cmyk: Uint8Array;
  beforeAll(async () => {
    p3 = await builtInProfile('p3');
    cmyk = await builtInProfile('cmyk');
  });

  const grey = (): Sharp => picture().greyscale().toColourspace('b-w');
  const transparent = (): Sharp => picture().ensureAlpha(0.5);
  const deepAlpha = (): Sharp => {
    const data = Uint16Array.from({ length: 20 * 10 * 4 }, (_, i) => (i * 331) % 65536);
    return sharp(data, { raw: { width: 20, height: 10, channels: 4 } }).toColourspace('rgb16');
  };
  const few = (): Sharp => picture().png({ palette: true, colours: 7 });

  const files: Readonly<Record<string, () => Promise<Uint8Array>>> = {
    'PNG, 8 bits': () => picture().png().toBuffer(),
    'PNG, 16 bits': () => deepPicture().png().toBuffer(),
    'PNG, transparent': () => transparent().png().toBuffer(),
    'PNG, 16 bits, transparent': () => deepAlpha().png().toBuffer(),
    'PNG, grey': () => grey().png().toBuffer(),
    'PNG, grey, transparent': () =>
      picture().greyscale().ensureAlpha(0.3).toColourspace('b-w').png().toBuffer(),
    'PNG, palette': () => few().toBuffer(),
    'PNG, palette, 256 colours': () => picture(80, 60).png({ palette: true, colours: 256 }).toBuffer(),
    'PNG, interlaced': () => picture().png({ progressive: true }).toBuffer(),
    'PNG, Display P3': () => profiledPng(picture(), p3),
    'PNG, Display P3, transparent': () => profiledPng(transparent(), p3),
    'PNG, Adobe RGB, 16 bits': () => profiledPng(deepPicture(), adobeRgb),
    'PNG, ProPhoto, 16 bits': () => profiledPng(deepPicture(), proPhoto),
    'PNG, ProPhoto, palette': () => profiledPng(few(), proPhoto),
    'PNG, sRGB by another name': () => profiledPng(picture(), srgbByTable),
    'PNG, grey gamma 2.2': () => profiledPng(grey(), greyGamma22),
    'PNG, tables': () => profiledPng(picture(), tabledRgb),
    'PNG, tables, transparent': () => profiledPng(transparent(), tabledRgb),
    'PNG, tables, 16 bits, transparent': () => profiledPng(deepAlpha(), tabledRgb),
    'PNG, a profile that does not fit': () => profiledPng(picture(), greyGamma22),
    'TIFF, 8 bits': () => picture().tiff({ compression: 'lzw' }).toBuffer(),
    'TIFF, 16 bits': () => deepPicture().tiff().toBuffer(),
    'TIFF, 1 bit': () => grey().threshold(100).tiff({ bitdepth: 1 }).toBuffer(),
    'TIFF, grey': () => grey().tiff().toBuffer(),
    'TIFF, transparent': () => transparent().tiff().toBuffer(),
    'TIFF, CMYK': () => Promise.resolve(cmykTiff(cmyk)),
    'TIFF, CMYK without a profile': () => Promise.resolve(cmykTiff()),
    'TIFF, CIELAB, 16 bits': () => Promise.resolve(labTiff(16)),
    'TIFF, floats': () => Promise.resolve(floatTiff()),
    'WebP, lossless': () => picture().webp({ lossless: true }).toBuffer(),
    'WebP, lossless, transparent': () => transparent().webp({ lossless: true }).toBuffer(),
    'AVIF, lossless': () => picture().avif({ lossless: true, effort: 0 }).toBuffer(),
    'AVIF, lossless, 10 bits': () =>
      deepPicture().avif({ lossless: true, bitdepth: 10, effort: 0 }).toBuffer(),
    'AVIF, lossless, 12 bits': () =>
      deepPicture().avif({ lossless: true, bitdepth: 12, effort: 0 }).toBuffer(),
    GIF: () => picture().gif({ colours: 64 }).toBuffer(),
    'GIF, 256 colours': () => picture(80, 60).gif({ colours: 256, dither: 1 }).toBuffer(),
  };

  const told = [
    'format',
    'width',
    'height',
    'space',
    'channels',
    'depth',
    'isPalette',
    'hasProfile',
  ] as const;

  it.each(Object.keys(files))('%s', async (name) => {
    const file = await (files[name] as () => Promise<Uint8Array>)();
    const { frame } = await right(decode({ bytes: file }));
    const { bytes, warnings } = await right(encode(frame, { like: 'source', quality: 50, effort: 0 }));
    expect(warnings).toEqual([]);
    const [before, after] = [await sharp(file).metadata(), await sharp(bytes).metadata()];
    for (const key of told) expect([key, after[key]]).toEqual([key, before[key]]);
    expect(after.bitsPerSample ?? 8).toBe(before.bitsPerSample ?? 8);
    expect(sameBytes(await ownSamples(bytes), await ownSamples(file))).toBe(true);
    expect(after.icc && sameBytes(after.icc, before.icc ?? new Uint8Array(0))).toBe(
      before.icc ? true : undefined,
    );
  });

  it('TIFF, CIELAB, 8 bits, which libvips cannot read from memory', async () => {
    const { frame } = await right(decode({ bytes: labTiff(8) }));
    const back = await there(frame, { like: 'source' });
    expect(back.metadata).toMatchObject({ model: 'lab', bits: 8 });
    expect(same(back.samples.data, frame.samples.data)).toBe(true);
  });

  it('a turned JPEG, written as PNG: upright, and not a sample changed', async () => {
    const { shorts, writeTiff } = await import('./metadata/ifd-writer.js');
    const exif = writeTiff({ fields: [shorts('II', 0x0112, [6])], children: [] }, 'II');
    const file = writeJpeg(await picture().jpeg().toBuffer(), { ...nothing, exif }).bytes;
    const { frame } = await right(decode({ bytes: file }));
    const { bytes } = await right(encode(frame, { format: 'png' }));
    expect(sameBytes(await ownSamples(bytes), await ownSamples(file))).toBe(true);
  });
});

describe('an edited photo goes back into the colours of its file', () => {
  // Samples that an operator made: equal to the decoded ones, and yet without a past.
  const edited = (frame: Frame): Frame => ({ ...frame, samples: samplesOf(frame.samples.data.slice()) });

  const mean = (a: Raw, b: Raw): number =>
    Array.from(a, (value, i) => Math.abs(value - (b[i] as number))).reduce((sum, d) => sum + d, 0) / a.length;

  it.each([
    ['Display P3', () => builtInProfile('p3'), 0],
    ['Adobe RGB', () => Promise.resolve(adobeRgb), 0],
    ['ProPhoto', () => Promise.resolve(proPhoto), 0],
    // A grid of 33 points is coarse at the edges of its gamut.
    ['a profile of tables', () => Promise.resolve(tabledRgb), 3],
  ] as const)('%s, within its gamut and at its edges', async (_, profile, tolerance) => {
    const file = await profiledPng(picture(), await profile());
    const { frame } = await right(decode({ bytes: file }));
    const { bytes } = await right(encode(edited(frame), { like: 'source' }));
    expect(mean(await ownSamples(bytes), await ownSamples(file))).toBeLessThanOrEqual(tolerance);
  });

  it('grey of its own gamma, and CIELAB', async () => {
    const grey = await profiledPng(picture().greyscale().toColourspace('b-w'), greyGamma22);
    for (const file of [grey, labTiff(16)]) {
      const { frame } = await right(decode({ bytes: file }));
      const back = await there(edited(frame), { like: 'source' });
      expect(back.metadata.model).toBe(frame.metadata.model);
      back.samples.data.forEach((value, i) => {
        expect(value).toBeCloseTo(frame.samples.data[i] as number, 3);
      });
    }
  });

  it('CMYK, as near as the perceptual intent of its profile comes', async () => {
    const muted = picture().modulate({ saturation: 0.3 });
    const { frame } = await right(decode({ bytes: await muted.withIccProfile('cmyk').tiff().toBuffer() }));
    const { bytes, warnings } = await right(encode(edited(frame), { like: 'source' }));
    expect(warnings).toEqual([]);
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const back = (await right(decode({ bytes }))).frame;
    expect(mean(back.samples.data, frame.samples.data)).toBeLessThan(7);
  });

  it('16-bit ramps without a band: every level of a float ramp is written', async () => {
    const ramp = Float32Array.from({ length: 65536 * 3 }, (_, i) => Math.floor(i / 3) / 65535);
    const { frame } = await right(decode({ bytes: await deepPicture(8, 8).png().toBuffer() }));
    const smooth: Frame = { ...frame, width: 256, height: 256, samples: samplesOf(ramp) };
    for (const format of ['png', 'tiff'] as const) {
      const { samples } = await there(smooth, { format });
      expect(samples.depth).toBe('uint16');
      expect(new Set(samples.data).size).toBe(65536);
    }
  });
});
