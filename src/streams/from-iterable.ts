import { Flow } from './flow.js';
import { createPull, DONE, settledWithin, some } from './pull.js';

/**
 * A flow of the values of an iterable, read lazily: an infinite one is fine. Each run starts a new iterator, which is
 * closed exactly once, by reaching its end or by its `return`.
 */
export const fromIterable = <A>(values: Iterable<A>): Flow<A> =>
  fromIterator(() => values[Symbol.iterator]());

/**
 * A flow of the values of an async iterable, read lazily and one at a time.
 *
 * @param values an iterable, or a function that makes one for each run. The function gets a signal that aborts when
 *   the run is closed: a source that waits for something (a timer, a watcher) should wake up then.
 */
export const fromAsyncIterable = <A>(
  values: AsyncIterable<A> | ((signal: AbortSignal) => AsyncIterable<A>),
): Flow<A> =>
  fromIterator((signal) => (typeof values === 'function' ? values(signal) : values)[Symbol.asyncIterator]());

const fromIterator = <A>(iterate: (signal: AbortSignal) => Iterator<A> | AsyncIterator<A>): Flow<A> =>
  new Flow(() => {
    const cancellation = new AbortController();
    const breathe = createBreather();
    let iterator: Iterator<A> | AsyncIterator<A> | undefined;
    let exhausted = false;
    let released = false;

    const advance = async () => {
      const breath = breathe();
      if (breath !== undefined) await breath;
      if (released) return DONE;
      try {
        iterator ??= iterate(cancellation.signal);
        const answer = iterator.next();
        const result = 'then' in answer ? await answer : answer;
        if (!result.done) return some(result.value);
        exhausted = true;
        return DONE;
      } catch (thrown) {
        exhausted = true;
        throw thrown;
      }
    };

    const release = async () => {
      released = true;
      cancellation.abort();
      // A generator that is waiting queues its return behind the wait: it is called now, and awaited for a while only.
      if (iterator?.return !== undefined && !exhausted)
        await settledWithin(Promise.resolve(iterator.return()));
    };

    return createPull(advance, release);
  });

/** Longest time without a turn of the event loop, in milliseconds. */
const BREATH_MS = 15;

/**
 * Lets timers, signals and input have a turn now and then. Promises alone never do: a run over a million items at
 * hand would otherwise not hear Ctrl-C before its end.
 */
const createBreather = (): (() => Promise<void> | undefined) => {
  let last = performance.now();
  return () => {
    if (performance.now() - last < BREATH_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        last = performance.now();
        resolve();
      });
    });
  };
};
