import { describe, expect, it } from 'vitest';
import { createPull, DONE, settledWithin, some } from './pull.js';

/** A stage that counts down to 0 and records its release. */
const countdown = (from: number, log: string[] = []) => {
  let left = from;
  return createPull(
    async () => (left > 0 ? some(left--) : DONE),
    async () => {
      log.push('releasing');
      await Promise.resolve();
      log.push('released');
    },
  );
};

describe('createPull', () => {
  it('gives items, then the end for ever', async () => {
    const pull = countdown(2);
    expect([await pull.next(), await pull.next(), await pull.next(), await pull.next()]).toEqual([
      some(2),
      some(1),
      DONE,
      DONE,
    ]);
  });

  it('has released everything when it tells of the end', async () => {
    const log: string[] = [];
    await countdown(0, log).next();
    expect(log).toEqual(['releasing', 'released']);
  });

  it('has released everything when it tells of a failure, and then there is only the end', async () => {
    const log: string[] = [];
    const pull = createPull(
      () => Promise.reject(new Error('broken')),
      async () => log.push('released'),
    );
    await expect(pull.next()).rejects.toThrow('broken');
    expect(log).toEqual(['released']);
    expect(await pull.next()).toEqual(DONE);
  });

  it('releases once, however often it is closed', async () => {
    const log: string[] = [];
    const pull = countdown(3, log);
    await pull.next();
    await Promise.all([pull.close(), pull.close()]);
    await pull.close();
    expect(await pull.next()).toEqual(DONE);
    expect(log).toEqual(['releasing', 'released']);
  });

  it('ends a pending next when it is closed, and drops what comes later', async () => {
    let answer: (value: number) => void = () => undefined;
    const pull = createPull(
      () =>
        new Promise<ReturnType<typeof some<number>>>((resolve) => {
          answer = (value) => resolve(some(value));
        }),
      async () => undefined,
    );
    const pending = pull.next();
    await pull.close();
    answer(1);
    expect(await pending).toEqual(DONE);
  });

  it('tells of a release that fails at the end, and keeps quiet about it on a close', async () => {
    const broken = () =>
      createPull(
        async () => DONE,
        () => Promise.reject(new Error('stuck')),
      );
    await expect(broken().next()).rejects.toThrow('stuck');
    await expect(broken().close()).resolves.toBeUndefined();
  });

  it('is closed by leaving a loop', async () => {
    const log: string[] = [];
    for await (const value of countdown(3, log)) if (value === 2) break;
    expect(log).toEqual(['releasing', 'released']);
  });
});

describe('settledWithin', () => {
  it('waits for work to end, well or badly', async () => {
    const log: string[] = [];
    await settledWithin(Promise.resolve().then(() => log.push('well')));
    await settledWithin(Promise.reject(new Error('badly')));
    expect(log).toEqual(['well']);
  });

  it('does not wait for ever', async () => {
    await settledWithin(new Promise(() => undefined), 1);
  });
});
