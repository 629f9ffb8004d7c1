import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../picture/tiling/windows.js';
import { factorFor, thumbnailOf } from './thumbnail.js';

const picture = (width: number, height: number, value: (x: number, y: number) => number): Values => ({
  dtype: 'uint8',
  shape: [height, width, 1],
  data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
});

const needs = { multiple: 4, least: 8, room: 1e6 };

describe('a thumbnail', () => {
  it('is half as large on a side where that fits, and no larger than there is room for', () => {
    expect(factorFor({ width: 2400, height: 2400 }, { ...needs, room: 2e6 })).toBe(2);
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 9000 }),
        fc.integer({ min: 64, max: 9000 }),
        fc.integer({ min: 4096, max: 4e6 }),
        (width, height, room) => {
          const factor = factorFor({ width, height }, { ...needs, room });
          const pixels = Math.floor(width / factor / 4) * Math.floor(height / factor / 4) * 16;
          const narrow = Math.min(width, height) / factor < 16;
          expect(pixels <= room || narrow).toBe(true);
        },
      ),
    );
  });

  it('is made of the means of squares', () => {
    const { picture: made, factor } = thumbnailOf(
      picture(32, 16, (x, y) => x + 3 * y),
      needs,
    );
    expect(factor).toBe(2);
    expect(made.shape).toEqual([1, 8, 16, 1]);
    for (const [x, y] of [
      [0, 0],
      [15, 7],
      [4, 3],
    ] as const)
      expect(made.data[y * 16 + x]).toBeCloseTo(2 * x + 0.5 + 3 * (2 * y + 0.5), 4);
  });

  it('goes on as in a mirror where the picture is smaller than the network takes', () => {
    const { picture: made } = thumbnailOf(
      picture(6, 6, () => 77),
      needs,
    );
    expect(made.shape).toEqual([1, 8, 8, 1]);
    expect([...made.data].every((value) => Math.abs(value - 77) < 1e-4)).toBe(true);
  });
});
