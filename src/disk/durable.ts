import type { IO } from 'fp-ts/lib/IO.js';
import type { Task } from 'fp-ts/lib/Task.js';

/**
 * What must be on the disk before a checkpoint says that the steps up to it are done: without it, a report that loses its
 * last lines in a power cut would never get them again, for the training goes on after them.
 */
export interface Durable {
  /** Adds something that brings what was written to the disk. */
  readonly add: (sync: Task<void>) => IO<void>;
  /** Does all of them. It rejects where one does. */
  readonly sync: Task<void>;
}

/** Nothing to wait for yet. */
export const createDurable = (): Durable => {
  const all: Task<void>[] = [];
  return {
    add: (sync) => () => void all.push(sync),
    sync: async () => {
      await Promise.all(all.map((sync) => sync()));
    },
  };
};
