import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';

/** Something that is open. */
interface Closable {
  readonly close: () => Promise<void>;
}

/** Sessions that are kept open; those that were not used for longest are closed when there are more than may be. */
export interface WarmSessions<A extends Closable, Refusal = Diagnostics> {
  /** Uses what is open under a key, or opens it. It is not closed meanwhile. */
  readonly use: <B>(
    key: string,
    open: TE.TaskEither<Refusal, A>,
    work: (opened: A) => Promise<E.Either<Refusal, B>>,
  ) => Promise<E.Either<Refusal, B>>;
  readonly close: () => Promise<void>;
}

interface Entry<A, Refusal> {
  readonly opened: Promise<E.Either<Refusal, A>>;
  users: number;
}

/** No session yet. @param most that may be open while none is used */
export const createWarmSessions = <A extends Closable, Refusal = Diagnostics>(
  most: number,
): WarmSessions<A, Refusal> => {
  // A Map keeps the order in which keys were put in: the last used one is the last.
  const entries = new Map<string, Entry<A, Refusal>>();
  const shut = async ({ opened }: Entry<A, Refusal>): Promise<void> => {
    const session = await opened;
    if (E.isRight(session)) await session.right.close();
  };
  const evict = (): void => {
    for (const [key, entry] of entries) {
      if (entries.size <= most) return;
      if (entry.users > 0) continue;
      entries.delete(key);
      void shut(entry).catch(() => undefined);
    }
  };
  return {
    use: async (key, open, work) => {
      const entry = entries.get(key) ?? { opened: open(), users: 0 };
      entries.delete(key);
      entries.set(key, entry);
      entry.users++;
      try {
        const session = await entry.opened;
        evict();
        // What could not be opened is tried again the next time.
        if (E.isLeft(session)) entries.delete(key);
        return E.isLeft(session) ? session : await work(session.right);
      } finally {
        entry.users--;
        evict();
      }
    },
    close: async () => {
      const all = [...entries.values()];
      entries.clear();
      await Promise.allSettled(all.map(shut));
    },
  };
};
