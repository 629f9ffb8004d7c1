import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../operator/random.js';
import type { HostTensor } from '../../ports/index.js';
import { choose, type Pool, stored } from './pool.js';

/** Pictures of one pixel, whose value says when they were made. */
const made = (step: number, count: number): HostTensor => ({
  dtype: 'float32',
  shape: [count, 1, 1, 1],
  data: Float32Array.from({ length: count }, (_, i) => step * count + i),
});

const random = (step: number) => randomFor(1, 'steps[2]/gan.step', { path: '', index: step, epoch: 0 });

/** The pool after each of so many steps, and what was shown. */
const play = (size: number, count: number, steps: number) =>
  Array.from({ length: steps }).reduce<{ pool: Pool; pools: Pool[]; shown: number[] }>(
    ({ pool, pools, shown }, _, step) => {
      const fresh = made(step, count);
      const choices = choose(random(step), 'd', count, { size, filled: pool.length });
      const seen = choices.map((choice, i) =>
        choice.kind === 'fresh' ? fresh.data[i]! : pool[choice.place]!.data[0]!,
      );
      const after = stored(pool, choices, fresh);
      return { pool: after, pools: [...pools, after], shown: [...shown, ...seen] };
    },
    { pool: [], pools: [], shown: [] },
  );

describe('the pool of earlier results', () => {
  it('fills up, then holds as many pictures, each of them one that was made', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        (size, count, steps) => {
          const { pools, shown } = play(size, count, steps);
          for (const [step, pool] of pools.entries()) {
            expect(pool).toHaveLength(Math.min(size, (step + 1) * count));
            for (const { shape, data } of pool) {
              expect(shape).toEqual([1, 1, 1]);
              expect(data[0]).toBeLessThan((step + 1) * count);
            }
          }
          expect(shown).toHaveLength(count * steps);
        },
      ),
    );
  });

  it('shows fresh pictures while it fills up, then earlier ones half of the time', () => {
    const { shown } = play(10, 1, 1000);
    expect(shown.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const earlier = shown.filter((value, step) => value < step).length;
    expect(earlier).toBeGreaterThan(400);
    expect(earlier).toBeLessThan(600);
  });

  it('leaves the pool it was given alone', () => {
    const pool = [made(0, 1)];
    const kept = [...pool];
    stored(pool, [{ kind: 'earlier', place: 0 }], made(9, 1));
    expect(pool).toEqual(kept);
  });
});
