import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figuresJson } from '../execution/events/event-json.js';
import { addFigures, figuresInWords, meansOf, type Totals } from './figures.js';

describe('figures', () => {
  it('are written with four digits and their unit', () => {
    expect(figuresInWords({ psnr: 23.40817, ssim: 0.87123, mse: 0.000123456, steps: 1234.56 })).toBe(
      'psnr 23.41 dB  ssim 0.8712  mse 0.0001235  steps 1234.6',
    );
    expect(figuresInWords({ psnr: Number.POSITIVE_INFINITY })).toBe('psnr ∞ dB');
  });

  it('come through JSON, infinite ones as words', () => {
    const told = figuresJson({ psnr: Number.POSITIVE_INFINITY, ssim: 1 });
    expect(JSON.parse(JSON.stringify(told))).toEqual({ psnr: 'Infinity', ssim: 1 });
  });

  it('have means over the items that have them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ a: fc.integer(), b: fc.integer() }, { requiredKeys: ['a'] }), { minLength: 1 }),
        (items) => {
          const means = meansOf(items.reduce<Totals>(addFigures, {}));
          for (const name of ['a', 'b'] as const) {
            const values = items.flatMap((item) => (item[name] === undefined ? [] : [item[name]]));
            if (values.length === 0) expect(means[name]).toBeUndefined();
            else expect(means[name]).toBeCloseTo(values.reduce((x, y) => x + y) / values.length, 6);
          }
        },
      ),
    );
  });
});
