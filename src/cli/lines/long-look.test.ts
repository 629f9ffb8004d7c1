import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { saidIfLong } from './long-look.js';

const looked = (isLive: boolean, milliseconds: number) => {
  const said: string[] = [];
  const terminal = { isLive, err: (text: string) => void said.push(text) };
  const work = () => new Promise<string>((resolve) => setTimeout(() => resolve('found'), milliseconds));
  return { said, found: saidIfLong(terminal, 'Looking', work)() };
};

describe('what takes long', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is said once where nobody watches, and counted where somebody does', async () => {
    const [log, live] = [looked(false, 10_000), looked(true, 10_000)];
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await log.found).toBe('found');
    expect(log.said).toEqual(['Looking …\n']);
    expect(live.said.length).toBeGreaterThan(5);
    expect(live.said.at(0)).toContain('Looking: 2');
    expect(live.said.at(-1)).toBe('\r\u001b[2K');
  });

  it('is not said of what is done soon', async () => {
    const both = [looked(false, 1500), looked(true, 1500)];
    await vi.advanceTimersByTimeAsync(1500);
    for (const { said, found } of both) {
      expect(await found).toBe('found');
      expect(said).toEqual([]);
    }
    await vi.advanceTimersByTimeAsync(5000);
    expect(both.flatMap(({ said }) => said)).toEqual([]);
  });
});
