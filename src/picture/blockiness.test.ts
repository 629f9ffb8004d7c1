import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { blockiness } from './blockiness.js';
import type { Values } from './tiling/windows.js';

const [WIDTH, HEIGHT] = [160, 128];

/** Waves and fine texture, as a photo has. */
const texture = (x: number, y: number): number => {
  const noise = Math.sin(x * 12.9898 + y * 78.233) * 43758.5453;
  return 128 + 60 * Math.sin(x / 23 + y / 31) + 8 * (noise - Math.floor(noise));
};

const photo = (channels: 1 | 3): Uint8Array =>
  Uint8Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => {
    const place = Math.floor(i / channels);
    return texture(place % WIDTH, Math.floor(place / WIDTH));
  });

const shown = (data: Uint8Array, channels: 1 | 3): Values => ({
  dtype: 'uint8',
  shape: [HEIGHT, WIDTH, channels],
  data,
});

const compressed = async (quality: number, left: number, top: number): Promise<Values> => {
  const jpeg = await sharp(photo(3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  const [width, height] = [WIDTH - 8, HEIGHT - 8];
  const data = await sharp(jpeg).extract({ left, top, width, height }).raw().toBuffer();
  return { dtype: 'uint8', shape: [height, width, 3], data: new Uint8Array(data) };
};

describe('blockiness', () => {
  it('is about 1 of what was not compressed, in any depth and in grey', () => {
    for (const channels of [1, 3] as const) {
      const data = photo(channels);
      const whole = shown(data, channels);
      const found = blockiness(whole);
      expect(found).toBeGreaterThanOrEqual(1);
      expect(found).toBeLessThan(1.1);
      const floats: Values = {
        ...whole,
        dtype: 'float32',
        data: Float32Array.from(data, (value) => value / 255),
      };
      expect(blockiness(floats)).toBeCloseTo(found, 3);
    }
  });

  it('is more the more it was compressed, wherever blocks begin', async () => {
    for (const [left, top] of [
      [0, 0],
      [3, 6],
    ] as const) {
      const [coarse, middle] = [
        blockiness(await compressed(10, left, top)),
        blockiness(await compressed(40, left, top)),
      ];
      expect(coarse).toBeGreaterThan(middle);
      expect(middle).toBeGreaterThan(1.2);
    }
  });

  it('is 1 of small pictures and of one value', () => {
    expect(blockiness({ dtype: 'uint8', shape: [31, 90, 1], data: new Uint8Array(31 * 90) })).toBe(1);
    expect(blockiness(shown(new Uint8Array(WIDTH * HEIGHT), 1))).toBe(1);
  });
});
