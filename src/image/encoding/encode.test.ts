import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { decode } from '../decoding/decode.js';
import { samplesOf } from '../samples/samples.js';
import {
  builtInProfile,
  cmykTiff,
  deepPicture,
  labTiff,
  ownSamples,
  picture,
  profiledPng,
} from '../testing/files.js';
import { leftCodes, made, right, scene } from '../testing/pictures.js';
import { encode } from './encode.js';
import type { EncodeOptions } from './encode-options.js';

const frame: Frame = {
  width: 48,
  height: 32,
  channels: 3,
  samples: samplesOf(scene(48, 32)),
  metadata: made(8, 'rgb'),
};

const read = async (bytes: Uint8Array): Promise<Frame> => (await right(decode({ bytes }))).frame;

const written = async (of: Frame, options: EncodeOptions) => {
  const { bytes, format, warnings } = await right(encode(of, options));
  return { told: await sharp(bytes).metadata(), bytes, format, codes: warnings.map(({ code }) => code) };
};

describe('encode like the source', () => {
  it('keeps the format and the chroma subsampling of a JPEG', async () => {
    for (const chromaSubsampling of ['4:2:0', '4:4:4'] as const) {
      const source = await read(await picture().jpeg({ chromaSubsampling }).toBuffer());
      const { told, codes } = await written(source, { like: 'source', quality: 92 });
      expect([told.format, told.chromaSubsampling, codes]).toEqual(['jpeg', chromaSubsampling, []]);
    }
  });

  it('keeps a JPEG grey, and CMYK in its inks with their profile', async () => {
    const grey = await read(await picture().greyscale().toColourspace('b-w').jpeg().toBuffer());
    expect((await written(grey, {})).told).toMatchObject({ space: 'b-w', channels: 1 });
    const inks = await read(await picture().withIccProfile('cmyk').jpeg().toBuffer());
    expect((await written(inks, {})).told).toMatchObject({ space: 'cmyk', channels: 4, hasProfile: true });
  });

  it('needs a source', async () => {
    expect(await leftCodes(encode(frame, { like: 'source' }))).toEqual(['image/option-conflict']);
    expect(await leftCodes(encode(frame))).toEqual(['image/option-conflict']);
  });

  it('passes over options that the source’s format does not know: a folder holds many formats', async () => {
    const source = await read(await picture().png().toBuffer());
    expect(
      (await written(source, { like: 'source', quality: 92, chromaSubsampling: '4:4:4' })).told.format,
    ).toBe('png');
  });
});

