import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quickAfter, Recent, sizePlan } from './sizes.js';

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

describe('sizes while dials are turned', () => {
  it('become smaller where previews are late, and larger again where there is time', () => {
    expect([640, 448, 320].map((size) => quickAfter(size, 400))).toEqual([448, 320, 320]);
    expect([320, 448, 640].map((size) => quickAfter(size, 30))).toEqual([448, 640, 640]);
    expect(quickAfter(448, 120)).toBe(448);
  });

  it('settle: of work that grows with the pixels, no two take turns', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 2000, noNaN: true }), (milliseconds) => {
        const next = (size: number): number => quickAfter(size, milliseconds * (size / 640) ** 2);
        const settled = next(next(next(640)));
        expect(next(settled)).toBe(settled);
      }),
    );
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
