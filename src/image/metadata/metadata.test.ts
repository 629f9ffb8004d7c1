import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Frame, ImageFormat, Metadata } from '../../ports/index.js';
import { concat, fromLatin1, latin1, sameBytes } from '../bytes.js';
import { chunkBytes } from '../containers/png.js';
import { decode } from '../decoding/decode.js';
import { encode } from '../encoding/encode.js';
import { samplesOf } from '../samples/samples.js';
import { builtInProfile, picture } from '../testing/files.js';
import { made, right, scene } from '../testing/pictures.js';
import { adobeRgb } from '../testing/profiles.js';
import { stripExifHeader, thumbnailOf } from './exif.js';
import { type ByteOrder, childOf, entryOf, openTiff, readIfd } from './ifd.js';
import { longs, opaque, rationals, shorts, writeDirectory, writeTiff } from './ifd-writer.js';
import { photoshopOf } from './photoshop.js';

const makerNote = Uint8Array.from({ length: 33 }, (_, i) => 250 - i);

const exifBlock = (order: ByteOrder): Uint8Array =>
  writeTiff(
    {
      fields: [
        { tag: 0x010f, type: 2, count: 6, value: fromLatin1('Nikon\0') },
        { tag: 0x013b, type: 2, count: 5, value: fromLatin1('Anna\0') },
        rationals(order, 0x011a, [240]),
        rationals(order, 0x011b, [240]),
        shorts(order, 0x0128, [2]),
      ],
      children: [
        {
          tag: 0x8769,
          directory: {
            fields: [
              rationals(order, 0x829a, [0.008]),
              opaque(0x927c, makerNote),
              longs(order, 0xa002, [48]),
            ],
            children: [],
          },
        },
        { tag: 0x8825, directory: { fields: [rationals(order, 0x0002, [48, 12, 33.5])], children: [] } },
      ],
    },
    order,
  );

const xmp = new TextEncoder().encode(
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description GPano:ProjectionType="equirectangular" dc:title="größe 写真"/></rdf:RDF></x:xmpmeta>',
);
const iptc = Uint8Array.of(28, 2, 5, 0, 3, 97, 98, 99);

const frameWith = (more: Partial<Metadata>): Frame => ({
  width: 48,
  height: 32,
  channels: 3,
  samples: samplesOf(scene(48, 32)),
  metadata: { ...made(8, 'rgb'), ...more },
});

const again = async (frame: Frame, format: ImageFormat) => {
  const { bytes, warnings } = await right(encode(frame, { format }));
  return { bytes, warnings, metadata: (await right(decode({ bytes }))).frame.metadata };
};

const carriers: readonly ImageFormat[] = ['jpeg', 'png', 'webp', 'avif'];

