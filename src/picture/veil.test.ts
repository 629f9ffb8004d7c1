import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Values } from './tiling/windows.js';
import { veil } from './veil.js';

const picture = (width: number, height: number, at: (x: number, y: number) => number): Values => ({
  dtype: 'uint8',
  shape: [height, width, 3],
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return at(pixel % width, Math.floor(pixel / width));
  }),
});

describe('veil', () => {
  it('is the level of a flat picture, of any size and depth', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 255 }),
        (width, height, level) => {
          expect(veil(picture(width, height, () => level))).toBeCloseTo(level / 255, 5);
        },
      ),
      { numRuns: 30 },
    );
    expect(veil({ dtype: 'float32', shape: [2, 2, 1], data: new Float32Array(4).fill(0.3) })).toBeCloseTo(
      0.3,
      5,
    );
  });

  it('is near to 0 where dark things are strewn all over, and rises by the haze before them', () => {
    const scene = (x: number, y: number): number => ((x * 7 + y * 13) % 5 === 0 ? 3 : 180);
    expect(veil(picture(200, 120, scene))).toBeLessThan(0.05);
    const hazy = (x: number, y: number): number => 0.5 * scene(x, y) + 0.5 * 230;
    expect(veil(picture(200, 120, hazy))).toBeGreaterThan(0.4);
  });

  it('is the same of a picture and of one four times as large', () => {
    const scene = (x: number, y: number): number => 60 + 50 * Math.sin(x / 17) * Math.cos(y / 11);
    const large = picture(1600, 1200, (x, y) => scene(Math.floor(x / 4), Math.floor(y / 4)));
    expect(Math.abs(veil(large) - veil(picture(400, 300, scene)))).toBeLessThan(0.02);
  });
});
