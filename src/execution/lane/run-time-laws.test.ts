import { describe, expect, it } from 'vitest';
import { frameFrom } from '../../testing/arbitraries/frames.js';
import { noPicture } from './run-time-laws.js';

const photo = (value: number, depth: 'float32' | 'uint8' = 'float32') =>
  frameFrom({ width: 3, height: 2, depth }, (x, y) => (x === 1 && y === 1 ? value : 0.5));

describe('a result with samples that are no numbers', () => {
  it('is a fault of the operator where it was given none', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(noPicture('steps[2]/adjust', photo(0.5), photo(value))).toMatchObject({
        code: 'law/not-finite',
        message: `steps[2]/adjust gave a sample that is ${value}.`,
      });
    expect(noPicture('steps[2]/adjust', photo(0.5, 'uint8'), photo(Number.NaN))?.message).toContain('gave');
  });

  it('is a fault of the photo where that has them', () => {
    for (const given of [photo(Number.NaN), { path: 'a.tif' }])
      expect(noPicture('steps[1]/decode', given, photo(Number.NaN))?.message).toBe(
        'The photo has a sample that is NaN, as steps[1]/decode reads it.',
      );
  });

  it('is none where all samples are numbers, however large, and where it is no picture', () => {
    expect(noPicture('x', photo(0), photo(1e6))).toBeUndefined();
    expect(noPicture('x', photo(Number.NaN), photo(0.2, 'uint8'))).toBeUndefined();
    expect(noPicture('x', photo(0), { path: 'a' })).toBeUndefined();
  });
});
