/** What one `next` gives: an item, or the end. */
export type Result<A> = IteratorResult<A, void>;

/** The end of a run. */
export const DONE: Result<never> = { done: true, value: undefined };

/** One item on its way down. */
export const some = <A>(value: A): Result<A> => ({ done: false, value });

/**
 * One run of a flow, from the side that asks. It can be read with `for await`, and leaving the loop closes it.
 *
 * The protocol:
 * - Nothing happens before the first `next`. One `next` at a time.
 * - `next` rejects when the source fails. After the end, a failure or a close there is only the end.
 * - By the time `next` tells of the end or of a failure, everything that the run held is released.
 * - `close` may come at any moment, also while `next` is pending, which then ends at once. It can be called again,
 *   never rejects, and resolves when everything above is closed.
 */
export interface Pull<A> extends AsyncIterable<A, void> {
  readonly next: () => Promise<Result<A>>;
  readonly close: () => Promise<void>;
}

/**
 * Keeps the protocol of `Pull` for a stage that only says how to advance and what to release.
 *
 * @param advance gives the next item; called once at a time, never after a close
 * @param release lets go of everything; called exactly once, at the end, on a failure or on a close
 */
export const createPull = <A>(
  advance: () => Promise<Result<A>>,
  release: () => Promise<unknown>,
): Pull<A> => {
  let released: Promise<unknown> | undefined;
  let interrupt: (() => void) | undefined;

  const finish = (): Promise<unknown> => {
    released ??= release();
    return released;
  };

  const next = (): Promise<Result<A>> =>
    released !== undefined
      ? Promise.resolve(DONE)
      : new Promise((resolve, reject) => {
          interrupt = () => resolve(DONE);
          advance().then(
            (result) => {
              if (!result.done) resolve(result);
              else finish().then(() => resolve(DONE), reject);
            },
            (thrown: unknown) => {
              const fail = () => reject(thrown);
              finish().then(fail, fail);
            },
          );
        });

  const close = (): Promise<void> => {
    const closing = finish().then(ignore, ignore);
    interrupt?.();
    return closing;
  };

  return { next, close, [Symbol.asyncIterator]: () => iteratorOf(next, close) };
};

const iteratorOf = <A>(
  next: () => Promise<Result<A>>,
  close: () => Promise<void>,
): AsyncIterator<A, void> => ({
  next,
  return: async () => {
    await close();
    return DONE;
  },
});

const ignore = (): void => undefined;

/** How long a close waits for work that does not react to it, in milliseconds. */
export const GRACE_MS = 500;

/** Waits for work that is being cancelled, however it ends, but no longer than the grace period. */
export const settledWithin = (work: PromiseLike<unknown>, milliseconds = GRACE_MS): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const settled = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(settled, settled);
  });
