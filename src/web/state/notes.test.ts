import { describe, expect, it } from 'vitest';
import { seamsOf } from './notes.js';

describe('the check of seams', () => {
  it('is found wherever it stands, in levels of 255', () => {
    const seamCheck = { windows: 4, difference: 0.5 / 255, bound: 1 / 255, passed: true };
    const found = seamsOf({ '0/steps[2]/ensemble.average': { generator: 'pyramid', tiles: 6, seamCheck } });
    expect(found?.isPassed).toBe(true);
    expect(found?.difference).toBeCloseTo(0.5);
    expect(found?.bound).toBeCloseTo(1);
  });

  it('is not there for a photo in one piece, nor in what is no check', () => {
    expect(seamsOf({ step: { generator: 'pyramid' } })).toBeUndefined();
    expect(seamsOf({ step: { seamCheck: 'none' } })).toBeUndefined();
    expect(seamsOf(null)).toBeUndefined();
  });
});
