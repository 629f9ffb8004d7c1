import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plain } from './bytes.js';
import { type DecodeOptions, decode } from './decoding/decode.js';
import { readHeader } from './decoding/header.js';
import { isWhole } from './decoding/whole.js';
import { encode } from './encoding/encode.js';
import { extentFrom } from './memory.js';
import { type DngOptions, dngOf } from './testing/dng.js';
import { picture } from './testing/files.js';
import { leftCodes, right } from './testing/pictures.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-develop-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Light = readonly [number, number, number];

/** Four stretches of colours, each 16 columns wide, the last split into rows of white and of blue. */
const patches: readonly Light[] = [
  [0.5, 0.5, 0.5],
  [0.4, 0.1, 0.05],
  [0.05, 0.3, 0.1],
  [1, 1, 1],
  [0.02, 0.02, 0.3],
];
const light = (x: number, y: number): Light =>
  patches[x < 48 ? Math.floor(x / 16) : y < 24 ? 3 : 4] ?? [0, 0, 0];
const scene = { light, width: 64, height: 48 } as const;
/** Places in the middle of the patches. */
const places = [
  [8, 24],
  [24, 24],
  [40, 24],
  [56, 12],
  [56, 36],
] as const;

const developed = (options: Partial<DngOptions> = {}, how: DecodeOptions = {}) =>
  right(decode({ bytes: dngOf({ ...scene, ...options }), name: 'IMG_1.DNG' }, { raw: 'develop', ...how }));

const linear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

