import { describe, expect, it } from 'vitest';
import { sharp } from './libvips.js';

describe('libvips', () => {
  it('has no limit of its own on the pixels of what it is given', async () => {
    // More than the 268 megapixels that sharp allows by itself; its rows are cleared only where they are read.
    const side = 16_500;
    const raw = { width: side, height: side, channels: 1 as const };
    const { width } = await sharp(Buffer.alloc(side * side), { raw }).metadata();
    expect(width).toBe(side);
    const strip = sharp(Buffer.alloc(side * side), { raw }).extract({ left: 0, top: 0, width: 8, height: 8 });
    expect((await strip.raw().toBuffer()).length).toBe(8 * 8 * 3);
  });

  it('keeps to a limit that it is told', async () => {
    const raw = { width: 100, height: 100, channels: 1 as const };
    await expect(
      sharp(Buffer.alloc(10_000), { raw, limitInputPixels: 9999 }).raw().toBuffer(),
    ).rejects.toThrow('pixel limit');
  });
});
