import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readJpeg } from './jpeg.js';
import { type Segment, segmentsOf } from './jpeg-pieces.js';
import { quantisationOf } from './jpeg-quantisation.js';

const fileOf = (quality: number, channels: 1 | 3): Promise<Buffer> =>
  sharp(Buffer.alloc(16 * 16 * channels, 90), { raw: { width: 16, height: 16, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality })
    .toBuffer();

/** Annex K of ITU T.81, the first two rows of brightness. */
const rows = [16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55];

const isFrame = ({ marker }: Segment): boolean => marker === 0xc0 || marker === 0xc2;

describe('quantisation tables of a JPEG', () => {
  it('are read row by row, those of colours beside those of brightness', async () => {
    const { quantisation } = readJpeg(await fileOf(50, 3)) ?? {};
    expect(quantisation?.luma.slice(0, 16)).toEqual(rows);
    expect(quantisation?.chroma?.slice(0, 8)).toEqual([17, 18, 24, 47, 99, 99, 99, 99]);
    expect([quantisation?.luma.length, quantisation?.luma[63], quantisation?.chroma?.[63]]).toEqual([
      64, 99, 99,
    ]);
  });

  it('are one of a grey picture', async () => {
    const { quantisation } = readJpeg(await fileOf(50, 1)) ?? {};
    expect(quantisation?.luma.slice(0, 16)).toEqual(rows);
    expect(quantisation?.chroma).toBeUndefined();
  });

  it('may have steps of 16 bits, and be defined again', async () => {
    const segments = segmentsOf(await fileOf(50, 1));
    const frame = segments.find(isFrame)!.payload;
    const wide = new Uint8Array(129);
    wide[0] = 0x10;
    for (let i = 0; i < 64; i++) wide.set([1, i], 1 + 2 * i);
    const found = quantisationOf([...segments, { marker: 0xdb, payload: wide }], frame);
    // The third in the file's order stands below the first.
    expect([found?.luma[0], found?.luma[1], found?.luma[8], found?.luma[63]]).toEqual([256, 257, 258, 319]);
  });

  it('are unknown where they are missing, cut off or 0, and of RGB and CMYK', async () => {
    const segments = segmentsOf(await fileOf(50, 3));
    const frame = segments.find(isFrame)!.payload;
    const others = segments.filter(({ marker }) => marker !== 0xdb);
    const of = (payload: Uint8Array) => quantisationOf([...others, { marker: 0xdb, payload }], frame);
    expect(quantisationOf(others, frame)).toBeUndefined();
    expect(of(new Uint8Array(40))).toBeUndefined();
    expect(of(new Uint8Array(0))).toBeUndefined();
    expect(of(new Uint8Array(65))).toBeUndefined();
    const named = frame.slice();
    named[6] = 0x52;
    expect(quantisationOf(segments, named)).toBeUndefined();
    const four = frame.slice();
    four[5] = 4;
    expect(quantisationOf(segments, four)).toBeUndefined();
    expect(quantisationOf(segments, frame.subarray(0, 8))).toBeUndefined();
  });
});