describe('metadata', () => {
  it.each(carriers)('in %s: EXIF comes back byte for byte, XMP and profile as well', async (format) => {
    for (const order of ['II', 'MM'] as const) {
      const exif = exifBlock(order);
      const { bytes, metadata } = await again(frameWith({ exif, xmp, icc: adobeRgb }), format);
      // The size tags are brought up to date, and are right here already but for the height, which is not there.
      expect(metadata.exif).toEqual(exif);
      expect(metadata.xmp).toEqual(xmp);
      expect(metadata.icc).toEqual(adobeRgb);
      const told = await sharp(bytes).metadata();
      expect(told.exif && sameBytes(stripExifHeader(told.exif), exif)).toBe(true);
      expect(told.icc && sameBytes(told.icc, adobeRgb)).toBe(true);
      expect(told.xmp && sameBytes(told.xmp, xmp)).toBe(true);
    }
  });

  it.each(carriers)('in %s: blocks of any size and content come back', async (format) => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), text, async (note, words) => {
        const exif = writeTiff(
          { fields: [opaque(0x927c, concat([Uint8Array.of(1), note]))], children: [] },
          'II',
        );
        const packet = new TextEncoder().encode(`<x>${words}</x>`);
        const { metadata } = await again(frameWith({ exif, xmp: packet }), format);
        expect(metadata.exif).toEqual(exif);
        expect(metadata.xmp).toEqual(packet);
      }),
      { numRuns: format === 'avif' ? 8 : 25 },
    );
  });

  it('in TIFF: EXIF becomes fields and directories of the file, with every value', async () => {
    for (const order of ['II', 'MM'] as const) {
      const { bytes, metadata } = await again(
        frameWith({ exif: exifBlock(order), xmp, icc: adobeRgb, iptc, photoshop: photoshopOf(iptc) }),
        'tiff',
      );
      const tiff = openTiff(bytes);
      const main = tiff && readIfd(tiff, tiff.first);
      expect(tiff?.order).toBe(order);
      expect(latin1(entryOf(main, 0x010f)?.value ?? new Uint8Array(0))).toBe('Nikon\0');
      const photo = tiff && childOf(tiff, main, 0x8769);
      const place = tiff && childOf(tiff, main, 0x8825);
      expect(entryOf(photo, 0x927c)?.value).toEqual(makerNote);
      expect(entryOf(place, 0x0002)?.count).toBe(3);
      expect(metadata).toMatchObject({ xmp, icc: adobeRgb, iptc, photoshop: photoshopOf(iptc) });
      const block = metadata.exif && openTiff(metadata.exif);
      const inner = block && childOf(block, readIfd(block, block.first), 0x8769);
      expect(entryOf(inner, 0x927c)?.value).toEqual(makerNote);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'tiff', width: 48, height: 32 });
    }
  });

  it('of a big-endian EXIF block make a TIFF whose 16-bit samples are right', async () => {
    const data = Uint16Array.from({ length: 48 * 32 * 3 }, (_, i) => i * 13);
    const frame = { ...frameWith({ exif: exifBlock('MM'), bits: 16 }), samples: samplesOf(data) };
    const { bytes } = await right(encode(frame, { format: 'tiff' }));
    const raw = await sharp(bytes).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
    expect(sameBytes(raw, new Uint8Array(data.buffer))).toBe(true);
  });

  it('in JPEG: IPTC and Photoshop resources, also those longer than a segment', async () => {
    const { metadata } = await again(frameWith({ iptc }), 'jpeg');
    expect(metadata.iptc).toEqual(iptc);
    const long = new Uint8Array(150_000).fill(65);
    const resources = concat([photoshopOf(iptc), photoshopOf(long)]);
    const { bytes, metadata: second } = await again(frameWith({ iptc, photoshop: resources }), 'jpeg');
    expect(second.photoshop && sameBytes(second.photoshop, resources)).toBe(true);
    expect((await sharp(bytes).metadata()).iptc).toBeDefined();
  });

  it('in JPEG: a profile longer than a segment', async () => {
    const icc = concat([adobeRgb, new Uint8Array(140_000).fill(3)]);
    const { metadata } = await again(frameWith({ icc }), 'jpeg');
    expect(metadata.icc && sameBytes(metadata.icc, icc)).toBe(true);
  });

  it('in GIF: XMP and comments', async () => {
    const blocks = [{ container: 'gif', kind: 'comment', data: fromLatin1('x'.repeat(300)) }] as const;
    const { bytes, metadata } = await again(frameWith({ xmp, blocks }), 'gif');
    expect(metadata.xmp).toEqual(xmp);
    expect(metadata.blocks).toEqual(blocks);
    expect((await sharp(bytes).metadata()).format).toBe('gif');
  });

  it('density is kept where there is a place for it', async () => {
    for (const format of ['jpeg', 'png', 'tiff'] as const) {
      const { metadata } = await again(frameWith({ density: 300 }), format);
      expect(metadata.density).toBeCloseTo(300, 1);
    }
    expect((await again(frameWith({}), 'jpeg')).metadata.density).toBeUndefined();
  });

  it('that only one format has goes back into it, and is missed in another', async () => {
    const blocks = [
      { container: 'jpeg', kind: 'COM', data: fromLatin1('made by hand') },
      { container: 'jpeg', kind: 'APP12', data: fromLatin1('Ducky\0\x01') },
    ] as const;
    const jpeg = await again(frameWith({ blocks }), 'jpeg');
    expect(jpeg.metadata.blocks).toEqual([blocks[0], blocks[1]]);
    expect(jpeg.warnings).toEqual([]);
    const webp = await again(frameWith({ blocks }), 'webp');
    expect(webp.warnings.map(({ code, message }) => [code, message])).toEqual([
      ['image/metadata-dropped', 'WebP cannot carry JPEG COM, JPEG APP12.'],
    ]);
  });

  it('that a format cannot carry is named', async () => {
    const said = async (more: Partial<Metadata>, format: ImageFormat) =>
      (await again(frameWith(more), format)).warnings.map(({ message }) => message);
    expect(await said({ iptc }, 'png')).toEqual(['PNG cannot carry IPTC.']);
    expect(await said({ iptc }, 'webp')).toEqual(['WebP cannot carry IPTC.']);
    expect(await said({ exif: exifBlock('II') }, 'gif')).toContain('GIF cannot carry EXIF.');
    const huge = new Uint8Array(70_000).fill(1);
    const exif = writeTiff({ fields: [opaque(0x927c, huge)], children: [] }, 'II');
    expect(await said({ exif, xmp: huge }, 'jpeg')).toEqual([
      'JPEG cannot carry EXIF over 64 KiB, XMP over 64 KiB.',
    ]);
  });

  it('of PNG: text, time, unknown chunks that may be copied, and none of those that may not', async () => {
    const file = new Uint8Array(await picture().png().toBuffer());
    const extra = [
      { type: 'tEXt', data: fromLatin1('Author\0Anna') },
      { type: 'tIME', data: Uint8Array.of(7, 230, 1, 2, 3, 4, 5) },
      { type: 'prVt', data: fromLatin1('mine') },
      { type: 'prVT', data: fromLatin1('of these samples') },
      { type: 'bKGD', data: Uint8Array.of(0, 1, 0, 1, 0, 1) },
    ];
    const bytes = concat([file.subarray(0, 33), ...extra.map(chunkBytes), file.subarray(33)]);
    const { frame } = await right(decode({ bytes }));
    const back = await right(encode(frame, { like: 'source' }));
    const { metadata } = (await right(decode({ bytes: back.bytes }))).frame;
    expect(metadata.blocks?.map(({ kind }) => kind)).toEqual(['tEXt', 'tIME', 'prVt']);
    expect((await sharp(back.bytes).metadata()).comments).toEqual([{ keyword: 'Author', text: 'Anna' }]);
  });
});

