import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialise } from './initialise.js';
import type { ParameterSpecs } from './network.js';

const moments = (data: Float32Array) => {
  const mean = data.reduce((a, b) => a + b, 0) / data.length;
  return { mean, deviation: Math.sqrt(data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length) };
};

const one = (spec: ParameterSpecs[string], seed = 7): Float32Array =>
  initialise({ parameters: { p: spec } }, seed).p!.data;

describe('initialise', () => {
  const spec = fc.record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
    start: fc.oneof(
      fc.record({ normal: fc.constant(0.02) }),
      fc.record({ uniform: fc.constant(0.1) }),
      fc.record({ constant: fc.constant(1) }),
    ),
  });

  it('is a function of seed, name, shape and start, whatever else there is and in whatever order', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), spec, { minKeys: 1, noNullPrototype: true }),
        fc.maxSafeNat(),
        (parameters, seed) => {
          const all = initialise({ parameters }, seed);
          const reversed = Object.fromEntries(Object.entries(parameters).reverse());
          expect(initialise({ parameters: reversed }, seed)).toEqual(all);
          for (const [name, own] of Object.entries(parameters)) {
            expect(all[name]!.shape).toEqual(own.shape);
            expect(initialise({ parameters: { [name]: own } }, seed)).toEqual({ [name]: all[name] });
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('has the distribution that is asked for', () => {
    const normal = moments(one({ shape: [100, 101], start: { normal: 0.02 } }));
    expect(Math.abs(normal.mean)).toBeLessThan(0.0006);
    expect(normal.deviation).toBeCloseTo(0.02, 3);
    const even = one({ shape: [100, 101], start: { uniform: 0.3 } });
    expect(Math.abs(moments(even).mean)).toBeLessThan(0.006);
    expect(moments(even).deviation).toBeCloseTo(0.3 / Math.sqrt(3), 2);
    expect(even.every((v) => Math.abs(v) <= 0.3)).toBe(true);
    expect([...one({ shape: [3], start: { constant: 0.5 } })]).toEqual([0.5, 0.5, 0.5]);
  });

  it('differs between seeds and names, also beyond 32 bits', () => {
    const spec = { shape: [8], start: { normal: 1 } };
    const draws = [1, 2, 2 ** 32 + 1, 2 ** 52].map((seed) => [...one(spec, seed)].join());
    expect(new Set(draws).size).toBe(4);
    const { ab, ba } = initialise({ parameters: { ab: spec, ba: spec } }, 1);
    expect(ab).not.toEqual(ba);
  });

  it('stays as it is from version to version, or trainings could not be repeated', () => {
    const rounded = (values: Float32Array): readonly number[] => [...values].map((v) => Number(v.toFixed(6)));
    expect(rounded(one({ shape: [4], start: { normal: 1 } }))).toMatchInlineSnapshot(`
      [
        0.985949,
        0.426717,
        -0.298388,
        0.0407,
      ]
    `);
    expect(rounded(one({ shape: [4], start: { uniform: 1 } }))).toMatchInlineSnapshot(`
      [
        -0.123059,
        -0.869984,
        -0.911334,
        -0.043151,
      ]
    `);
  });
});
