import * as E from 'fp-ts/lib/Either.js';
import { failure } from '../../diagnostics/index.js';
import type { ItemFailure, ItemKey, Outcome, Pair } from '../../ports/index.js';
import { generate, type ItemFlow } from '../flow.js';
import { atLeast } from '../options.js';

/** Options of `pair`. */
export interface PairOptions {
  /** How many items of one stream may wait for their partner. Default 16. */
  readonly window?: number;
  /** What two items must have in common to belong together. Default: index and epoch. */
  readonly by?: (key: ItemKey) => string;
}

const indexAndEpoch = ({ epoch, index }: ItemKey): string => `${epoch}/${index}`;

/**
 * Pairs the items of two streams that have the same index and epoch, such as a photo and its degraded copy, or that
 * have something else of their keys in common. Streams in the same order pair without waiting; items missing on one
 * side or out of order are waited for within the window.
 * A pair goes by the key of its first part. A failure of either part is a failure of the pair, and an item without a
 * partner fails with `run/unpaired`. The flow ends when the shorter stream has ended and its waiting items had their
 * chance; of a surplus on the other side, only what was read by then is told.
 *
 * @param operator path of the operator in the pipeline, for its failures
 */
export const pair = <A, B>(
  operator: string,
  from: ItemFlow<A>,
  to: ItemFlow<B>,
  { window = 16, by = indexAndEpoch }: PairOptions = {},
): ItemFlow<Pair<A, B>> => {
  const most = atLeast(0, 'window', window);
  return generate(
    () => [from.open(), to.open()] as const,
    async function* ([froms, tos]) {
      const waitingFroms = createWaitingRoom<A>(operator, most, by);
      const waitingTos = createWaitingRoom<B>(operator, most, by);
      let pullsAfterAnEnd = 0;
      while (pullsAfterAnEnd <= most) {
        const [a, b] = await Promise.all([froms.next(), tos.next()]);
        if (!a.done) {
          const partner = waitingTos.leave(a.value);
          if (partner !== undefined) yield paired(a.value, partner);
          else yield* waitingFroms.enter(a.value);
        }
        if (!b.done) {
          const partner = waitingFroms.leave(b.value);
          if (partner !== undefined) yield paired(partner, b.value);
          else yield* waitingTos.enter(b.value);
        }
        if (a.done && (b.done || waitingFroms.isEmpty())) break;
        if (b.done && waitingTos.isEmpty()) break;
        if (a.done || b.done) pullsAfterAnEnd++;
      }
      yield* waitingFroms.clear();
      yield* waitingTos.clear();
    },
  );
};

/** Failures of either part, or the pair. */
const paired = <A, B>(from: Outcome<A>, to: Outcome<B>): Outcome<Pair<A, B>> => {
  if (E.isRight(from) && E.isRight(to))
    return E.right({ key: from.right.key, value: { from: from.right.value, to: to.right.value } });
  return E.left(eitherFailure(from, to) as ItemFailure);
};

/** The failure of two parts of which one or both failed; what both branches inherited from above is told once. */
export const eitherFailure = (one: Outcome<unknown>, other: Outcome<unknown>): ItemFailure | undefined => {
  if (E.isRight(one)) return E.isLeft(other) ? other.left : undefined;
  if (E.isRight(other)) return one.left;
  const [first, ...more] = one.left.diagnostics;
  const added = other.left.diagnostics.filter((diagnostic) => !one.left.diagnostics.includes(diagnostic));
  return { ...one.left, diagnostics: [first, ...more, ...added] };
};

interface WaitingRoom<A> {
  /** Takes in an outcome; whoever has no place any more comes out as a failure. */
  readonly enter: (outcome: Outcome<A>) => readonly Outcome<never>[];
  /** Gives the partner of an outcome of the other side, if it waits here. */
  readonly leave: (partner: Outcome<unknown>) => Outcome<A> | undefined;
  readonly clear: () => readonly Outcome<never>[];
  readonly isEmpty: () => boolean;
}

const createWaitingRoom = <A>(
  operator: string,
  most: number,
  by: (key: ItemKey) => string,
): WaitingRoom<A> => {
  const waiting = new Map<string, Outcome<A>>();
  const placeOf = (outcome: Outcome<unknown>): string => by(keyOf(outcome));
  return {
    enter: (outcome) => {
      const place = placeOf(outcome);
      const same = waiting.get(place);
      waiting.delete(place);
      waiting.set(place, outcome);
      const [oldest] = waiting.values();
      if (same !== undefined) return [alone(operator, same)];
      if (oldest === undefined || waiting.size <= most) return [];
      waiting.delete(placeOf(oldest));
      return [alone(operator, oldest)];
    },
    leave: (partner) => {
      const place = placeOf(partner);
      const found = waiting.get(place);
      waiting.delete(place);
      return found;
    },
    clear: () => Array.from(waiting.values(), (outcome) => alone(operator, outcome)),
    isEmpty: () => waiting.size === 0,
  };
};

const keyOf = (outcome: Outcome<unknown>): ItemKey =>
  E.isLeft(outcome) ? outcome.left.key : outcome.right.key;

const alone = (operator: string, outcome: Outcome<unknown>): Outcome<never> => {
  if (E.isLeft(outcome)) return outcome;
  const { key } = outcome.right;
  const message = `${key.path} (number ${key.index + 1} of its stream) has no partner in the other stream.`;
  return E.left({ key, operator, diagnostics: [failure('run/unpaired', message)] });
};
