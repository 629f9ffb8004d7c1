import { describe, expect, it } from 'vitest';
import { type Anchor, flipsOfCentred, roomBefore, shareBefore } from './anchor.js';
import { ratioOf } from './aspect.js';

describe('an anchor', () => {
  it.each([
    ['top-left', 0, 0],
    ['top', 2, 0],
    ['top-right', 5, 0],
    ['left', 0, 3],
    ['centre', 2, 3],
    ['right', 5, 3],
    ['bottom-left', 0, 7],
    ['bottom', 2, 7],
    ['bottom-right', 5, 7],
  ] as const)('%s has room before it: %d to the left and %d above', (at: Anchor, left, top) => {
    expect(roomBefore(at, 5, 7)).toEqual({ left, top });
  });

  it('divides what is left over', () => {
    expect(shareBefore('centre')).toEqual({ across: 0.5, down: 0.5 });
    expect(shareBefore('top-right')).toEqual({ across: 1, down: 0 });
  });
});

describe('what is centred', () => {
  it('can be flipped along axes with as much room on both sides', () => {
    const flips = (width: number, height: number) =>
      flipsOfCentred({ width: 10, height: 10 }, { width, height });
    expect(flips(4, 12)).toEqual(['flip-x', 'flip-y']);
    expect(flips(5, 12)).toEqual(['flip-y']);
    expect(flips(4, 13)).toEqual(['flip-x']);
    expect(flips(13, 5)).toEqual([]);
  });
});

describe('a ratio of sides', () => {
  it('is width over height, however it is written', () => {
    expect(['3:2', '2:3', '16:9', '1:1'].map(ratioOf)).toEqual([1.5, 2 / 3, 16 / 9, 1]);
    expect(ratioOf({ width: 5, height: 4 })).toBe(1.25);
  });
});
