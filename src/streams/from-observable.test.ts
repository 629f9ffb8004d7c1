import fc from 'fast-check';
import { NEVER, Observable, of, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { fromObservable } from './from-observable.js';
import type { Result } from './pull.js';
import { collect } from './testing/probes.js';

/** Plays a hot Observable in RxJS's virtual time beside a flow that is asked once before and, for the rest, after. */
const played = async (marbles: string, options: { buffer: number; overflow?: 'fail' | 'drop-oldest' }) => {
  const seen: string[] = [];
  const scheduler = new TestScheduler(() => undefined);
  const subscriptions: string[] = [];
  const hot = scheduler.createHotObservable<string>(marbles);
  const run = fromObservable(hot, options).open();
  const note = (result: Result<string>) => seen.push(result.done ? '|' : String(result.value));
  const first = run.next();
  scheduler.flush();
  try {
    note(await first);
    while (seen.at(-1) !== '|') note(await run.next());
  } catch (thrown) {
    seen.push(thrown instanceof Error ? `#${thrown.message}` : `#${String(thrown)}`);
  }
  for (const { subscribedFrame, unsubscribedFrame } of hot.subscriptions)
    subscriptions.push(`${subscribedFrame}..${unsubscribedFrame}`);
  return { seen, subscriptions };
};

describe('fromObservable', () => {
  it.each([
    ['empty', '--|', ['|']],
    ['one', '-a-|', ['a', '|']],
    ['many', '-abc-|', ['a', 'b', 'c', '|']],
    ['error', '-ab#', ['a', 'b', '#error']],
  ])('%s', async (_name, marbles, expected) => {
    const { seen, subscriptions } = await played(marbles, { buffer: 3 });
    expect(seen).toEqual(expected);
    expect(subscriptions).toHaveLength(1);
  });

  it('never: waits, until it is closed', async () => {
    const run = fromObservable(NEVER, { buffer: 1 }).open();
    const pending = run.next();
    await run.close();
    expect(await pending).toMatchObject({ done: true });
  });

  it('unsubscribes when it is closed early', async () => {
    const subject = new Subject<number>();
    const run = fromObservable(subject, { buffer: 2 }).open();
    expect(subject.observed).toBe(false);
    const pending = run.next();
    expect(subject.observed).toBe(true);
    subject.next(1);
    expect(await pending).toMatchObject({ value: 1 });
    await run.close();
    expect(subject.observed).toBe(false);
  });

  it('fails when a callback of its source throws', async () => {
    const broken = new Observable<number>(() => {
      throw new Error('broken');
    });
    await expect(collect(fromObservable(broken, { buffer: 1 }))).rejects.toThrow('broken');
  });

  it('gives what its buffer held, then fails, when too much is pushed', async () => {
    const { seen } = await played('-abcde-|', { buffer: 2 });
    expect(seen).toEqual([
      'a',
      'b',
      '#run/overflow: The source pushed more than 2 values ahead of what could be worked on.',
    ]);
  });

  it('takes nothing more from a source that pushed too much', async () => {
    const pushed = new Subject<number>();
    const eager = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.next(2);
      pushed.subscribe(subscriber);
    });
    const run = fromObservable(eager, { buffer: 1 }).open();
    expect(await run.next()).toMatchObject({ value: 1 });
    pushed.next(3);
    await expect(run.next()).rejects.toThrow('run/overflow');
    expect(pushed.observed).toBe(false);
  });

  it('forgets the oldest when told', async () => {
    const { seen } = await played('-abcde-|', { buffer: 2, overflow: 'drop-oldest' });
    expect(seen).toEqual(['d', 'e', '|']);
  });

  it('gives all that fits', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer(), { minLength: 1 }), async (numbers) => {
        expect(await collect(fromObservable(of(...numbers), { buffer: numbers.length }))).toEqual(numbers);
      }),
    ));
});
