import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dividerAfterKey, dividerAt, dividerX } from './divider.js';

const visible = fc.record({
  x: fc.integer({ min: 0, max: 500 }),
  y: fc.constant(0),
  width: fc.integer({ min: 1, max: 3000 }),
  height: fc.constant(100),
});

describe('the divider', () => {
  it('lies where the pointer is, and at the border where that is outside', () => {
    fc.assert(
      fc.property(visible, fc.integer({ min: -5000, max: 5000 }), (rect, x) => {
        const share = dividerAt(x, rect);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
        const inside = Math.min(rect.x + rect.width, Math.max(rect.x, x));
        expect(dividerX(share, rect)).toBeCloseTo(inside, 6);
      }),
    );
  });

  it('moves by keys, and stays within its ends', () => {
    expect(dividerAfterKey(0.5, 'ArrowRight', false)).toBe(0.51);
    expect(dividerAfterKey(0.5, 'ArrowLeft', true)).toBe(0.4);
    expect(dividerAfterKey(0.995, 'PageUp', false)).toBe(1);
    expect(dividerAfterKey(0.5, 'Home', false)).toBe(0);
    expect(dividerAfterKey(0.5, 'Enter', false)).toBeUndefined();
  });
});
