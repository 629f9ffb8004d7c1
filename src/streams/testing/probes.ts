import * as E from 'fp-ts/lib/Either.js';
import type { Outcome } from '../../ports/index.js';
import type { Flow } from '../flow.js';
import { fromIterable } from '../from-iterable.js';

/** All values of a flow. */
export const collect = async <A>(flow: Flow<A>): Promise<readonly A[]> => {
  const values: A[] = [];
  for await (const value of flow) values.push(value);
  return values;
};

/** A source that counts what is taken from it, and its closings. */
export interface CountingSource<A> {
  readonly flow: Flow<A>;
  readonly pulled: () => number;
  /** Iterators closed, by their end or by `return`; one closed twice counts twice. */
  readonly closed: () => number;
  readonly opened: () => number;
}

/** Numbers from 0, counted; the source makes `make` of each. */
export const countingSource = <A>(length: number, make: (index: number) => A): CountingSource<A> => {
  let pulled = 0;
  let closed = 0;
  let opened = 0;
  const iterate = (): Iterator<A> => {
    opened++;
    let index = 0;
    return {
      next: () => {
        if (index >= length) {
          closed++;
          return { done: true, value: undefined };
        }
        pulled++;
        return { done: false, value: make(index++) };
      },
      return: () => {
        closed++;
        return { done: true, value: undefined };
      },
    };
  };
  return {
    flow: fromIterable({ [Symbol.iterator]: iterate }),
    pulled: () => pulled,
    closed: () => closed,
    opened: () => opened,
  };
};

/** An item of a number, for lazy sources. */
export const numbered = (index: number): Outcome<number> =>
  E.right({ key: { path: `${index}`, index, epoch: 0 }, value: index });
