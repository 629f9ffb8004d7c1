import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../picture/tiling/windows.js';
import { corrected, sampledPlaces, sampleOf } from './sample.js';
import { thumbnailOf } from './thumbnail.js';

const picture = (width: number, height: number): Values => ({
  dtype: 'uint8',
  shape: [height, width, 1],
  data: Uint8Array.from({ length: width * height }, (_, i) => (i * 7919) % 251),
});

const needs = { multiple: 4, least: 8, room: 1e6 };

describe('a sample of a picture', () => {
  it('shows the same places at both scales', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 700 }), fc.integer({ min: 16, max: 700 }), (width, height) => {
        const whole = picture(width, height);
        const thumbnail = thumbnailOf(whole, needs);
        const { factor } = thumbnail;
        const { fine, coarse } = sampleOf(whole, thumbnail, 4);
        const [n, h = 0, w = 0] = coarse.shape;
        expect(fine.shape).toEqual([n, h * factor, w * factor, 1]);
        expect([h % 4, w % 4]).toEqual([0, 0]);
        const [x, y] = [Math.floor(w / 2), Math.floor(h / 2)];
        const square = Array.from({ length: factor ** 2 }, (_, i) => {
          const at = (y * factor + Math.floor(i / factor)) * w * factor + x * factor + (i % factor);
          return fine.data[at] as number;
        });
        expect(coarse.data[y * w + x]).toBeCloseTo(square.reduce((a, b) => a + b, 0) / square.length, 3);
      }),
      { numRuns: 30 },
    );
  });

  it('is spread over all of it, at few places of a large one', () => {
    const places = sampledPlaces(thumbnailOf(picture(1600, 1200), needs), 4);
    expect(places.length).toBe(16);
    expect(Math.max(...places.map(({ left, width }) => left + width))).toBeGreaterThan(1400);
    expect(Math.max(...places.map(({ top, height }) => top + height))).toBeGreaterThan(1000);
  });
});

describe('places of a sample', () => {
  const placesOf = (rows: number, columns: number, factor: number, multiple: number) =>
    sampledPlaces(
      { picture: { dtype: 'float32', shape: [1, rows, columns, 1], data: new Float32Array(0) }, factor },
      multiple,
    );

  it('are four along an axis at most, evenly spread, of a size that both scales can show', () => {
    // At a third of the size 44 pixels: the least multiple of four whose triple is 128 at least.
    const places = placesOf(50, 200, 3, 4);
    expect(places).toEqual([9, 159, 309, 459].map((left) => ({ left, top: 9, width: 132, height: 132 })));
    expect(placesOf(100, 100, 3, 4).map(({ left, top }) => [left, top])).toEqual([
      [9, 9],
      [159, 9],
      [9, 159],
      [159, 159],
    ]);
    expect(placesOf(64, 640, 2, 8)).toHaveLength(4);
  });

  it('are all of what is small', () => {
    expect(placesOf(30, 20, 3, 4)).toEqual([{ left: 0, top: 0, width: 60, height: 90 }]);
  });
});

describe('corrected means', () => {
  const mean = (...values: readonly number[]) =>
    ({ dtype: 'float32', shape: [1, 1, 1, values.length], data: Float32Array.from(values) }) as const;

  it('are those of the thumbnail where it hides nothing', () => {
    expect(corrected(mean(-1, 2), mean(3, 4), mean(3, 4)).data).toEqual(Float32Array.of(-1, 2));
  });

  it('gain what the thumbnail hides, and no mean of squares is lost', () => {
    expect(corrected(mean(-1, 2), mean(3, 5), mean(2, 3)).data).toEqual(Float32Array.of(0, 4));
    expect(corrected(mean(1), mean(1), mean(4)).data[0]).toBeCloseTo(0.1);
  });
});
