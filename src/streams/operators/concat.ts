import { Flow } from '../flow.js';
import { createPull, DONE, type Pull, type Result } from '../pull.js';

/** One flow after the other; each is opened when the one before has ended. */
export const concat = <A>(...flows: readonly Flow<A>[]): Flow<A> => sequence((n) => flows[n]);

/**
 * Flows one after the other, made as they are needed.
 *
 * @param nth makes the flow number n, from 0, knowing how many values the one before gave; undefined ends the sequence
 */
export const sequence = <A>(nth: (n: number, given: number) => Flow<A> | undefined): Flow<A> =>
  new Flow(() => {
    let n = 0;
    let given = 0;
    let current: Pull<A> | undefined = nth(0, 0)?.open();
    let released = false;

    const advance = async (): Promise<Result<A>> => {
      while (current !== undefined) {
        const result = await current.next();
        if (!result.done) {
          given++;
          return result;
        }
        if (released) break;
        n++;
        current = nth(n, given)?.open();
        given = 0;
      }
      return DONE;
    };

    return createPull(advance, async () => {
      released = true;
      await current?.close();
    });
  });
