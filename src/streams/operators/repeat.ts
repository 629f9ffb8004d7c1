import * as E from 'fp-ts/lib/Either.js';
import { map } from 'rxjs';
import type { ItemKey, Outcome } from '../../ports/index.js';
import type { ItemFlow } from '../flow.js';
import { atLeast } from '../options.js';
import { through } from '../through.js';
import { sequence } from './concat.js';

/** Options of `repeat`. */
export interface RepeatOptions {
  /** Number of passes; without end by default. */
  readonly times?: number;
  /** Epoch of the first pass, from 0: where a resumed run goes on. */
  readonly from?: number;
}

/**
 * Passes through the data, one after the other; `key.epoch` tells them apart. A pass without items ends the flow,
 * since an endless repetition of nothing would hang.
 *
 * @param pass makes the flow of one epoch, so that a pass can be shuffled in its own way
 * @example repeat((epoch) => pipe(files, shuffle({ buffer: 1000, seed: 7, epoch })))
 */
export const repeat = <A>(
  pass: (epoch: number) => ItemFlow<A>,
  { times = Number.POSITIVE_INFINITY, from = 0 }: RepeatOptions = {},
): ItemFlow<A> => {
  const passes = atLeast(0, 'times', times);
  const start = atLeast(0, 'from', from);
  return sequence((n, given) =>
    n >= passes || (n > 0 && given === 0) ? undefined : inEpoch(start + n, pass(start + n)),
  );
};

const inEpoch = <A>(epoch: number, source: ItemFlow<A>): ItemFlow<A> =>
  through<Outcome<A>, Outcome<A>>(
    map(
      E.bimap(
        (failed) => ({ ...failed, key: withEpoch(epoch, failed.key) }),
        (item) => ({ ...item, key: withEpoch(epoch, item.key) }),
      ),
    ),
  )(source);

const withEpoch = (epoch: number, key: ItemKey): ItemKey => ({ ...key, epoch });
