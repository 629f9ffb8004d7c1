import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialOf, typedNumber } from './dials.js';

const strength = dialOf({ type: 'number', minimum: 0, maximum: 1, default: 1 });

describe('dials', () => {
  it('are what the type of the parameter asks for', () => {
    expect(strength).toEqual({ kind: 'number', least: 0, most: 1, step: 0.01, digits: 2 });
    expect(dialOf({ type: 'integer', minimum: 1, maximum: 100 })).toMatchObject({ step: 1, digits: 0 });
    expect(dialOf({ type: 'number', minimum: -3, maximum: 3 })).toMatchObject({ step: 0.01 });
    expect(dialOf({ type: 'boolean' })).toEqual({ kind: 'switch' });
    expect(dialOf({ type: 'string', enum: ['a', 'b'] })).toEqual({ kind: 'choice', choices: ['a', 'b'] });
    expect(dialOf({ type: 'string' })).toEqual({ kind: 'text' });
  });

  it('have between a hundred and a thousand steps of round size', () => {
    const wide = fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 5000 }));
    fc.assert(
      fc.property(wide, ([minimum, width]) => {
        const dial = dialOf({ type: 'number', minimum, maximum: minimum + width });
        if (dial.kind !== 'number') throw new Error(dial.kind);
        const steps = width / dial.step;
        expect(steps).toBeGreaterThanOrEqual(99.99);
        expect(steps).toBeLessThanOrEqual(1000.01);
      }),
    );
  });

  it('take what is typed within their bounds, with a comma too', () => {
    if (strength.kind !== 'number') throw new Error(strength.kind);
    expect(typedNumber('0,7', strength)).toBe(0.7);
    expect(typedNumber('7', strength)).toBe(1);
    expect(typedNumber('-', strength)).toBeUndefined();
    expect(typedNumber(' ', strength)).toBeUndefined();
  });
});
