import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from './half.js';

const nearest = (value: number): number => fromHalf(toHalf(Float32Array.of(value)))[0] ?? Number.NaN;

describe('half precision', () => {
  it('gives back every pattern of bits but those of NaN', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((bits) => (bits & 0x7fff) <= 0x7c00);
    expect(toHalf(fromHalf(all))).toEqual(all);
  });

  it.each([
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [65519, 65504],
    [65520, Number.POSITIVE_INFINITY],
    [-(2 ** -25), -0],
    [3 * 2 ** -25, 2 ** -23],
    [Number.NaN, Number.NaN],
  ])('%d becomes %d', (value, half) => {
    expect(nearest(value)).toBe(half);
  });

  it('no other number is nearer', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const found = toHalf(Float32Array.of(value))[0] ?? 0;
        const gap = Math.abs(nearest(value) - value);
        for (const other of [found - 1, found + 1].filter((bits) => (bits & 0x7fff) < 0x7c00 && bits >= 0))
          expect(Math.abs((fromHalf(Uint16Array.of(other))[0] ?? 0) - value)).toBeGreaterThanOrEqual(gap);
      }),
    );
  });
});
