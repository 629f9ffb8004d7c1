import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { philox4x32, randomFor } from './random.js';

const key = (index: number, epoch = 0) => ({ path: `${index}.jpg`, index, epoch });
const draws = (count: number, draw: (index: number) => number): readonly number[] =>
  Array.from({ length: count }, (_, index) => draw(index));
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('philox4x32', () => {
  it('gives the known answers of Random123', () => {
    const hex = (words: readonly number[]) =>
      words.map((word) => word.toString(16).padStart(8, '0')).join(' ');
    const ones = 0xffffffff;
    expect(hex(philox4x32([0, 0, 0, 0], [0, 0]))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    expect(hex(philox4x32([ones, ones, ones, ones], [ones, ones]))).toBe(
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    );
    expect(hex(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toBe(
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    );
  });
});

describe('randomFor', () => {
  it('draws the same whatever was drawn before', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.nat(), fc.array(fc.string()), (seed, index, epoch, earlier) => {
        const fresh = randomFor(seed, 'steps[1]/crop', key(index, epoch));
        const used = randomFor(seed, 'steps[1]/crop', key(index, epoch));
        for (const name of earlier) used.uniform(name);
        expect(used.uniform('left')).toBe(fresh.uniform('left'));
      }),
    );
  });

  it('draws differently for another seed, operator, item, pass or name', () => {
    const base = randomFor(7, 'steps[1]/crop', key(3)).uniform('left');
    const others = [
      randomFor(8, 'steps[1]/crop', key(3)).uniform('left'),
      randomFor(7, 'steps[2]/crop', key(3)).uniform('left'),
      randomFor(7, 'steps[1]/crop', key(4)).uniform('left'),
      randomFor(7, 'steps[1]/crop', key(3 + 2 ** 32)).uniform('left'),
      randomFor(7, 'steps[1]/crop', key(3, 1)).uniform('left'),
      randomFor(7, 'steps[1]/crop', key(3)).uniform('top'),
    ];
    expect(new Set([base, ...others]).size).toBe(others.length + 1);
  });

  it('stays within its bounds', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -1e6, max: 1e6 }), fc.nat(1000), (index, from, span) => {
        const random = randomFor(1, 'augment', key(index));
        const whole = random.integer('n', from, from + span);
        expect(Number.isInteger(whole) && whole >= from && whole <= from + span).toBe(true);
        const real = random.uniform('x', from, from + 1);
        expect(real >= from && real < from + 1).toBe(true);
        expect(random.chance('never', 0)).toBe(false);
        expect(random.chance('always', 1)).toBe(true);
      }),
    );
  });

  it('has the moments of its distributions', () => {
    const uniform = draws(20_000, (i) => randomFor(5, 'op', key(i)).uniform('x'));
    const normal = draws(20_000, (i) => randomFor(5, 'op', key(i)).normal('x'));
    // Five standard errors of each mean.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / 20_000));
    expect(Math.abs(mean(uniform.map((u) => (u - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.003);
    expect(Math.abs(mean(normal))).toBeLessThan(5 / Math.sqrt(20_000));
    expect(Math.abs(mean(normal.map((z) => z * z)) - 1)).toBeLessThan(5 * Math.sqrt(2 / 20_000));
  });
});
