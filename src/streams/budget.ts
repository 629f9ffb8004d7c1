/** Gives back what was taken of a budget; a second call does nothing. */
export type Release = () => void;

/** An amount that tasks share, such as bytes of memory: what does not fit waits until others have given theirs back. */
export interface Budget {
  /** The most that can be taken at once. */
  readonly total: number;
  /** What is not taken now. */
  readonly free: () => number;
  /**
   * Takes an amount; what is more than `total` is taken for `total`, so it waits until it is alone. Undefined when the signal aborts
   * while it waits. Whoever waits holds nothing of the budget, so nobody waits for ever.
   */
  readonly take: (amount: number, signal?: AbortSignal) => Promise<Release | undefined>;
  /** Takes an amount at once, more than there is if need be: of what is in use already. Those that come after it wait for it. */
  readonly hold: (amount: number) => Release;
  /** What is held by `hold`. */
  readonly held: () => number;
  /** How often anything was given back: whoever waits sees by it whether there is any progress. */
  readonly given: () => number;
}

/** How many may overtake one that waits: small ones go on meanwhile, but not for ever. */
const MOST_OVERTAKING = 32;

interface Waiting {
  readonly amount: number;
  readonly enter: () => void;
  overtaken: number;
}

/** A budget of which nothing is taken yet. */
export const createBudget = (total: number): Budget => {
  let [free, held, given] = [total, 0, 0];
  const queue: Waiting[] = [];

  /** True when one that comes after all others in the queue may go before them. */
  const mayOvertake = (amount: number): boolean =>
    amount <= free && queue.every(({ overtaken }) => overtaken < MOST_OVERTAKING);

  const taken = (amount: number): Release => {
    free -= amount;
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      given++;
      free += amount;
      admit();
    };
  };

  const admit = (): void => {
    for (const each of [...queue]) {
      const before = queue.slice(0, queue.indexOf(each));
      if (before.some(({ overtaken }) => overtaken >= MOST_OVERTAKING)) return;
      if (each.amount > free) continue;
      queue.splice(queue.indexOf(each), 1);
      for (const other of before) other.overtaken++;
      each.enter();
    }
  };

  return {
    total,
    free: () => free,
    held: () => held,
    given: () => given,
    hold: (amount) => {
      held += amount;
      const release = taken(amount);
      let isHeld = true;
      return () => {
        if (isHeld) held -= amount;
        isHeld = false;
        release();
      };
    },
    take: (wanted, signal) => {
      // What is no number is taken for all there is.
      const amount = Number.isNaN(wanted) ? total : Math.max(0, Math.min(wanted, total));
      if (signal?.aborted) return Promise.resolve(undefined);
      if (mayOvertake(amount)) {
        for (const other of queue) other.overtaken++;
        return Promise.resolve(taken(amount));
      }
      return new Promise((resolve) => {
        const leave = (): void => {
          queue.splice(queue.indexOf(waiting), 1);
          resolve(undefined);
          // Who waited behind it may be in front now.
          admit();
        };
        const waiting: Waiting = {
          amount,
          enter: () => {
            signal?.removeEventListener('abort', leave);
            resolve(taken(amount));
          },
          overtaken: 0,
        };
        signal?.addEventListener('abort', leave, { once: true });
        queue.push(waiting);
      });
    },
  };
};
