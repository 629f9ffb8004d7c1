import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recent, sizePlan } from './sizes.js';

describe('sizes of previews', () => {
  it('are sharp on the screen, or the photo itself is asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 20_000 }), (a, b) => {
        const [needed, longest] = [Math.min(a, b), Math.max(a, b)];
        const { sharp, isFull } = sizePlan(needed, longest);
        expect(isFull || sharp >= needed).toBe(true);
      }),
    );
  });

  it('need no full size for photos that a preview holds whole', () => {
    expect(sizePlan(2000, 2000)).toEqual({ quick: 640, sharp: 2048, isFull: false });
    expect(sizePlan(6000, 6000).isFull).toBe(true);
  });
});

describe('what was used recently', () => {
  it('is kept, and what goes is told once', () => {
    const gone: number[] = [];
    const recent = new Recent<number>(2, (each) => gone.push(each));
    recent.set('a', 1);
    recent.set('b', 2);
    expect(recent.get('a')).toBe(1);
    recent.set('c', 3);
    expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([1, undefined, 3]);
    expect(gone).toEqual([2]);
  });
});
