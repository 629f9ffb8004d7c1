/** One request at a time, and of those that wait the latest only. */
export interface Latest<A> {
  /** Asks after the one that runs: a dial that is turned gets a picture as often as the server can make one. */
  readonly follow: (ask: A) => void;
  /** Takes back what runs, and asks at once. */
  readonly replace: (ask: A) => void;
  readonly stop: () => void;
}

export const latest = <A>(work: (ask: A, signal: AbortSignal) => Promise<void>): Latest<A> => {
  let running: AbortController | undefined;
  let next: { readonly ask: A } | undefined;

  const start = (ask: A): void => {
    const control = new AbortController();
    running = control;
    void work(ask, control.signal).finally(() => {
      if (running !== control) return;
      running = undefined;
      const following = next;
      next = undefined;
      if (following !== undefined) start(following.ask);
    });
  };
  const stop = (): void => {
    next = undefined;
    running?.abort();
    running = undefined;
  };

  return {
    follow: (ask) => {
      if (running === undefined) start(ask);
      else next = { ask };
    },
    replace: (ask) => {
      stop();
      start(ask);
    },
    stop,
  };
};