describe('the thumbnail in EXIF', () => {
  const withThumbnail = async (orientation: number): Promise<Uint8Array> => {
    const jpeg = new Uint8Array(await picture(160, 120).jpeg().toBuffer());
    const first = writeTiff({ fields: [shorts('II', 0x0112, [orientation])], children: [] }, 'II');
    const fields = [longs('II', 0x0201, [0]), longs('II', 0x0202, [jpeg.length])];
    const table = writeDirectory({ fields, children: [] }, 'II', first.length);
    const exif = concat([first, table, jpeg]);
    const view = new DataView(exif.buffer, exif.byteOffset);
    view.setUint32(8 + 2 + 12, first.length, true);
    view.setUint32(first.length + 10, first.length + table.length, true);
    return exif;
  };

  const file = async (orientation: number): Promise<Uint8Array> => {
    const { writeJpeg } = await import('../containers/jpeg.js');
    const { nothing } = await import('../testing/files.js');
    const exif = await withThumbnail(orientation);
    return writeJpeg(await picture(640, 480).jpeg().toBuffer(), { ...nothing, exif }).bytes;
  };

  const thumbnail = async (frame: Frame): Promise<Uint8Array> => {
    const { bytes } = await right(encode(frame, { like: 'source' }));
    const found = thumbnailOf((await right(decode({ bytes }))).frame.metadata.exif);
    if (found === undefined) throw new Error('There is no thumbnail.');
    return found;
  };

  it('of a photo that nobody touched is the camera’s own', async () => {
    const { frame } = await right(decode({ bytes: await file(1) }));
    expect(await thumbnail(frame)).toEqual(thumbnailOf(await withThumbnail(1)));
  });

  it('of a photo that was turned upright is turned with it', async () => {
    const { frame } = await right(decode({ bytes: await file(6) }));
    expect(await sharp(await thumbnail(frame)).metadata()).toMatchObject({ width: 120, height: 160 });
  });

  it('of an edited photo shows the edit', async () => {
    const { frame } = await right(decode({ bytes: await file(1) }));
    const width = 480;
    const black = { ...frame, width, height: 360, samples: samplesOf(new Float32Array(width * 360 * 3)) };
    const made = await thumbnail(black);
    expect(await sharp(made).metadata()).toMatchObject({ width: 160, height: 120 });
    expect(Math.max(...(await sharp(made).raw().toBuffer()))).toBeLessThan(8);
  });
});

it('a profile goes with pixels in its colours only', async () => {
  const p3 = await builtInProfile('p3');
  const grey: Frame = {
    ...frameWith({ icc: p3 }),
    channels: 1,
    samples: samplesOf(scene(48, 32).filter((_, i) => i % 3 === 0)),
  };
  const { metadata, warnings } = await again(grey, 'png');
  expect(metadata.icc).toBeUndefined();
  expect(metadata.model).toBe('grey');
  expect(warnings).toEqual([]);
});