describe('encode options', () => {
  const size = async (options: EncodeOptions): Promise<number> =>
    (await right(encode(frame, options))).bytes.length;

  it('quality makes files larger and nearer to the picture', async () => {
    for (const format of ['jpeg', 'webp', 'avif'] as const) {
      expect(await size({ format, quality: 95 })).toBeGreaterThan(await size({ format, quality: 20 }));
      const error = async (quality: number) => {
        const { data } = (await read((await right(encode(frame, { format, quality }))).bytes)).samples;
        return Array.from(data, (v, i) => Math.abs(v - (frame.samples.data[i] as number))).reduce(
          (a, b) => a + b,
        );
      };
      expect(await error(95)).toBeLessThan(await error(20));
    }
  });

  it('a JPEG is encoded with the quality asked for, unedited or not', async () => {
    const source = await read(await picture(200, 150).jpeg({ quality: 98 }).toBuffer());
    const bare = await sharp(source.samples.data, { raw: { width: 200, height: 150, channels: 3 } })
      .jpeg({ quality: 40, chromaSubsampling: '4:2:0' })
      .toBuffer();
    const { bytes } = await right(encode(source, { like: 'source', quality: 40 }));
    expect(await sharp(bytes).raw().toBuffer()).toEqual(await sharp(bare).raw().toBuffer());
  });

  it('progressive, effort, subsampling and lossless reach the encoder', async () => {
    expect((await written(frame, { format: 'jpeg', progressive: true })).told.isProgressive).toBe(true);
    expect((await written(frame, { format: 'png', progressive: true })).told.isProgressive).toBe(true);
    expect(
      (await written(frame, { format: 'jpeg', chromaSubsampling: '4:2:0' })).told.chromaSubsampling,
    ).toBe('4:2:0');
    expect((await written(frame, { format: 'jpeg', quality: 92 })).told.chromaSubsampling).toBe('4:4:4');
    expect((await written(frame, { format: 'jpeg', quality: 80 })).told.chromaSubsampling).toBe('4:2:0');
    for (const format of ['png', 'tiff'] as const)
      expect(await size({ format, effort: 9 })).toBeLessThan(await size({ format, effort: 0 }));
    const exact = await read((await right(encode(frame, { format: 'webp', lossless: true }))).bytes);
    expect(exact.metadata.lossless).toBe(true);
    expect(exact.samples.data).toEqual(frame.samples.data);
  });

  it('depth decides the bits of the file', async () => {
    const deep = await read(await deepPicture().png().toBuffer());
    expect((await written(deep, { format: 'png' })).told.depth).toBe('ushort');
    expect((await written(deep, { format: 'png', depth: 8 })).told.depth).toBe('uchar');
    expect((await written(frame, { format: 'tiff', depth: 16 })).told.depth).toBe('ushort');
    expect((await written(frame, { format: 'tiff', depth: 32 })).told.depth).toBe('float');
    expect((await written(deep, { format: 'avif' })).told.bitsPerSample).toBe(12);
    expect((await written(frame, { format: 'avif', depth: 10 })).told.bitsPerSample).toBe(10);
  });

  const wrong: readonly (readonly [EncodeOptions, RegExp])[] = [
    [{ format: 'jpeg', depth: 16 }, /JPEG holds 8 bits a sample, not 16/],
    [{ format: 'avif', depth: 16 }, /AVIF holds 8 or 10 or 12 bits/],
    [{ format: 'png', quality: 90 }, /PNG knows no quality; JPEG, WebP, AVIF do/],
    [{ format: 'webp', chromaSubsampling: '4:4:4' }, /WebP knows no chromaSubsampling/],
    [{ format: 'tiff', progressive: true }, /TIFF knows no progressive/],
    [{ format: 'jpeg', effort: 3 }, /JPEG knows no effort/],
    [{ format: 'jpeg', lossless: true }, /JPEG cannot be lossless/],
    [{ format: 'png', lossless: false }, /PNG is always lossless/],
    [{ format: 'webp', lossless: true, quality: 80 }, /exclude each other/],
    [{ format: 'jpeg', quality: 0 }, /quality is 0; it goes from 1 to 100/],
    [{ format: 'jpeg', quality: 90.5 }, /quality is 90.5/],
    [{ format: 'png', effort: 10 }, /effort is 10; it goes from 0 to 9/],
  ];

  it.each(wrong)('%j is refused, and it is said why', async (options, message) => {
    const result = await encode(frame, options)();
    if (result._tag === 'Right') throw new Error('It was encoded.');
    expect(result.left[0].code).toBe('image/option-conflict');
    expect(result.left[0].message).toMatch(message);
  });

  it('several wrong options are all named', async () => {
    expect(await leftCodes(encode(frame, { format: 'png', quality: 200, effort: -1 }))).toHaveLength(3);
  });
});

