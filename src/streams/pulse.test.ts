import { describe, expect, it } from 'vitest';
import { createPulse } from './pulse.js';

describe('createPulse', () => {
  it('wakes all who wait, once, in order', async () => {
    const pulse = createPulse();
    const log: string[] = [];
    const waiting = ['first', 'second'].map((name) => pulse.wait().then(() => log.push(name)));
    expect(log).toEqual([]);
    pulse.beat();
    await Promise.all(waiting);
    pulse.beat();
    expect(log).toEqual(['first', 'second']);
  });

  it('does not wake those who wait for the next beat', async () => {
    const pulse = createPulse();
    const log: string[] = [];
    pulse.beat();
    void pulse.wait().then(() => log.push('woken'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual([]);
    pulse.beat();
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['woken']);
  });
});
