import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Values } from '../../../picture/tiling/windows.js';
import { keepLight, lightFactor } from './keep-light.js';

const floats = (data: readonly number[]): Values => ({
  dtype: 'float32',
  shape: [1, data.length / 3, 3],
  data: Float32Array.from(data),
});

const bytes = (data: readonly number[]): Values => ({
  dtype: 'uint8',
  shape: [1, data.length / 3, 3],
  data: Uint8Array.from(data),
});

const keeps = { highlights: 0.97, light: 0.4 };
const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 });
const light = ({ data }: Values, white: number): number =>
  [...data].reduce((sum, value) => sum + (value / white) ** 2.2, 0) / data.length;

describe('keepLight', () => {
  it('leaves what did not become darker as it is', () => {
    fc.assert(
      fc.property(values, (data) => {
        const [before, after] = [floats(data), floats(data.map((value) => Math.min(1, value * 1.1)))];
        expect(keepLight({ highlights: 0.97, light: 0.9 }, before, after)).toBe(after);
      }),
      { numRuns: 50 },
    );
  });

  it('brings highlights back, and leaves black and white where they are', () => {
    const row = (of: (i: number) => number): number[] =>
      Array.from({ length: 900 }, (_, i) => of(Math.floor(i / 3)));
    const before = bytes(row((i) => 100 + (i % 100)));
    const after = bytes(row((i) => (i === 0 ? 0 : i === 1 ? 255 : 75 + (i % 100))));
    const made = keepLight(keeps, before, after);
    expect(made.data[0]).toBe(0);
    expect(made.data[3]).toBe(255);
    const top = (picture: Values): number => [...picture.data].sort((a, b) => a - b)[873] as number;
    expect(Math.abs(top(made) - top(before))).toBeLessThan(5);
  });

  it('never makes a sample darker, keeps their order, and stays within 0..1', () => {
    fc.assert(
      fc.property(values, values, (was, is) => {
        const after = floats(is);
        const made = keepLight(keeps, floats(was), after);
        const pairs = [...made.data].map((value, i) => [after.data[i] as number, value] as const);
        for (const [from, to] of pairs) {
          expect(to).toBeGreaterThanOrEqual(from - 1e-6);
          expect(to).toBeLessThanOrEqual(1);
        }
        const sorted = [...pairs].sort(([a], [b]) => a - b).map(([, to]) => to);
        for (const [i, value] of sorted.entries())
          expect(value).toBeGreaterThanOrEqual((sorted[i - 1] ?? 0) - 1e-6);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps so much of the mean light, unless that takes more than eight times as much', () => {
    const before = floats(Array.from({ length: 300 }, () => 0.8));
    const after = floats(Array.from({ length: 300 }, (_, i) => (i < 15 ? 0.8 : 0.25)));
    const made = keepLight(keeps, before, after);
    expect(light(made, 1) / light(before, 1)).toBeGreaterThan(0.38);
    const night = floats(Array.from({ length: 300 }, () => 0.001));
    expect(lightFactor(keeps, before, night)).toBeLessThan(8.5);
  });
});
