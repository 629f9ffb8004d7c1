import { describe, expect, it } from 'vitest';
import { latest } from './latest.js';

/** Work that ends when it is told to, and notes what was begun and taken back. */
const bench = () => {
  const begun: number[] = [];
  const aborted: number[] = [];
  let end = (): void => undefined;
  const requests = latest<number>((ask, signal) => {
    begun.push(ask);
    signal.addEventListener('abort', () => aborted.push(ask));
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  const ends = async (): Promise<void> => {
    end();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { begun, aborted, requests, ends };
};

describe('the latest request', () => {
  it('follows the one that runs, and leaves out those between', async () => {
    const { begun, aborted, requests, ends } = bench();
    for (const ask of [1, 2, 3]) requests.follow(ask);
    expect(begun).toEqual([1]);
    await ends();
    expect(begun).toEqual([1, 3]);
    await ends();
    requests.follow(4);
    expect(begun).toEqual([1, 3, 4]);
    expect(aborted).toEqual([]);
  });

  it('replaces the one that runs and the one that waits', async () => {
    const { begun, aborted, requests, ends } = bench();
    requests.follow(1);
    requests.follow(2);
    requests.replace(3);
    await ends();
    expect(begun).toEqual([1, 3]);
    expect(aborted).toEqual([1]);
  });
});
