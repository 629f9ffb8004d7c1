import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTurns, TOO_MANY } from './turns.js';

/** Some microtasks later. */
const soon = async (steps: number): Promise<void> => {
  for (let i = 0; i < steps; i++) await Promise.resolve();
};

describe('turns', () => {
  it('beside others, all that run hear a message, and those that ended before do not', async () => {
    const turns = makeTurns();
    const first = await turns.beside(async () => 1);
    const two = turns.beside(() => soon(20));
    const three = turns.beside(() => soon(30));
    await soon(5);
    turns.say('damaged');
    expect(first).toEqual({ value: 1, messages: [] });
    expect((await two).messages).toEqual(['damaged']);
    expect((await three).messages).toEqual(['damaged']);
  });

  it('alone means that nothing else runs, whatever the order', async () => {
    const work = fc.record({ alone: fc.boolean(), wait: fc.nat(12), steps: fc.nat(12), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(work, { minLength: 1, maxLength: 20 }), async (all) => {
        const turns = makeTurns();
        let running = 0;
        let alone = 0;
        const results = await Promise.allSettled(
          all.map(async (each, i) => {
            await soon(each.wait);
            const { value, messages } = await turns[each.alone ? 'alone' : 'beside'](async () => {
              running += 1;
              if (each.alone) alone += 1;
              turns.say(`of ${i}`);
              if (alone > 0) expect(running).toBe(1);
              await soon(each.steps);
              if (each.alone) alone -= 1;
              running -= 1;
              if (each.fails) throw new Error('It failed.');
              return i;
            });
            expect(messages).toContain(`of ${value}`);
            if (each.alone) expect(messages).toEqual([`of ${value}`]);
          }),
        );
        results.forEach((result, i) => {
          if (result.status === 'rejected') expect(String(result.reason)).toBe('Error: It failed.');
          expect(result.status === 'rejected').toBe(all[i]?.fails);
        });
        expect(running).toBe(0);
      }),
    );
  });

  it('keep a bounded number of messages, and say when there were more', async () => {
    const turns = makeTurns();
    const { messages } = await turns.alone(async () => {
      for (let i = 0; i < 5000; i++) turns.say('harmless');
    });
    expect(messages.length).toBe(1001);
    expect(messages.at(-1)).toBe(TOO_MANY);
  });
});
