import { describe, expect, it } from 'vitest';
import { QUANTISATION_FEATURES, quantisationFeatures, usualTables } from './quantisation.js';

const even = (step: number): readonly number[] => Array<number>(64).fill(step);

describe('what a network is told of quantisation tables', () => {
  it('is nothing where they are unknown', () => {
    expect([...quantisationFeatures(undefined)]).toEqual(Array(QUANTISATION_FEATURES).fill(0));
  });

  it('is that they are known, and the logarithms of their steps', () => {
    const features = quantisationFeatures({ luma: even(16), chroma: even(32) });
    expect([...features.slice(0, 65)]).toEqual([1, ...even(0)]);
    for (const value of features.slice(65)) expect(value).toBeCloseTo(Math.LN2, 6);
  });

  it('is the same for colours as for brightness where a picture has none', () => {
    const luma = even(16).map((step, i) => step + i);
    const features = quantisationFeatures({ luma });
    expect(features.slice(65)).toEqual(features.slice(1, 65));
    expect(features[2]).toBeCloseTo(Math.log(17 / 16), 6);
  });
});

describe('the usual tables', () => {
  it('are of 64 steps, those of brightness finer', () => {
    const { luma, chroma } = usualTables;
    expect([luma.length, chroma.length]).toEqual([64, 64]);
    const sum = (table: readonly number[]) => table.reduce((a, b) => a + b, 0);
    // Of ITU T.81, tables K.1 and K.2.
    expect([sum(luma), sum(chroma)]).toEqual([3688, 5505]);
  });
});
