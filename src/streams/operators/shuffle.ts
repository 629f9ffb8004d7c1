import { Flow } from '../flow.js';
import { atLeast } from '../options.js';
import { createPull, DONE, some } from '../pull.js';
import { randomBelow } from './random.js';

/** Options of `shuffle`. */
export interface ShuffleOptions {
  /** Values held to choose from, from 1. From the length of the source up, every order is equally likely. */
  readonly buffer: number;
  /** A whole number; the order is a pure function of it, the epoch and the source. */
  readonly seed: number;
  /** The pass through the data, so that each pass has an order of its own. Default 0. */
  readonly epoch?: number;
}

/**
 * Gives the values in a random order, failures among them. `buffer` values are held; each one given is chosen from
 * them and replaced by the next, so a value never comes more than `buffer - 1` places early. The same seed, epoch and
 * source give the same order, always.
 */
export const shuffle = <A>({ buffer, seed, epoch = 0 }: ShuffleOptions): ((source: Flow<A>) => Flow<A>) => {
  const size = atLeast(1, 'buffer', buffer);
  return (source) =>
    new Flow(() => {
      const upstream = source.open();
      const held: A[] = [];
      let exhausted = false;
      let given = 0;

      const draw = (): A => {
        const place = randomBelow(held.length, seed, epoch, given++);
        const drawn = held[place] as A;
        const last = held.pop() as A;
        if (place < held.length) held[place] = last;
        return drawn;
      };

      const advance = async () => {
        while (held.length < size && !exhausted) {
          const result = await upstream.next();
          if (result.done) exhausted = true;
          else held.push(result.value);
        }
        return held.length === 0 ? DONE : some(draw());
      };

      return createPull(advance, upstream.close);
    });
};
