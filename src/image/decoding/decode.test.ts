import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { writeJpeg } from '../containers/jpeg.js';
import { shorts, writeTiff } from '../metadata/ifd-writer.js';
import { samplesOf, toDepth } from '../samples/samples.js';
import {
  builtInProfile,
  cmykTiff,
  deepPicture,
  floatTiff,
  labTiff,
  nothing,
  picture,
  profiledPng,
} from '../testing/files.js';
import { right, scene } from '../testing/pictures.js';
import { greyGamma22, proPhoto, tabledRgb } from '../testing/profiles.js';
import { decode } from './decode.js';

const frameOf = async (bytes: Uint8Array): Promise<Frame> => (await right(decode({ bytes }))).frame;

const warningsOf = async (bytes: Uint8Array): Promise<readonly string[]> =>
  (await right(decode({ bytes }))).warnings.map(({ code }) => code);

const eight = ({ samples }: Frame): Uint8Array => toDepth(samples, 'uint8') as Uint8Array;

describe('decode: what kind of frame', () => {
  it('8-bit RGB without a profile is left as it is', async () => {
    const frame = await frameOf(await picture().png().toBuffer());
    expect(frame).toMatchObject({ width: 48, height: 32, channels: 3, samples: { depth: 'uint8' } });
    expect(frame.samples.data).toEqual(scene(48, 32));
    expect(frame.alpha).toBeUndefined();
    expect(frame.metadata).toMatchObject({
      format: 'png',
      bits: 8,
      model: 'rgb',
      palette: false,
      orientation: 1,
    });
  });

  it.each(['jpeg', 'webp', 'avif', 'tiff', 'gif'] as const)('%s is told from its bytes', async (format) => {
    const frame = await frameOf(await picture().toFormat(format).toBuffer());
    expect(frame).toMatchObject({ width: 48, height: 32, channels: 3, metadata: { format } });
  });

  it('16 bits come as 16 bits', async () => {
    const frame = await frameOf(await deepPicture().png().toBuffer());
    expect(frame.samples.depth).toBe('uint16');
    expect(new Set(frame.samples.data).size).toBeGreaterThan(256);
  });

  it('grey comes as one channel, with its transparency aside', async () => {
    const grey = sharp(Uint8Array.of(0, 9, 90, 255), { raw: { width: 2, height: 2, channels: 1 } });
    expect(await frameOf(await grey.toColourspace('b-w').png().toBuffer())).toMatchObject({
      channels: 1,
      samples: { data: Uint8Array.of(0, 9, 90, 255) },
    });
    for (const typed of [Uint8Array, Uint16Array] as const) {
      const data = typed.of(10, 255, 20, 128, 30, 0);
      const two = sharp(data, { raw: { width: 3, height: 1, channels: 2 } });
      const file = await two
        .toColourspace(typed === Uint8Array ? 'b-w' : 'grey16')
        .png()
        .toBuffer();
      const frame = await frameOf(file);
      expect([...frame.samples.data]).toEqual([10, 20, 30]);
      expect([...(frame.alpha?.data ?? [])]).toEqual([255, 128, 0]);
    }
  });

  it('transparency is not multiplied into colours', async () => {
    const data = Uint8Array.of(200, 100, 50, 0, 200, 100, 50, 128);
    const file = await sharp(data, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    const frame = await frameOf(file);
    expect([...frame.samples.data]).toEqual([200, 100, 50, 200, 100, 50]);
    expect(frame.alpha).toEqual({ depth: 'uint8', data: Uint8Array.of(0, 128) });
  });

  it('AVIF of 10 and 12 bits fills the range of 16', async () => {
    for (const bitdepth of [10, 12] as const) {
      const white = sharp(new Uint16Array(64 * 3).fill(65535), { raw: { width: 8, height: 8, channels: 3 } });
      const file = await white.toColourspace('rgb16').avif({ bitdepth, lossless: true }).toBuffer();
      const frame = await frameOf(file);
      expect(frame.metadata).toMatchObject({ bits: bitdepth, lossless: true, chromaSubsampling: '4:4:4' });
      expect(Math.min(...frame.samples.data)).toBe(65535);
    }
  });

  it('the smallest pictures are pictures', async () => {
    const sizes = fc.constantFrom([1, 1], [1, 17], [17, 1], [2, 3]);
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.constantFrom('jpeg', 'png', 'webp', 'tiff', 'gif'),
        async ([w = 1, h = 1], format) => {
          const frame = await frameOf(
            await picture(w, h)
              .toFormat(format as 'png')
              .toBuffer(),
          );
          expect([frame.width, frame.height, frame.samples.data.length]).toEqual([w, h, w * h * 3]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('decode: orientation', () => {
  // Corners of four colours, each 16x16, so that a JPEG keeps them.
  const corners = async (orientation: number): Promise<Uint8Array> => {
    const upright = picture(64, 48).png();
    const turns: Readonly<Record<number, (file: Sharp) => Sharp>> = {
      1: (file) => file,
      2: (file) => file.flop(),
      3: (file) => file.rotate(180),
      4: (file) => file.flip(),
      5: (file) => file.rotate(270).flop(),
      6: (file) => file.rotate(270),
      7: (file) => file.rotate(90).flop(),
      8: (file) => file.rotate(90),
    };
    // `flop` comes before `rotate` in libvips whatever the order of calls: two steps make it plain.
    const turned = await (turns[orientation] as (file: Sharp) => Sharp)(sharp(await upright.toBuffer()))
      .png()
      .toBuffer();
    const exif = writeTiff({ fields: [shorts('MM', 0x0112, [orientation])], children: [] }, 'MM');
    const bare = await sharp(turned).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    return writeJpeg(bare, { ...nothing, exif }).bytes;
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '%i is applied as libvips applies it, and is 1 afterwards',
    async (orientation) => {
      const file = await corners(orientation);
      const frame = await frameOf(file);
      const expected = await sharp(file).autoOrient().raw().toBuffer({ resolveWithObject: true });
      expect([frame.width, frame.height]).toEqual([expected.info.width, expected.info.height]);
      expect(Buffer.compare(eight(frame), expected.data)).toBe(0);
      expect(frame.metadata.orientation).toBe(orientation);
      expect(frame.metadata.exif).toEqual(
        writeTiff({ fields: [shorts('MM', 0x0112, [1])], children: [] }, 'MM'),
      );
    },
  );

  it('in XMP is set right as well', async () => {
    const xmp = new TextEncoder().encode('<x tiff:Orientation="6"/>');
    const exif = writeTiff({ fields: [shorts('II', 0x0112, [6])], children: [] }, 'II');
    const bare = await picture().jpeg().toBuffer();
    const { metadata } = await frameOf(writeJpeg(bare, { ...nothing, exif, xmp }).bytes);
    expect(new TextDecoder().decode(metadata.xmp)).toBe('<x tiff:Orientation="1"/>');
  });
});

describe('decode: colour', () => {
  let p3: Uint8Array;
  let cmyk: Uint8Array;
  beforeAll(async () => {
    p3 = await builtInProfile('p3');
    cmyk = await builtInProfile('cmyk');
  });

  it('of a wide gamut comes as floats, with what lies outside sRGB', async () => {
    const green = sharp({ create: { width: 4, height: 4, channels: 3, background: { r: 0, g: 255, b: 0 } } });
    for (const icc of [p3, proPhoto]) {
      const { samples } = await frameOf(await profiledPng(green.clone(), icc));
      expect(samples.depth).toBe('float32');
      expect(samples.data[0]).toBeLessThan(0);
      expect(samples.data[1]).toBeGreaterThan(1);
    }
  });

  it('inside sRGB is what Little CMS makes of it', async () => {
    const file = await profiledPng(picture().modulate({ saturation: 0.4 }), p3);
    const expected = await sharp(file).raw().toBuffer();
    const ours = eight(await frameOf(file));
    expect(
      Math.max(...Array.from(ours, (v, i) => Math.abs(v - (expected[i] as number)))),
    ).toBeLessThanOrEqual(1);
  });

  it('of grey goes by its own curve', async () => {
    const grey = sharp(Uint8Array.of(0, 128, 255), { raw: { width: 3, height: 1, channels: 1 } });
    const { samples } = await frameOf(await profiledPng(grey.toColourspace('b-w'), greyGamma22));
    expect(samples.data[1]).toBeCloseTo(1.055 * ((128 / 255) ** (563 / 256)) ** (1 / 2.4) - 0.055, 3);
  });

  it('under tables goes through Little CMS', async () => {
    const file = await profiledPng(picture(), tabledRgb);
    const frame = await frameOf(file);
    const expected = await sharp(file).raw().toBuffer();
    expect(frame.samples.depth).toBe('float32');
    const differences = Array.from(eight(frame), (v, i) => Math.abs(v - (expected[i] as number)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(3);
  });

  it('of inks comes as 8-bit sRGB, with a profile or without', async () => {
    for (const file of [cmykTiff(cmyk), cmykTiff()]) {
      const frame = await frameOf(file);
      expect(frame).toMatchObject({ channels: 3, samples: { depth: 'uint8' }, metadata: { model: 'cmyk' } });
      expect(Buffer.compare(eight(frame), await sharp(file).raw().toBuffer())).toBe(0);
    }
  });

  it('of CIELAB is the same in 8 and 16 bits', async () => {
    const [coarse, fine] = [await frameOf(labTiff(8)), await frameOf(labTiff(16))];
    expect(coarse.metadata).toMatchObject({ model: 'lab', bits: 8 });
    coarse.samples.data.forEach((value, i) => {
      expect(value).toBeCloseTo(fine.samples.data[i] as number, 4);
    });
  });

  it('of floats is light, and keeps what is brighter than white', async () => {
    const frame = await frameOf(floatTiff());
    expect(frame.metadata.bits).toBe(32);
    expect(Math.max(...frame.samples.data)).toBeGreaterThan(1.1);
    expect(frame.samples.data[30]).toBeCloseTo(1.055 * 0.5 ** (1 / 2.4) - 0.055, 4);
  });

  it('under a profile that does not fit is sRGB, with a warning', async () => {
    const file = await profiledPng(picture(), greyGamma22);
    expect(await warningsOf(file)).toEqual(['image/profile-ignored']);
    expect((await frameOf(file)).samples.data).toEqual(scene(48, 32));
  });
});

describe('decode: what it warns of', () => {
  it('an animation, of which the first frame is taken', async () => {
    const data = new Uint8Array(8 * 24 * 3).fill(40);
    data.fill(200, 8 * 8 * 3);
    const strip = sharp(data, { raw: { width: 8, height: 24, channels: 3, pageHeight: 8 } });
    for (const file of [
      await strip.clone().gif().toBuffer(),
      await strip.clone().webp({ lossless: true }).toBuffer(),
    ]) {
      expect(await warningsOf(file)).toEqual(['image/first-page-only']);
      const frame = await frameOf(file);
      expect([frame.width, frame.height, frame.metadata.pages]).toEqual([8, 8, 2]);
      expect([...new Set(frame.samples.data)]).toEqual([40]);
    }
  });
});

it('a photo that is only passed on is not converted: its samples are made when they are asked for', async () => {
  const file = await profiledPng(picture(), proPhoto);
  const { samples } = await frameOf(file);
  const descriptor = Object.getOwnPropertyDescriptor(samples, 'data');
  expect(typeof descriptor?.get).toBe('function');
  expect(samples.data).toBe(samples.data);
  expect(samplesOf(samples.data).depth).toBe('float32');
});