describe('what a format cannot hold', () => {
  it('transparency in JPEG: laid over white', async () => {
    const clear = { ...frame, alpha: samplesOf(new Uint8Array(48 * 32)) };
    const { bytes, codes } = await written(clear, { format: 'jpeg' });
    expect(codes).toEqual(['image/alpha-flattened']);
    expect(Math.min(...(await read(bytes)).samples.data)).toBe(255);
  });

  it('16 bits in JPEG and WebP: said, unless they were asked for', async () => {
    const deep = await read(await deepPicture().png().toBuffer());
    expect((await written(deep, { format: 'jpeg' })).codes).toEqual(['image/depth-reduced']);
    expect((await written(deep, { format: 'webp', depth: 8 })).codes).toEqual([]);
  });

  it('CMYK and CIELAB elsewhere: sRGB, without the inks’ profile', async () => {
    const inks = await read(cmykTiff(await builtInProfile('cmyk')));
    const png = await written(inks, { format: 'png' });
    expect([png.told.space, png.told.hasProfile, png.codes]).toEqual([
      'srgb',
      false,
      ['image/colour-model-changed'],
    ]);
    const lab = await written(await read(labTiff(16)), { format: 'png' });
    expect([lab.told.space, lab.codes]).toEqual(['rgb16', ['image/colour-model-changed']]);
  });

  it('more than 256 colours in GIF: reduced', async () => {
    const many = {
      ...frame,
      samples: samplesOf(frame.samples.data.map((v, i) => (v + i * 7) % 256) as Uint8Array),
    };
    const { told, codes } = await written(many, { format: 'gif' });
    expect([told.format, codes]).toEqual(['gif', ['image/colours-reduced']]);
  });

  it('a profile in GIF: the pixels are sRGB', async () => {
    const p3 = await builtInProfile('p3');
    const red = sharp({ create: { width: 4, height: 4, channels: 3, background: { r: 200, g: 60, b: 60 } } });
    const source = await read(await profiledPng(red, p3));
    const { bytes, codes } = await written(source, { format: 'gif' });
    const [r, g] = (await read(bytes)).samples.data;
    expect(codes).toEqual([]);
    expect([r, g]).toEqual([
      Math.round((source.samples.data[0] as number) * 255),
      Math.round((source.samples.data[1] as number) * 255),
    ]);
  });

  it('sides that are too long are refused before anything is encoded', async () => {
    const long: Frame = { ...frame, width: 20_000, height: 1, samples: samplesOf(new Uint8Array(60_000)) };
    expect(await leftCodes(encode(long, { format: 'webp' }))).toEqual(['image/too-large-for-format']);
    expect((await written(long, { format: 'png' })).told.width).toBe(20_000);
  });
});

describe('a palette or a small depth is kept while it holds every sample', () => {
  const edited = (of: Frame, data: Uint8Array): Frame => ({ ...of, samples: samplesOf(data) });

  it('from one format to another', async () => {
    const few = await read(await picture().png({ palette: true, colours: 8 }).toBuffer());
    for (const format of ['tiff', 'gif', 'png'] as const) {
      const { bytes, codes } = await written(few, { format });
      const back = await read(bytes);
      expect([back.metadata.format, back.metadata.palette, codes]).toEqual([format, true, []]);
      expect(back.samples.data).toEqual(few.samples.data);
      expect(await ownSamples(bytes)).toEqual(Buffer.from(few.samples.data as Uint8Array));
    }
  });

  it('and gives way to 8 bits when an edit made more', async () => {
    const few = await read(await picture().png({ palette: true, colours: 8 }).toBuffer());
    expect((await written(few, {})).told.isPalette).toBe(true);
    expect((await written(edited(few, scene(48, 32)), {})).told).toMatchObject({
      isPalette: false,
      channels: 3,
    });
    const bilevel = await read(
      await picture().greyscale().threshold(100).toColourspace('b-w').tiff({ bitdepth: 1 }).toBuffer(),
    );
    expect((await written(bilevel, {})).told.bitsPerSample).toBe(1);
    const ramp = Uint8Array.from({ length: 48 * 32 }, (_, i) => i % 256);
    expect((await written(edited(bilevel, ramp), {})).told.bitsPerSample).toBe(8);
  });
});

describe('a frame that contradicts itself', () => {
  it.each([
    ['too few samples', { ...frame, width: 49 }],
    ['no size', { ...frame, width: 0, samples: samplesOf(new Uint8Array(0)) }],
    ['half a pixel', { ...frame, width: 1.5 }],
    ['too much transparency', { ...frame, alpha: samplesOf(new Uint8Array(5)) }],
  ] as const)('%s', async (_, odd) => {
    expect(await leftCodes(encode(odd, { format: 'png' }))).toEqual(['image/not-a-frame']);
  });
});