describe('raw files that are developed', () => {
  it('have the light that the sensor saw, in the camera’s white balance', async () => {
    const { frame, warnings } = await developed();
    expect([frame.width, frame.height, frame.samples.depth]).toEqual([64, 48, 'float32']);
    for (const [i, [x, y]] of places.entries()) {
      const at = (y * 64 + x) * 3;
      const found = [...frame.samples.data.subarray(at, at + 3)].map(linear);
      for (const k of [0, 1, 2]) expect(found[k]).toBeCloseTo(patches[i]?.[k] ?? 0, 3);
    }
    expect(warnings.map(({ code }) => code)).toEqual(['image/raw-developed']);
    expect(warnings[0]?.message).toContain('says nothing of its noise');
    expect(frame.metadata).toMatchObject({ source: 'raw', format: 'tiff', bits: 16, lossless: true });
  });

  it('become a TIFF of 16 linear bits that other programs understand, and a JPEG in sRGB’s curve', async () => {
    const { frame } = await developed();
    const tiff = await right(encode(frame, { like: 'source' }));
    expect([tiff.format, tiff.warnings.map(({ code }) => code)]).toEqual([
      'tiff',
      ['image/written-otherwise'],
    ]);
    const again = await right(decode({ bytes: tiff.bytes }));
    expect(again.frame.metadata.bits).toBe(16);
    // Numbers of a profile are rounded.
    const differences = again.frame.samples.data.map((value, i) =>
      Math.abs(value - (frame.samples.data[i] ?? 0)),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-3);
    const { bytes } = await right(
      encode(frame, { format: 'jpeg', quality: 100, chromaSubsampling: '4:4:4' }),
    );
    const jpeg = (await right(decode({ bytes }))).frame;
    // Linear light of 8 bits would have steps that everybody sees.
    expect(jpeg.metadata.icc).toBeUndefined();
    const at = (24 * 64 + 8) * 3;
    expect(jpeg.samples.data[at]).toBe(188);
  });

  it('are cut to what the camera shows, and turned', async () => {
    const { frame } = await developed({ border: 4, orientation: 6 });
    expect([frame.width, frame.height, frame.metadata.orientation]).toEqual([48, 64, 6]);
    // The left of the scene is at the top.
    const at = (8 * 48 + 24) * 3;
    expect([...frame.samples.data.subarray(at, at + 3)].map(linear)[1]).toBeCloseTo(0.5, 3);
  });

  it('say their noise', async () => {
    const { frame, warnings } = await developed({ noise: [2e-4, 1e-6] });
    expect(frame.metadata.noise).toEqual([{ scale: 2e-4, offset: 1e-6 }]);
    expect(warnings[0]?.message).toContain('variance of 0.0002 · sample + 0.000001');
  });

  it.each(['blend', 'rebuild'] as const)(
    'have highlights beyond white by %s, and no other light changed',
    async (highlights) => {
      // White beyond what the sensor's green holds: its red and blue, which see less, hold all of it.
      const bright = (x: number): Light => (x < 64 ? [0.25, 0.25, 0.25] : [1.5, 1.5, 1.5]);
      const wide = { width: 128, height: 96, light: bright };
      const { frame } = await developed(wide, { highlights });
      const clipped = await developed(wide);
      const redAt = (x: number, { data }: { readonly data: ArrayLike<number> }): number =>
        linear(data[(48 * 128 + x) * 3] ?? 0);
      expect(redAt(10, frame.samples)).toBeCloseTo(0.25, 3);
      expect(redAt(100, clipped.frame.samples)).toBeCloseTo(1, 3);
      if (highlights === 'rebuild') expect(redAt(100, frame.samples)).toBeCloseTo(1.5, 2);
      else expect(redAt(100, frame.samples)).toBeGreaterThan(1.2);
      const like = await right(encode(frame, { like: 'source' }));
      const again = (await right(decode({ bytes: like.bytes }))).frame;
      expect([like.format, again.metadata.bits]).toEqual(['tiff', 32]);
      expect(redAt(100, again.samples)).toBeCloseTo(redAt(100, frame.samples), 4);
    },
  );

  it('are taken by their JPEG unless they are asked to be developed', async () => {
    const preview = plain(await picture(32, 24).jpeg().toBuffer());
    const bytes = dngOf({ ...scene, preview });
    const { frame, warnings } = await right(decode({ bytes, name: 'x' }));
    expect([frame.width, frame.metadata.format, warnings[0]?.code]).toEqual([
      32,
      'jpeg',
      'image/preview-taken',
    ]);
    expect((await developed({ preview })).frame.width).toBe(64);
    expect(await leftCodes(decode({ bytes: dngOf(scene), name: 'x' }))).toEqual(['image/unsupported-format']);
  });

  it('that end early are refused', async () => {
    const bytes = dngOf(scene);
    const cut = bytes.subarray(0, bytes.length - 1000);
    const develop = { raw: 'develop', damaged: 'keep' } as const;
    expect(await leftCodes(decode({ bytes: cut, name: 'x' }, { raw: 'develop' }))).toEqual([
      'image/truncated',
    ]);
    expect(await leftCodes(decode({ bytes: cut, name: 'x' }, develop))).toEqual(['image/corrupt']);
    const path = join(folder, 'cut.dng');
    writeFileSync(path, cut);
    expect(await isWhole(path)()).toBe(false);
    writeFileSync(path, bytes);
    expect(await isWhole(path)()).toBe(true);
  });

  it('tell by their header what memory they take, and are refused where there is not so much', async () => {
    const bytes = dngOf({ ...scene, preview: plain(await picture(32, 24).jpeg().toBuffer()) });
    const { developed: told } = extentFrom(await right(readHeader(bytes, 'tiff', 'x')));
    expect([told?.clipped.width, told?.clipped.depth, told?.light.source?.bits]).toEqual([64, 'float32', 32]);
    const needed = told?.clipped.source?.decoding ?? 0;
    const limited = decode({ bytes, name: 'x' }, { raw: 'develop', maxMemory: needed - 1 });
    expect(await leftCodes(limited)).toEqual(['image/memory-limit']);
  });

  it('are read by exiftool as they are here', (test) => {
    if (spawnSync('exiftool', ['-ver']).status !== 0) return test.skip();
    const path = join(folder, 'a.dng');
    writeFileSync(path, dngOf({ ...scene, noise: [2e-4, 1e-6] }));
    const { stdout } = spawnSync('exiftool', ['-s3', '-validate', '-NoiseProfile', '-AsShotNeutral', path], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('0.0002 1e-06');
  });
});
