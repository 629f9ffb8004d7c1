import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromAsyncIterable, fromIterable } from './from-iterable.js';
import { collect, countingSource } from './testing/probes.js';

describe('fromIterable', () => {
  it('gives the values of the iterable, in every run anew', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.anything()), async (values) => {
        const flow = fromIterable(values);
        expect(await collect(flow)).toEqual(values);
        expect(await collect(flow)).toEqual(values);
      }),
    ));

  it('touches nothing before the first demand', async () => {
    const source = countingSource(3, (n) => n);
    const run = source.flow.open();
    await run.close();
    expect([source.opened(), source.pulled(), source.closed()]).toEqual([0, 0, 0]);
  });

  it('reads an infinite iterable as far as it is asked, and closes it', async () => {
    const source = countingSource(Number.POSITIVE_INFINITY, (n) => n);
    const run = source.flow.open();
    expect([await run.next(), await run.next()]).toMatchObject([{ value: 0 }, { value: 1 }]);
    await run.close();
    expect([source.pulled(), source.closed()]).toEqual([2, 1]);
  });

  it('does not call return on an iterator that has ended or thrown', async () => {
    const source = countingSource(2, (n) => n);
    await collect(source.flow);
    expect(source.closed()).toBe(1);
    let returned = 0;
    const broken = fromIterable({
      [Symbol.iterator]: () => ({
        next: () => {
          throw new Error('broken');
        },
        return: () => {
          returned++;
          return { done: true as const, value: undefined };
        },
      }),
    });
    await expect(collect(broken)).rejects.toThrow('broken');
    expect(returned).toBe(0);
  });

  it('lets timers have their turn, so that an endless run hears of its end', async () => {
    let wanted = true;
    setTimeout(() => {
      wanted = false;
    }, 20);
    for await (const _value of countingSource(Number.POSITIVE_INFINITY, (n) => n).flow) if (!wanted) break;
    expect(wanted).toBe(false);
  });
});

describe('fromIterable, closed while timers have their turn', () => {
  it('does not go on with its iterator', async () => {
    const source = countingSource(Number.POSITIVE_INFINITY, (n) => n);
    const run = source.flow.open();
    await run.next();
    const busyUntil = performance.now() + 30;
    while (performance.now() < busyUntil);
    const pending = run.next();
    await run.close();
    expect(await pending).toMatchObject({ done: true });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([source.pulled(), source.closed()]).toEqual([1, 1]);
  });
});

describe('fromAsyncIterable', () => {
  it('runs the `finally` of a generator when it is closed', async () => {
    const log: string[] = [];
    const flow = fromAsyncIterable(async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        log.push('closed');
      }
    });
    for await (const _value of flow) break;
    expect(log).toEqual(['closed']);
  });

  it('wakes a source that listens to its signal', async () => {
    const log: string[] = [];
    const flow = fromAsyncIterable(async function* (signal) {
      yield 'first';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      log.push('woken');
    });
    const run = flow.open();
    await run.next();
    const pending = run.next();
    await new Promise((resolve) => setImmediate(resolve));
    await run.close();
    expect(await pending).toMatchObject({ done: true });
    expect(log).toEqual(['woken']);
  });

  it('leaves behind a source that does not wake up', async () => {
    const flow = fromAsyncIterable(async function* () {
      yield await new Promise(() => undefined);
    });
    const run = flow.open();
    const pending = run.next();
    await new Promise((resolve) => setImmediate(resolve));
    await run.close();
    expect(await pending).toMatchObject({ done: true });
  });
});
