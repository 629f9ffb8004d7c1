import { describe, expect, it } from 'vitest';
import { lifted, movement, noPointers, pressed } from './gesture.js';

const one = pressed(noPointers, 1, { x: 10, y: 10 });
const two = pressed(one, 2, { x: 30, y: 10 });

describe('a gesture', () => {
  it('of one pointer drags', () => {
    expect(movement(one, pressed(one, 1, { x: 15, y: 8 }))).toEqual({
      dx: 5,
      dy: -2,
      factor: 1,
      at: { x: 15, y: 8 },
    });
  });

  it('of two pointers enlarges by how far they went apart, around their middle', () => {
    expect(movement(two, pressed(two, 2, { x: 50, y: 10 }))).toEqual({
      dx: 10,
      dy: 0,
      factor: 2,
      at: { x: 30, y: 10 },
    });
  });

  it('goes on with the pointer that stays', () => {
    expect([...lifted(two, 1).keys()]).toEqual([2]);
  });
});
