import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../diagnostics/index.js';
import { atLeast } from './options.js';

describe('atLeast', () => {
  it('takes whole numbers from its least up, and Infinity', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), (least, more) => {
        expect(atLeast(least, 'size', least + more)).toBe(least + more);
        expect(atLeast(least, 'size', Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it.each([0, -3, 1.5, Number.NaN, Number.NEGATIVE_INFINITY])('refuses %d for 1', (value) => {
    expect(() => atLeast(1, 'lanes', value)).toThrow(DiagnosticError);
    expect(() => atLeast(1, 'lanes', value)).toThrow(
      `run/invalid-option: lanes is ${value}; it must be a whole number, 1 or more.`,
    );
  });
});
