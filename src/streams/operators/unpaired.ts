import * as E from 'fp-ts/lib/Either.js';
import type { ItemFailure, Outcome, Unpaired } from '../../ports/index.js';
import { generate, type ItemFlow } from '../flow.js';
import { eitherFailure } from './pair.js';

/**
 * Zips two streams that have nothing to do with each other: the first item with the first, the second with the second.
 * The result goes by the key of `a`; a failure of either is a failure of both. The flow ends with the shorter stream.
 */
export const unpaired = <A, B>(a: ItemFlow<A>, b: ItemFlow<B>): ItemFlow<Unpaired<A, B>> =>
  generate(
    () => [a.open(), b.open()] as const,
    async function* ([as, bs]) {
      while (true) {
        const [one, other] = await Promise.all([as.next(), bs.next()]);
        if (one.done || other.done) return;
        yield zipped(one.value, other.value);
      }
    },
  );

const zipped = <A, B>(a: Outcome<A>, b: Outcome<B>): Outcome<Unpaired<A, B>> =>
  E.isRight(a) && E.isRight(b)
    ? E.right({ key: a.right.key, value: { a: a.right, b: b.right } })
    : E.left(eitherFailure(a, b) as ItemFailure);
