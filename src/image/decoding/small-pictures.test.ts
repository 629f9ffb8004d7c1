import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { fitsGif, writeIndexedGif } from '../containers/gif-writer.js';
import { writeGreyPng, writeIndexedPng } from '../containers/png-writer.js';
import { levelsOf, packBits } from '../samples/bit-packing.js';
import { indexed } from '../samples/indexed.js';
import { scene } from '../testing/pictures.js';

const sizes = { width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) };

// A picture of few colours, as numbers of a random palette.
const pictures = (opacities: fc.Arbitrary<number>) =>
  fc
    .record({
      ...sizes,
      palette: fc.array(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), opacities), {
        minLength: 1,
        maxLength: 300,
        size: 'max',
      }),
      seed: fc.nat(1000),
    })
    .map(({ width, height, palette, seed }) => ({
      width,
      height,
      data: Uint8Array.from(
        Array.from(
          { length: width * height },
          (_, i) => palette[(i * (seed + 1)) % palette.length] as readonly number[],
        ).flat(),
      ),
    }));

const coloursOf = (data: Uint8Array): number =>
  new Set(Array.from({ length: data.length / 4 }, (_, i) => data.subarray(i * 4, i * 4 + 4).join())).size;

const rgba = async (file: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer());

describe('a palette', () => {
  it('is found where there are at most 256 colours, and names every pixel', () => {
    fc.assert(
      fc.property(pictures(fc.nat(255)), ({ data }) => {
        const found = indexed(data, 4);
        expect(found === undefined).toBe(coloursOf(data) > 256);
        if (found === undefined) return;
        const back = Uint8Array.from(
          [...found.indices].flatMap((index) => [...(found.palette[index] ?? [])]),
        );
        expect(back).toEqual(data);
        const opacities = found.palette.map((colour) => colour[3]);
        expect(opacities).toEqual([...opacities].sort((a, b) => a - b));
      }),
    );
  });

  it('is written to PNG exactly, transparency included', async () => {
    await fc.assert(
      fc.asyncProperty(pictures(fc.nat(255)), fc.constantFrom(1, 2, 4, 8), async ({ data, width }, least) => {
        const found = indexed(data, 4);
        fc.pre(found !== undefined);
        const file = await writeIndexedPng(found, width, least, 6);
        expect(await rgba(file)).toEqual(data);
        const { isPalette, bitsPerSample } = await sharp(file).metadata();
        expect(isPalette).toBe(true);
        expect(bitsPerSample).toBeGreaterThanOrEqual(least);
      }),
      { numRuns: 60 },
    );
  });

  it('is written to GIF exactly, interlaced or not', async () => {
    await fc.assert(
      fc.asyncProperty(pictures(fc.constant(255)), fc.boolean(), async ({ data, width }, interlaced) => {
        const found = indexed(data, 4);
        fc.pre(found !== undefined && fitsGif(found));
        expect(await rgba(writeIndexedGif(found, width, interlaced))).toEqual(data);
      }),
      { numRuns: 60 },
    );
  });

  it('is written to GIF exactly in a picture large enough to fill the table of codes', async () => {
    const data = new Uint8Array(
      await sharp(scene(300, 200), { raw: { width: 300, height: 200, channels: 3 } })
        .gif({ colours: 256, dither: 1 })
        .toBuffer()
        .then((file) => sharp(file).ensureAlpha().raw().toBuffer()),
    );
    const found = indexed(data, 4);
    expect(found).toBeDefined();
    if (found !== undefined) expect(await rgba(writeIndexedGif(found, 300, false))).toEqual(data);
  });

  it('with one colour of no opacity goes into GIF, with others it does not', async () => {
    const clear = indexed(Uint8Array.of(1, 2, 3, 0, 9, 9, 9, 255), 4);
    const faint = indexed(Uint8Array.of(1, 2, 3, 128, 9, 9, 9, 255), 4);
    expect(clear && fitsGif(clear)).toBe(true);
    expect(faint && fitsGif(faint)).toBe(false);
    if (clear) expect((await rgba(writeIndexedGif(clear, 2, false)))[3]).toBe(0);
  });
});

describe('grey of few bits', () => {
  it('is written to PNG exactly, rows of any width', async () => {
    const cases = fc.record({
      width: fc.integer({ min: 1, max: 20 }),
      height: fc.integer({ min: 1, max: 5 }),
      bits: fc.constantFrom<1 | 2 | 4>(1, 2, 4),
      seed: fc.nat(99),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ width, height, bits, seed }) => {
        const top = 2 ** bits - 1;
        const grey = Uint8Array.from(
          { length: width * height },
          (_, i) => (((i * 7 + seed) % (top + 1)) * 255) / top,
        );
        const levels = levelsOf(grey, bits);
        expect(levels).toBeDefined();
        if (levels === undefined) return;
        const file = await writeGreyPng(levels, width, bits, 9);
        expect(new Uint8Array(await sharp(file).toColourspace('b-w').raw().toBuffer())).toEqual(grey);
        expect((await sharp(file).metadata()).bitsPerSample).toBe(bits);
      }),
      { numRuns: 60 },
    );
  });

  it('is not claimed where a level lies between', () => {
    expect(levelsOf(Uint8Array.of(0, 17, 255), 4)).toEqual(Uint8Array.of(0, 1, 15));
    expect(levelsOf(Uint8Array.of(0, 18, 255), 4)).toBeUndefined();
  });

  it('fills bytes from the top, and rows to whole bytes', () => {
    expect([...packBits(Uint8Array.of(1, 0, 1, 1, 0, 1), 3, 1)]).toEqual([0b1010_0000, 0b1010_0000]);
    expect([...packBits(Uint8Array.of(1, 2, 3, 0, 3), 5, 2)]).toEqual([0b0110_1100, 0b1100_0000]);
  });
});
