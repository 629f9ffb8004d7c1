import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradientsOf, type Sample } from '../testing/agree.js';
import { cases } from '../testing/cases/index.js';
import { differenceError, squared } from '../testing/finite-differences.js';

// tfjs's cpu backend computes erf by a formula that is right to seven digits, and softplus in three pieces.
const accuracy: Readonly<Record<string, number>> = { Erf: 1e-4, Softplus: 1e-5 };

const differentiable = Object.entries(cases);

describe.each([
  { order: 'first', of: (sample: Sample) => sample, runs: 12 },
  { order: 'second', of: (sample: Sample) => gradientsOf(squared(sample)), runs: 6 },
])('$order derivatives agree with central differences in float64', ({ of, runs }) => {
  it.each(differentiable)('%s', (name, { samples }) => {
    fc.assert(
      fc.property(samples, (sample) => {
        if (sample.by === undefined) return;
        expect(differenceError(of(sample))).toBeLessThan(accuracy[name] ?? 1e-6);
      }),
      { numRuns: runs * Number(process.env.RUNS ?? 1) },
    );
  });
});
