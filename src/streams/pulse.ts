/** A meeting point for coroutines that share state: some wait for it to change, whoever changes it beats. */
export interface Pulse {
  /** Resolves at the next beat. */
  readonly wait: () => Promise<void>;
  /** Wakes all who wait. */
  readonly beat: () => void;
}

/** A new pulse, nobody waiting. */
export const createPulse = (): Pulse => {
  let waiting: (() => void)[] = [];
  return {
    wait: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
    beat: () => {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
};
