/** What came of some work, and every message that was given while it ran. */
export interface Heard<A> {
  readonly value: A;
  readonly messages: readonly string[];
}

/**
 * Turns at something that is one for the process and tells nobody whose message it gives: libvips, whose warnings stand in one
 * queue, out of which whoever ends next takes them all.
 *
 * - `beside`: work that may run with others. What it hears is its own, or that of work which ran while it ran.
 * - `alone`: work that runs when nothing else does. What it hears is its own. Work that comes later waits for it.
 */
export interface Turns {
  readonly beside: <A>(work: () => Promise<A>) => Promise<Heard<A>>;
  readonly alone: <A>(work: () => Promise<A>) => Promise<Heard<A>>;
  /** A message, heard by all that run now. */
  readonly say: (message: string) => void;
}

/** Messages of one piece of work that are kept: a damaged file can give one for every row. */
const MOST = 1000;

/** What stands for those that are not kept. */
export const TOO_MANY = 'the decoder complained more often than is listened to';

/** Turns with nobody at work. Work must not ask for a turn inside its own: `alone` would wait for itself. */
export const makeTurns = (): Turns => {
  const running = new Set<string[]>();
  const waiting: (() => void)[] = [];
  // Work that runs alone, and work that waits to: the next begins when the one before has ended.
  let last: Promise<void> | undefined;

  const run = async <A>(work: () => Promise<A>): Promise<Heard<A>> => {
    const mine: string[] = [];
    running.add(mine);
    try {
      return { value: await work(), messages: mine };
    } finally {
      running.delete(mine);
      if (running.size === 0) for (const go of waiting.splice(0)) go();
    }
  };

  const quiet = async (): Promise<void> => {
    while (running.size > 0) await new Promise<void>((go) => waiting.push(go));
  };

  return {
    beside: async (work) => {
      while (last !== undefined) await last;
      return run(work);
    },
    alone: async (work) => {
      const before = last;
      let end = () => {};
      const mine = new Promise<void>((ended) => {
        end = ended;
      });
      last = mine;
      try {
        await before;
        await quiet();
        return await run(work);
      } finally {
        if (last === mine) last = undefined;
        end();
      }
    },
    say: (message) => {
      for (const each of running) {
        if (each.length < MOST) each.push(message);
        else each[MOST] = TOO_MANY;
      }
    },
  };
};
