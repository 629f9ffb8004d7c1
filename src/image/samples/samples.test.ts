import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstOf,
  interleave,
  maxOf,
  narrow,
  overWhite,
  samplesOf,
  split,
  spread,
  toDepth,
  widen,
} from './samples.js';

const every16 = Uint16Array.from({ length: 65536 }, (_, i) => i);
const every8 = Uint8Array.from({ length: 256 }, (_, i) => i);

describe('depths', () => {
  it('of more levels hold those of fewer exactly, and give them back', () => {
    for (const wide of ['uint16', 'float32'] as const)
      expect(toDepth(samplesOf(toDepth(samplesOf(every8), wide)), 'uint8')).toEqual(every8);
    expect(toDepth(samplesOf(toDepth(samplesOf(every16), 'float32')), 'uint16')).toEqual(every16);
    expect(toDepth(samplesOf(every8), 'uint16')[255]).toBe(65535);
  });

  it('of fewer levels take the nearest one', () => {
    const eight = toDepth(samplesOf(every16), 'uint8');
    every16.forEach((value, i) => {
      expect(Math.abs((eight[i] as number) - value / 257)).toBeLessThanOrEqual(0.5);
    });
  });

  it('round floats to the nearest level: a ramp shows every one of them', () => {
    const ramp = Float32Array.from({ length: 200_000 }, (_, i) => i / 199_999);
    const levels = toDepth(samplesOf(ramp), 'uint16');
    expect(new Set(levels).size).toBe(65536);
    ramp.forEach((value, i) => {
      // A float near 1 is itself only known to 1/256 of a level.
      expect(Math.abs((levels[i] as number) - value * 65535)).toBeLessThanOrEqual(0.502);
    });
  });

  it('clip floats outside their range, and take what is no number for black', () => {
    const odd = Float32Array.of(-0.5, -Infinity, 1.7, Infinity, Number.NaN, 0.5);
    expect([...toDepth(samplesOf(odd), 'uint8')]).toEqual([0, 0, 255, 255, 0, 128]);
    expect([...toDepth(samplesOf(odd), 'uint16')]).toEqual([0, 0, 65535, 65535, 0, 32768]);
  });

  it('that are right already cost no copy', () => {
    expect(toDepth(samplesOf(every8), 'uint8')).toBe(every8);
  });
});

describe('transparency', () => {
  it('is parted from the colours and put back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.uint8Array({ minLength: 1, maxLength: 30 }),
        (channels, alpha) => {
          const colours = Uint8Array.from({ length: alpha.length * channels }, (_, i) => (i * 37) % 256);
          const joined = interleave(colours, channels, alpha) as Uint8Array;
          expect(split(joined, channels + 1, channels)).toEqual([colours, alpha]);
        },
      ),
    );
  });

  it('of grey that came as RGB leaves one channel', () => {
    expect(split(Uint8Array.of(5, 5, 5, 9, 6, 6, 6, 8), 4, 1)).toEqual([
      Uint8Array.of(5, 6),
      Uint8Array.of(9, 8),
    ]);
    expect(firstOf(spread(Uint16Array.of(3, 4)), 3)).toEqual(Uint16Array.of(3, 4));
  });

  it('over white is white where nothing covers it, and the colour where all does', () => {
    const grey = Uint8Array.of(10, 10, 10);
    expect([...overWhite(grey, 1, Uint8Array.of(0, 255, 128))]).toEqual([255, 10, 132]);
    expect(overWhite(Float32Array.of(0.25), 1, Float32Array.of(0.5))[0]).toBeCloseTo(0.625);
  });
});

describe('samples of 10 and 12 bits', () => {
  it('fill the range of 16, and come back', () => {
    for (const bits of [10, 12]) {
      const stored = Uint16Array.from({ length: 2 ** bits }, (_, i) => i << (16 - bits));
      const wide = widen(stored, bits);
      expect(wide[0]).toBe(0);
      expect(wide.at(-1)).toBe(maxOf('uint16'));
      expect(narrow(wide, bits)).toEqual(stored);
    }
  });

  it('are the nearest to those of 16', () => {
    narrow(every16, 10).forEach((value, i) => {
      expect(Math.abs((value >> 6) - (i * 1023) / 65535)).toBeLessThanOrEqual(0.5);
    });
  });
});
