import { describe, expect, it } from 'vitest';
import { QUANTISATION_FEATURES, quantisationFeatures } from './quantisation.js';

const even = (step: number): readonly number[] => Array<number>(64).fill(step);

describe('what a network is told of quantisation tables', () => {
  it('is nothing where they are unknown', () => {
    expect([...quantisationFeatures(undefined)]).toEqual(Array(QUANTISATION_FEATURES).fill(0));
  });

  it('is that they are known, and the logarithms of their steps', () => {
    expect([...quantisationFeatures({ luma: even(1), chroma: even(256) })]).toEqual([1, -1, -1, -1, 1, 1, 1]);
    expect([...quantisationFeatures({ luma: even(64) })]).toEqual([1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  });

  it('tells coarse from fine frequencies', () => {
    const low = even(16).map((step, place) => (place % 8 === 0 && place < 24 ? 64 : step));
    const [, first, second, third] = quantisationFeatures({ luma: low });
    expect(first).toBeCloseTo(3 / 6 / 2, 5);
    expect([second, third]).toEqual([0, 0]);
    const high = even(16).map((step, place) => (place === 63 ? 64 : step));
    const [, coarse, middle, fine] = quantisationFeatures({ luma: high });
    expect([coarse, middle]).toEqual([0, 0]);
    expect(fine).toBeGreaterThan(0);
  });
});
