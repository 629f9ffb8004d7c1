import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Diagnostic, failure } from '../../diagnostics/index.js';
import type { Item, Outcome, Pair } from '../../ports/index.js';
import type { ItemFlow } from '../flow.js';
import { fromIterable } from '../from-iterable.js';
import { mapLanes } from '../map-lanes.js';
import { createStage, frames } from '../testing/marbles.js';
import { collect, countingSource, numbered } from '../testing/probes.js';
import { through } from '../through.js';
import { pair } from './pair.js';
import { share } from './share.js';

/** Pairs as the letter of their first part, if the second is the same. */
const spelled = (flow: ItemFlow<Pair<string, string>>): ItemFlow<string> =>
  through<Outcome<Pair<string, string>>, Outcome<string>>(
    map(E.map((item) => ({ ...item, value: item.value.from === item.value.to ? item.value.from : '?' }))),
  )(flow);

describe('pair', () => {
  it.each([
    ['never', '-', 'a|', '---!', '-', '^--!', '^--!'],
    ['never on the other side', 'a|', '-', '---!', '-', '^--!', '^--!'],
    ['empty', '-|', '-|', '', '-|', '^!', '^!'],
    ['one', 'a|', '-a|', '', '-a|', '^!', '^-!'],
    ['many', 'a-bc|', '-abc|', '', '-abc|', '^---!', '^---!'],
    ['failures of either side', 'aBcD-|', 'abCD-|', '', 'aBCD-|', '^----!', '^----!'],
    ['error', 'ab--|', 'a-#', '', 'a-#', '^-!', '^-!'],
    ['unsubscribed early', 'abcd|', 'abcd|', '-!', 'ab', '^!', '^!'],
  ])('%s', async (_name, left, right, unsubscribe, expected, leftRun, rightRun) => {
    const stage = createStage();
    const [from, to] = [stage.items(left), stage.items(right)];
    expect(await stage.play(spelled(pair('pair', from.flow, to.flow)), unsubscribe)).toEqual(
      frames(expected),
    );
    expect([from.runs(), to.runs()]).toEqual([[leftRun], [rightRun]]);
  });

  it('pairs the branches of a shared stream, whatever their pace', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat({ max: 20 }), async (scheduler, length) => {
        const source = countingSource(length, numbered);
        const clear = share<Outcome<number>>()(source.flow);
        const hazy = mapLanes(
          ({ value }: Item<number>) =>
            TE.fromTask(() => scheduler.schedule(Promise.resolve(`hazy ${value}`))),
          { operator: 'haze', lanes: 3 },
        )(clear);
        const outcomes = await scheduler.waitFor(collect(pair('pair', hazy, clear)));
        expect(outcomes.map(E.map((item) => item.value))).toEqual(
          Array.from({ length }, (_, n) => E.right({ from: `hazy ${n}`, to: n })),
        );
        expect([source.opened(), source.closed()]).toEqual([1, 1]);
      }),
    ));

  it('finds partners beyond gaps, and tells who has none', () => {
    const gaps = fc.array(fc.constantFrom('both', 'both', 'left', 'right'), { maxLength: 15 });
    return fc.assert(
      fc.asyncProperty(gaps, async (places) => {
        const all = [...places, 'both'];
        const without = (missing: string) =>
          fromIterable(all.map((_, index) => numbered(index)).filter((_, index) => all[index] !== missing));
        const outcomes = await collect(pair('pair', without('right'), without('left')));
        const paired = outcomes.filter(E.isRight).map(({ right }) => right.key.index);
        const alone = outcomes.filter(E.isLeft).map(({ left }) => left.key.index);
        const indicesOf = (wanted: (place: string) => boolean) =>
          all.flatMap((place, index) => (wanted(place) ? [index] : []));
        expect(paired).toEqual(indicesOf((place) => place === 'both'));
        expect(alone.sort((a, b) => a - b)).toEqual(indicesOf((place) => place !== 'both'));
      }),
    );
  });

  it('waits no longer than its window', async () => {
    const [from, to] = [
      countingSource(1000, numbered),
      countingSource(1000, (index) => numbered(index + 5000)),
    ];
    const run = pair('steps[3]/pair', from.flow, to.flow, { window: 2 }).open();
    const first = await run.next();
    expect(first).toMatchObject({
      value: {
        left: {
          key: { index: 0 },
          operator: 'steps[3]/pair',
          diagnostics: [
            {
              code: 'run/unpaired',
              message: '0 (number 1 of its stream) has no partner in the other stream.',
            },
          ],
        },
      },
    });
    expect([from.pulled(), to.pulled()]).toEqual([3, 3]);
    await run.close();
    expect([from.closed(), to.closed()]).toEqual([1, 1]);
  });

  it('ends with the shorter stream, and tells of the surplus that it read', async () => {
    const [from, to] = [countingSource(2, numbered), countingSource(Number.POSITIVE_INFINITY, numbered)];
    const outcomes = await collect(pair('pair', from.flow, to.flow));
    expect(outcomes.map(E.isRight)).toEqual([true, true, false]);
    expect(to.pulled()).toBe(3);
  });

  it('does not look for ever for a partner that never comes', async () => {
    const [from, to] = [fromIterable([numbered(-1)]), countingSource(Number.POSITIVE_INFINITY, numbered)];
    const outcomes = await collect(pair('pair', from, to.flow, { window: 4 }));
    expect(outcomes.every(E.isLeft)).toBe(true);
    expect(outcomes).toHaveLength(1 + to.pulled());
    expect(to.pulled()).toBe(6);
    expect(to.closed()).toBe(1);
  });

  it('tells what both parts inherited once, and what is new to each', async () => {
    const failed = (...reasons: readonly [Diagnostic, ...Diagnostic[]]): Outcome<never> =>
      E.left({ key: { path: 'a', index: 0, epoch: 0 }, operator: 'above', diagnostics: reasons });
    const [one, two, three] = [1, 2, 3].map((n) => failure('run/operator-threw', `${n}`)) as [
      Diagnostic,
      Diagnostic,
      Diagnostic,
    ];
    const outcomes = await collect(
      pair('pair', fromIterable([failed(one, two)]), fromIterable([failed(two, three)])),
    );
    expect(outcomes).toMatchObject([{ left: { diagnostics: [one, two, three] } }]);
  });
});
