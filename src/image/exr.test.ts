import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { decode, formatOf } from './decoding/decode.js';
import { encode } from './encoding/encode.js';
import { exrFile } from './testing/exr.js';
import { leftCodes, right } from './testing/pictures.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-exr-'));
afterAll(() => rmSync(folder, { recursive: true }));

const decoded = (bytes: Uint8Array) => right(decode({ bytes, name: 'a.exr' }));

/** sRGB's curve (IEC 61966-2-1). */
const encodedLight = (light: number): number =>
  light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;

const rgb = { R: (x: number) => x / 4, G: (_: number, y: number) => y / 2, B: () => 0.125 };
const size = { width: 9, height: 5 };

describe('OpenEXR', () => {
  it.each([true, false])(
    'is light as floats, brighter than white where it is (half precision: %s)',
    async (half) => {
      const { frame, warnings } = await decoded(exrFile({ ...size, channels: rgb, half }));
      expect([frame.width, frame.height, frame.samples.depth, frame.alpha, warnings]).toEqual([
        9,
        5,
        'float32',
        undefined,
        [],
      ]);
      for (let y = 0; y < 5; y++)
        for (let x = 0; x < 9; x++) {
          const at = (y * 9 + x) * 3;
          const wanted = [x / 4, y / 2, 0.125].map(encodedLight);
          for (const k of [0, 1, 2]) expect(frame.samples.data[at + k]).toBeCloseTo(wanted[k] ?? 0, 5);
        }
    },
  );

  it('has transparency by which its colours were multiplied, and may be grey', async () => {
    const veiled = { R: () => 0.2, G: () => 0.1, B: () => 0.05, A: () => 0.5 };
    const { frame } = await decoded(exrFile({ ...size, channels: veiled }));
    expect(frame.alpha?.data[0]).toBeCloseTo(0.5, 5);
    expect(frame.samples.data[0]).toBeCloseTo(encodedLight(0.4), 5);
    const grey = await decoded(exrFile({ ...size, channels: { Y: (x) => x / 8 } }));
    expect([grey.frame.channels, grey.frame.samples.data.length]).toEqual([1, 45]);
    expect(grey.frame.samples.data[4]).toBeCloseTo(encodedLight(0.5), 5);
  });

  it('in other primaries is the same light in those of sRGB', async () => {
    // BT.2020, whose red is beyond sRGB's (ITU-R BT.2087: 1.6605, -0.1246, -0.0182).
    const chromaticities = [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329];
    const channels = {
      R: (x: number) => (x === 0 ? 1 : 0.5),
      G: (x: number) => (x === 0 ? 0 : 0.5),
      B: (x: number) => (x === 0 ? 0 : 0.5),
    };
    const { frame } = await decoded(exrFile({ ...size, channels, chromaticities }));
    const [r = 0, g = 0] = frame.samples.data;
    expect(r).toBeCloseTo(encodedLight(1.6605), 2);
    expect(g).toBeLessThan(0);
    for (const k of [3, 4, 5]) expect(frame.samples.data[k]).toBeCloseTo(encodedLight(0.5), 4);
  });

  it('goes back into a TIFF of floats, which is told', async () => {
    const { frame } = await decoded(exrFile({ ...size, channels: rgb }));
    const { bytes, format, warnings } = await right(encode(frame, { like: 'source' }));
    expect([format, warnings.map(({ code }) => code)]).toEqual(['tiff', ['image/written-otherwise']]);
    const again = (await right(decode({ bytes }))).frame;
    const differences = again.samples.data.map((value, i) => Math.abs(value - (frame.samples.data[i] ?? 0)));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it('says what is left behind', async () => {
    const { warnings } = await decoded(exrFile({ ...size, channels: { ...rgb, Z: () => 7 }, offset: 3 }));
    expect(warnings.map(({ message }) => message).join()).toMatch(
      /depth, masks, layers.*another size or place/,
    );
  });

  it('that is damaged, cut off or of another kind is refused', async () => {
    const codes = (bytes: Uint8Array) => leftCodes(decode({ bytes, name: 'x' }));
    const file = exrFile({ ...size, channels: rgb });
    expect(await codes(file.subarray(0, file.length - 3))).toEqual(['image/truncated']);
    expect(await codes(file.subarray(0, 100))).toEqual(['image/corrupt']);
    expect(await codes(exrFile({ ...size, channels: { ...rgb, R: () => Number.NaN } }))).toEqual([
      'image/corrupt',
    ]);
    expect(await codes(exrFile({ ...size, channels: rgb, compression: 6 }))).toEqual([
      'image/unsupported-format',
    ]);
    expect(await codes(exrFile({ ...size, channels: { U: () => 1 } }))).toEqual(['image/unsupported-format']);
    const parts = file.slice();
    parts[5] = 0x10;
    expect(await codes(parts)).toEqual(['image/unsupported-format']);
    const missing = await formatOf(file, 'x', () => false)();
    expect(E.isLeft(missing) && missing.left[0].hint).toContain('npm i parse-exr');
  });

  it.each(['none', 'rle', 'zip1', 'zip16'])(
    'that ffmpeg wrote is what ffmpeg meant (%s)',
    async (compression) => {
      if (spawnSync('ffmpeg', ['-version']).status !== 0) return;
      const raw = Float32Array.from({ length: 3 * 64 * 40 }, (_, i) => ((i * 7) % 97) / 40);
      writeFileSync(join(folder, 'raw'), raw);
      const out = join(folder, `${compression}.exr`);
      const from = ['-f', 'rawvideo', '-pix_fmt', 'gbrpf32le', '-s', '64x40', '-i', join(folder, 'raw')];
      const made = spawnSync('ffmpeg', [
        '-y',
        ...from,
        '-c:v',
        'exr',
        '-compression',
        compression,
        '-format',
        'float',
        out,
      ]);
      expect(made.status).toBe(0);
      const { frame } = await decoded(new Uint8Array(readFileSync(out)));
      // Planes of green, blue and red.
      for (const i of [0, 1, 100, 2000, 2559])
        for (const [k, plane] of [2, 0, 1].entries())
          expect(frame.samples.data[i * 3 + k]).toBeCloseTo(encodedLight(raw[plane * 2560 + i] ?? 0), 4);
    },
  );
});
