import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINS, clippingOf, histogramOf, outlineOf } from './pixels.js';

const pixels = fc
  .array(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)), { minLength: 1, maxLength: 50 })
  .map((colours) => Uint8ClampedArray.from(colours.flatMap((colour) => [...colour, 255])));

describe('clipping', () => {
  it('marks what is full in any channel and what is empty in all', () => {
    const { marks, lights, shadows } = clippingOf(
      Uint8ClampedArray.of(255, 10, 10, 255, 0, 0, 1, 255, 0, 0, 90, 255, 128, 128, 128, 255),
    );
    expect([lights, shadows]).toEqual([0.25, 0.25]);
    expect([3, 7, 11, 15].map((at) => marks[at])).toEqual([255, 255, 0, 0]);
    expect(marks[0]).toBeGreaterThan(marks[2]!);
    expect(marks[6]).toBeGreaterThan(marks[4]!);
  });

  it('is marked exactly where it is counted', () => {
    fc.assert(
      fc.property(pixels, (of) => {
        const { marks, lights, shadows } = clippingOf(of);
        const marked = marks.filter((alpha, at) => at % 4 === 3 && alpha > 0).length;
        expect(marked).toBe(Math.round((lights + shadows) * (of.length / 4)));
      }),
    );
  });
});

describe('a histogram', () => {
  it('lies between 0 and 1, and has its pixels where they are', () => {
    fc.assert(
      fc.property(pixels, (of) => {
        const { red } = histogramOf(of);
        expect(red).toHaveLength(BINS);
        expect(Math.max(...red)).toBeLessThanOrEqual(1);
        expect(red[((of[0] ?? 0) * BINS) >> 8]).toBeGreaterThan(0);
      }),
    );
  });

  it('is drawn from the left to the right', () => {
    expect(outlineOf([0, 1, 0.5])).toBe('M0 1L0.0000 1.0000L0.5000 0.0000L1.0000 0.5000L1 1Z');
  });
});
