import { describe, expect, it } from 'vitest';
import { concat, fromLatin1 } from '../bytes.js';
import { chunkBytes } from '../containers/png.js';
import { encode } from '../encoding/encode.js';
import { packetOf } from '../testing/behind.js';
import { picture } from '../testing/files.js';
import { right } from '../testing/pictures.js';
import { decode } from './decode.js';

interface Page {
  readonly width: number;
  readonly height: number;
  readonly level: number;
  /** A field of 32 bits, such as NewSubfileType. */
  readonly more?: readonly (readonly [tag: number, type: 3 | 4 | 7, value: number])[];
}

/** A TIFF of grey pages, each of one level, not compressed. */
const tiffOf = (pages: readonly Page[]): Uint8Array => {
  const parts = [Buffer.from('II*\0\x08\0\0\0', 'latin1')];
  let at = 8;
  pages.forEach(({ width, height, level, more = [] }, i) => {
    const fields = [
      ...[
        [256, 4, width],
        [257, 4, height],
        [258, 3, 8],
        [259, 3, 1],
        [262, 3, 1],
        [277, 3, 1],
        [278, 4, height],
      ],
      [279, 4, width * height],
      ...more,
    ];
    const length = 2 + 12 * (fields.length + 1) + 4;
    const table = Buffer.alloc(length);
    const rows = [...fields, [273, 4, at + length]].sort(([a = 0], [b = 0]) => a - b);
    table.writeUInt16LE(rows.length, 0);
    rows.forEach(([tag = 0, type = 0, value = 0], j) => {
      table.writeUInt16LE(tag, 2 + j * 12);
      table.writeUInt16LE(type, 4 + j * 12);
      table.writeUInt32LE(type === 7 ? 4 : 1, 6 + j * 12);
      table.writeUInt32LE(value, 10 + j * 12);
    });
    const pixels = Buffer.alloc(width * height + ((width * height) & 1), level);
    at += length + pixels.length;
    table.writeUInt32LE(i + 1 < pages.length ? at : 0, length - 4);
    parts.push(table, pixels);
  });
  return concat(parts);
};

const read = async (bytes: Uint8Array) => {
  const { frame, warnings } = await right(decode({ bytes, name: 'a' }));
  return { frame, told: warnings.map(({ message }) => message).join(' ') };
};

const thumbnail: Page = { width: 4, height: 2, level: 10, more: [[254, 4, 1]] };
const photo: Page = { width: 16, height: 8, level: 200 };

describe('pages of a TIFF', () => {
  it.each([
    ['before the photo', [thumbnail, photo]],
    ['behind it', [photo, thumbnail]],
    ['in the older spelling', [{ ...thumbnail, more: [[255, 3, 2]] as const }, photo]],
  ])('a thumbnail %s is not the photo, and no page', async (_, pages) => {
    const { frame, told } = await read(tiffOf(pages));
    expect([frame.width, frame.height, frame.samples.data[0], frame.metadata.pages, told]).toEqual([
      16,
      8,
      200,
      1,
      '',
    ]);
  });

  it('of one size are told', async () => {
    const { frame, told } = await read(tiffOf([thumbnail, photo, { ...photo, level: 90 }]));
    expect([frame.samples.data[0], frame.metadata.pages]).toEqual([200, 2]);
    expect(told).toMatch(/2 pages/);
  });

  it('that are all thumbnails are read all the same', async () => {
    expect((await read(tiffOf([thumbnail]))).frame.width).toBe(4);
  });
});

describe('content credentials', () => {
  const manifest = fromLatin1('jumb c2pa');

  it('are told and left out of every format', async () => {
    const png = await picture().png().toBuffer();
    const webp = await picture().webp().toBuffer();
    const jpeg = await picture().jpeg().toBuffer();
    const gif = await picture().gif().toBuffer();
    const avif = await picture().avif({ effort: 0 }).toBuffer();
    const size = Buffer.alloc(4);
    size.writeUInt32LE(webp.length + 8 + 10 - 8);
    const box = concat([
      Uint8Array.of(0, 0, 0, 33),
      fromLatin1('uuid\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81'),
      manifest,
    ]);
    const files = {
      jpeg: concat([
        jpeg.subarray(0, 2),
        Uint8Array.of(0xff, 0xeb, 0, 13),
        fromLatin1('JP'),
        manifest,
        jpeg.subarray(2),
      ]),
      png: concat([png.subarray(0, 33), chunkBytes({ type: 'caBX', data: manifest }), png.subarray(33)]),
      webp: concat([
        webp.subarray(0, 4),
        size,
        webp.subarray(8),
        fromLatin1('C2PA\x09\0\0\0'),
        manifest,
        new Uint8Array(1),
      ]),
      gif: concat([
        gif.subarray(0, gif.length - 1),
        fromLatin1('!\xff\x0bC2PA_GIF\x01\0\0\x09'),
        manifest,
        fromLatin1('\0;'),
      ]),
      avif: concat([avif, box]),
      tiff: tiffOf([{ ...photo, more: [[52545, 7, 0x6332_7061]] }]),
    };
    for (const [format, bytes] of Object.entries(files)) {
      const { frame, told } = await read(bytes);
      expect([format, told]).toEqual([format, expect.stringMatching(/content credentials/)]);
      const { bytes: result } = await right(encode(frame));
      expect((await read(result)).told).toBe('');
    }
  });

  it('that lie elsewhere are no longer referred to', async () => {
    const xmp = packetOf(
      'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="https://example.org/m"',
    );
    const file = await picture().png().toBuffer();
    const text = concat([fromLatin1('XML:com.adobe.xmp\0\0\0\0\0'), xmp]);
    const { frame, told } = await read(
      concat([file.subarray(0, 33), chunkBytes({ type: 'iTXt', data: text }), file.subarray(33)]),
    );
    expect(told).toMatch(/content credentials/);
    expect(new TextDecoder().decode(frame.metadata.xmp)).not.toContain('example.org');
  });
});
