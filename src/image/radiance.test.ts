import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromLatin1 } from './bytes.js';
import { decode } from './decoding/decode.js';
import { encode } from './encoding/encode.js';
import { leftCodes, right } from './testing/pictures.js';
import { radianceFile } from './testing/radiance.js';

const decoded = (bytes: Uint8Array) => right(decode({ bytes, name: 'a.hdr' }));

/** sRGB's curve (IEC 61966-2-1). */
const encodedLight = (light: number): number =>
  light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;

describe('Radiance HDR', () => {
  it('is light as floats, brighter than white where it is, in runs and plain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(4, 8, 40, 300),
        fc.boolean(),
        fc.boolean(),
        async (width, inRuns, upwards) => {
          const light = (x: number, y: number, k: number): number =>
            (((x >> 3) * 3 + y * 5 + k * 7) % 41) / 8;
          const file = radianceFile({ width, height: 3, light, inRuns: inRuns && width >= 8, upwards });
          const { frame, warnings } = await decoded(file);
          expect([frame.width, frame.height, frame.samples.depth, warnings]).toEqual([
            width,
            3,
            'float32',
            [],
          ]);
          for (let y = 0; y < 3; y++)
            for (let x = 0; x < width; x++)
              for (let k = 0; k < 3; k++) {
                const wanted = light(x, y, k);
                const most = Math.max(light(x, y, 0), light(x, y, 1), light(x, y, 2), 1e-6);
                const found = frame.samples.data[(y * width + x) * 3 + k] ?? Number.NaN;
                // A mantissa of 8 bits, of the largest of the three.
                expect(Math.abs(found - encodedLight(wanted))).toBeLessThan(
                  encodedLight(wanted + most / 100) - encodedLight(Math.max(0, wanted - most / 100)) + 0.01,
                );
              }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('goes back into a TIFF of floats, which is told', async () => {
    const { frame } = await decoded(radianceFile({ width: 9, height: 2, light: (x) => x / 2 }));
    const { bytes, format, warnings } = await right(encode(frame, { like: 'source' }));
    expect([format, warnings.map(({ code }) => code)]).toEqual(['tiff', ['image/written-otherwise']]);
    const again = (await decoded(bytes)).frame;
    expect([...again.samples.data]).toEqual([...frame.samples.data]);
  });

  it('that is damaged, cut off or of another kind is refused', async () => {
    const file = radianceFile({ width: 40, height: 8, light: () => 1 });
    const codes = (bytes: Uint8Array) => leftCodes(decode({ bytes, name: 'x' }));
    expect(await codes(file.subarray(0, file.length - 9))).toEqual(['image/truncated']);
    expect(await codes(fromLatin1('#?RADIANCE\nFORMAT=32-bit_rle_xyze\n\n-Y 2 +X 2\n'))).toEqual([
      'image/corrupt',
    ]);
    expect(await codes(fromLatin1('#?RADIANCE\n'))).toEqual(['image/corrupt']);
    expect(await codes(fromLatin1('#?RADIANCE\n\n-Y 9999999 +X 9999999\n'))).toEqual([
      'image/too-many-pixels',
    ]);
    // The coding of before 1991.
    const old = concat([fromLatin1('#?RADIANCE\n\n-Y 1 +X 4\n'), Uint8Array.of(200, 9, 9, 128, 1, 1, 1, 3)]);
    expect(await codes(concat([old, new Uint8Array(8)]))).toEqual(['image/truncated']);
  });
});
