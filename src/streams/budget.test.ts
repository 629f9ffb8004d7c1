import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBudget, type Release } from './budget.js';

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Takes an amount, and tells whether it was given yet. */
const taking = (budget: ReturnType<typeof createBudget>, amount: number, signal?: AbortSignal) => {
  const state: { given?: Release | undefined; settled: boolean } = { settled: false };
  void budget.take(amount, signal).then((release) => {
    state.given = release;
    state.settled = true;
  });
  return state;
};

describe('a budget', () => {
  it('lets wait what does not fit, and small ones go on meanwhile', async () => {
    const budget = createBudget(10);
    const first = taking(budget, 8);
    const large = taking(budget, 8);
    const small = taking(budget, 2);
    await soon();
    expect([first.settled, large.settled, small.settled]).toEqual([true, false, true]);
    first.given?.();
    await soon();
    expect(large.settled).toBe(true);
    expect(budget.free()).toBe(0);
  });

  it('takes what is more than all for all of it', async () => {
    const budget = createBudget(10);
    const release = await budget.take(99);
    expect(budget.free()).toBe(0);
    release?.();
    release?.();
    expect(budget.free()).toBe(10);
  });

  it('lets no stream of small ones starve a large one', async () => {
    const budget = createBudget(10);
    let held = await budget.take(1);
    const large = taking(budget, 10);
    for (let i = 0; i < 100; i++) {
      const next = budget.take(1);
      held?.();
      await soon();
      if (large.settled) break;
      held = await next;
    }
    expect(large.settled).toBe(true);
  });

  it('gives nothing to who stopped waiting, and lets those behind go on', async () => {
    const budget = createBudget(10);
    const stop = new AbortController();
    const first = taking(budget, 6);
    const large = taking(budget, 10, stop.signal);
    await soon();
    stop.abort();
    await soon();
    expect(large).toEqual({ settled: true, given: undefined });
    expect(taking(budget, 1, stop.signal).settled).toBe(false);
    first.given?.();
    await soon();
    expect(budget.free()).toBe(10);
  });

  it('never gives more than there is, and in the end everybody has had theirs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ amount: fc.nat(15), turns: fc.nat(4), stops: fc.boolean() }), { maxLength: 40 }),
        async (tasks) => {
          const budget = createBudget(10);
          let inUse = 0;
          const ends = await Promise.all(
            tasks.map(async ({ amount, turns, stops }) => {
              const stop = new AbortController();
              if (stops) void soon().then(() => stop.abort());
              const release = await budget.take(amount, stop.signal);
              if (release === undefined) return stops;
              inUse += Math.min(10, amount);
              expect(inUse).toBeLessThanOrEqual(10);
              for (let i = 0; i < turns; i++) await soon();
              inUse -= Math.min(10, amount);
              release();
              return true;
            }),
          );
          expect(ends.every(Boolean)).toBe(true);
          expect(budget.free()).toBe(10);
        },
      ),
      { numRuns: 50 },
    );
  });
});
