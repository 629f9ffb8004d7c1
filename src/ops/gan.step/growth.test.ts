import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followed, grown, type Levels, LOST, levelsIn, levelTensors, TOLD } from './growth.js';

/** The steps, from 1, at which a loss is first said to have grown so many times. */
const firstAt = (losses: readonly number[], times: number): number => {
  let levels: Levels = {};
  return (
    1 +
    losses.findIndex((loss) => {
      levels = followed(levels, { pixel: loss });
      return grown(levels, times) !== undefined;
    })
  );
};

describe('growth of a loss', () => {
  it('to a thousand billion is seen long before', () => {
    const losses = Array.from({ length: 200 }, (_, i) => 0.1 * 1.2 ** i);
    expect(losses.at(-1)).toBeGreaterThan(1e12);
    expect(firstAt(losses, TOLD)).toBeGreaterThan(30);
    expect(firstAt(losses, TOLD)).toBeLessThan(firstAt(losses, LOST));
    expect(losses[firstAt(losses, LOST)]).toBeLessThan(1e4);
  });

  it('is not seen in losses that move within what is usual, or jump once', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 300 }), (losses) => {
        expect(firstAt(losses, TOLD)).toBe(0);
      }),
    );
    expect(firstAt([...Array(50).fill(0.1), 200, ...Array(50).fill(0.1)], TOLD)).toBe(0);
  });

  it('is measured by what a loss has been at its least, where that is large', () => {
    const levels = followed({ pixel: { now: 500, least: 500 } }, { pixel: 5000 });
    expect(grown(levels, TOLD)).toBeUndefined();
    expect(grown({ a: { now: 40, least: 0 }, b: { now: 90, least: 2 } }, TOLD)?.name).toBe('b');
  });

  it('of what is no number counts as grown', () => {
    expect(grown(followed({}, { pixel: Number.NaN }), TOLD)?.name).toBe('pixel');
  });

  it('is kept in checkpoints to the last bit', () => {
    const losses = fc.dictionary(fc.string(), fc.double({ min: 0, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(losses, losses, (one, other) => {
        const levels = followed(followed({}, one), other);
        expect(levelsIn(levelTensors(levels))).toEqual(levels);
        expect(followed(levelsIn(levelTensors(levels)), one)).toEqual(followed(levels, one));
      }),
    );
  });
});
