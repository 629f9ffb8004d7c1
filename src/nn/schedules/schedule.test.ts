import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleLengths, momentAt, type Schedule, totalSteps } from './schedule.js';

const restarts: Schedule = { kind: 'restarts', first: 4, factor: 2, cycles: 3, floor: 0 };

const arbitrary: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({
    kind: fc.constant('restarts' as const),
    first: fc.integer({ min: 1, max: 20 }),
    factor: fc.double({ min: 1, max: 3, noNaN: true }),
    cycles: fc.integer({ min: 1, max: 4 }),
    floor: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('cosine' as const),
    steps: fc.integer({ min: 1, max: 50 }),
    floor: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('step' as const),
    steps: fc.integer({ min: 1, max: 50 }),
    every: fc.integer({ min: 1, max: 20 }),
    factor: fc.double({ min: 0.1, max: 1, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('constant' as const), steps: fc.integer({ min: 1, max: 50 }) }),
);

const moments = (schedule: Schedule) =>
  Array.from({ length: totalSteps(schedule) }, (_, step) => momentAt(schedule, step));

describe('momentAt', () => {
  it('starts each cycle of restarts at the full rate and ends it near the floor', () => {
    expect(cycleLengths(restarts)).toEqual([4, 8, 16]);
    const all = moments(restarts);
    expect(all.map(({ cycle }) => cycle)).toEqual([
      ...Array(4).fill(0),
      ...Array(8).fill(1),
      ...Array(16).fill(2),
    ]);
    expect([0, 4, 12].map((step) => all[step]?.multiplier)).toEqual([1, 1, 1]);
    expect(all[2]?.multiplier).toBeCloseTo(0.5, 12);
    expect(all[3]?.multiplier).toBeCloseTo((1 + Math.cos((3 * Math.PI) / 4)) / 2, 12);
  });

  it('falls in steps', () => {
    const all = moments({ kind: 'step', steps: 6, every: 2, factor: 0.1 });
    expect(all.map(({ multiplier }) => multiplier.toFixed(3))).toEqual([
      '1.000',
      '1.000',
      '0.100',
      '0.100',
      '0.010',
      '0.010',
    ]);
  });

  it('never rises within a cycle, stays in 0..1, and ends every cycle once', () => {
    fc.assert(
      fc.property(arbitrary, (schedule) => {
        const all = moments(schedule);
        expect(all.filter(({ ends }) => ends)).toHaveLength(cycleLengths(schedule).length);
        expect(all.at(-1)?.ends).toBe(true);
        for (const [i, { multiplier, cycle, length }] of all.entries()) {
          expect(multiplier).toBeGreaterThanOrEqual(0);
          expect(multiplier).toBeLessThanOrEqual(1 + 1e-12);
          expect(length).toBe(cycleLengths(schedule)[cycle]);
          const before = all[i - 1];
          if (before?.cycle === cycle) expect(multiplier).toBeLessThanOrEqual(before.multiplier + 1e-12);
        }
      }),
    );
  });
});
