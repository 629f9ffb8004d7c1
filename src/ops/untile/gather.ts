import * as E from 'fp-ts/lib/Either.js';
import { Observable } from 'rxjs';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Frame, Item, ItemFailure, ItemKey, Outcome } from '../../ports/index.js';
import { mergedTiles } from './merge.js';

/** The tiles of one picture that have come so far. */
interface Gathering {
  readonly of: ItemKey;
  readonly tiles: readonly Item<Frame>[];
  readonly seen: number;
  readonly count: number;
  readonly failed?: ItemFailure;
}

const sameKey = (one: ItemKey, other: ItemKey): boolean =>
  one.path === other.path && one.index === other.index && one.epoch === other.epoch;

const failureOf = (key: ItemKey, diagnostics: Diagnostics): ItemFailure => ({
  key,
  operator: 'untile',
  diagnostics,
});

const incomplete = ({ of, seen, count }: Gathering): ItemFailure =>
  failureOf(of, [
    failure(
      'tiles/incomplete',
      `Of the ${count} tiles of ${of.path} ${seen} came, or came in another order.`,
    ),
  ]);

const finished = ({ of, tiles, failed }: Gathering): Outcome<Frame> =>
  failed === undefined
    ? E.bimap(
        (diagnostics: Diagnostics) => failureOf(of, diagnostics),
        (value: Frame) => ({ key: of, value }),
      )(mergedTiles(tiles))
    : E.left({ ...failed, key: of });

/** Gathers tiles that come one after the other, and gives each picture when its last one has come. */
export const gathered = (source: Observable<Outcome<Frame>>): Observable<Outcome<Frame>> =>
  new Observable((subscriber) => {
    let current: Gathering | undefined;
    const giveUp = (): void => {
      if (current !== undefined) subscriber.next(E.left(current.failed ?? incomplete(current)));
      current = undefined;
    };
    const take = (outcome: Outcome<Frame>): void => {
      const key = E.isRight(outcome) ? outcome.right.key : outcome.left.key;
      const { tile } = key;
      if (tile === undefined) {
        giveUp();
        subscriber.next(
          E.isLeft(outcome)
            ? outcome
            : E.left(failureOf(key, [failure('tiles/incomplete', `${key.path} is no tile of a picture.`)])),
        );
        return;
      }
      if (current !== undefined && (!sameKey(current.of, tile.of) || tile.index !== current.seen)) giveUp();
      const before: Gathering = current ?? { of: tile.of, tiles: [], seen: 0, count: tile.count };
      current = {
        ...before,
        seen: before.seen + 1,
        ...(E.isRight(outcome)
          ? { tiles: [...before.tiles, outcome.right] }
          : { failed: before.failed ?? outcome.left }),
      };
      if (current.seen < current.count) return;
      const whole = current;
      current = undefined;
      // A picture whose first tiles are missing is not one.
      subscriber.next(tile.index === whole.count - 1 ? finished(whole) : E.left(incomplete(whole)));
    };
    return source.subscribe({
      next: take,
      error: (thrown: unknown) => subscriber.error(thrown),
      complete: () => {
        giveUp();
        subscriber.complete();
      },
    });
  });
