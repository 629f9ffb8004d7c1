import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longs, writeTiff } from '../metadata/ifd-writer.js';
import { picture } from '../testing/files.js';
import { leftCodes, right } from '../testing/pictures.js';
import { decode } from './decode.js';

describe('decode: what it refuses', () => {
  const codes = (bytes: Uint8Array, options = {}) => leftCodes(decode({ bytes }, options));

  it('files that are empty, foreign, too large, or too many pixels', async () => {
    const file = await picture().png().toBuffer();
    expect(await codes(new Uint8Array(0))).toEqual(['image/empty']);
    expect(await codes(new TextEncoder().encode('hello'))).toEqual(['image/unsupported-format']);
    expect(await codes(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toEqual([
      'image/unsupported-format',
    ]);
    expect(await codes(file, { maxBytes: 10 })).toEqual(['image/file-too-large']);
    expect(await codes(file, { maxPixels: 48 * 32 - 1 })).toEqual(['image/too-many-pixels']);
    expect((await right(decode({ bytes: file }, { maxPixels: 48 * 32 }))).frame.width).toBe(48);
  });

  it('files of camera raw, whose first picture is a preview', async () => {
    const dng = writeTiff({ fields: [longs('II', 50706, [1])], children: [] }, 'II');
    expect(await codes(dng)).toEqual(['image/unsupported-format']);
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'a %s that was cut off, anywhere',
    async (format) => {
      const file = new Uint8Array(await picture(160, 120).toFormat(format).toBuffer());
      const known = ['image/truncated', 'image/corrupt', 'image/unsupported-format'];
      for (const part of [0.02, 0.3, 0.6, 0.9]) {
        const cut = file.subarray(0, Math.max(1, Math.floor(file.length * part)));
        expect(known).toContain((await codes(cut))[0]);
      }
    },
  );

  it('a JPEG or PNG cut off in its pixels, and keeps the rest if asked', async () => {
    for (const format of ['jpeg', 'png'] as const) {
      const file = new Uint8Array(await picture(400, 300).toFormat(format).toBuffer());
      const cut = file.subarray(0, Math.floor(file.length * 0.7));
      expect(await codes(cut)).toEqual(['image/truncated']);
      const { frame, warnings } = await right(decode({ bytes: cut }, { damaged: 'keep' }));
      expect(warnings.map(({ code }) => code)).toEqual(['image/damaged']);
      expect([frame.width, frame.height]).toEqual([400, 300]);
      expect([...frame.samples.data.subarray(0, 3)]).not.toEqual([0, 0, 0]);
    }
  });

  it('a JPEG with garbage in its pixels, and keeps the rest if asked', async () => {
    const file = new Uint8Array(await picture(400, 300).jpeg().toBuffer());
    const half = Math.floor(file.length / 2);
    // A stretch of the scan is missing, and the end marker is there.
    const torn = Uint8Array.from([...file.subarray(0, half), ...file.subarray(half + 800)]);
    expect(await codes(torn)).toEqual(['image/corrupt']);
    const { warnings } = await right(decode({ bytes: torn }, { damaged: 'keep' }));
    expect(warnings.map(({ code }) => code)).toEqual(['image/damaged']);
  });

  it('nothing by crashing: damaged files give a frame or a known code', async () => {
    const files = await Promise.all(
      (['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const).map((format) =>
        picture(40, 30).toFormat(format).toBuffer(),
      ),
    );
    const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(files.length - 1), damage, async (which, edits) => {
        const bytes = new Uint8Array(files[which] as Buffer);
        for (const [at, value] of edits) bytes[Math.floor(at * (bytes.length - 1))] = value;
        const result = await decode({ bytes }, { maxPixels: 1e7 })();
        if (result._tag === 'Left') expect(result.left[0].code).toMatch(/^image\//);
        else expect(result.right.frame.samples.data.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});
