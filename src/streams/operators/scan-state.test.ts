import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import type { Item } from '../../ports/index.js';
import { fromIterable } from '../from-iterable.js';
import { mapLanes } from '../map-lanes.js';
import { type MarbleCases, type MarbleStage, playCase } from '../testing/marbles.js';
import { collect } from '../testing/probes.js';
import { keyed } from './keyed.js';
import { scanState } from './scan-state.js';

/** Counts items, a frame each, and gives the item with the count; `x` throws, `f` fails. */
const counting = (stage: MarbleStage) =>
  pipe(
    scanState<number, string, string>(
      'count',
      (count, { value }) => {
        if (value === 'x') throw new Error('x is too much');
        if (value === 'f') return TE.left([failure('run/operator-threw', 'no f')]);
        return TE.fromTask(() => stage.sleep(1).then(() => [count + 1, value] as const));
      },
      0,
    ),
    (scan) => (source: Parameters<typeof scan>[0]) =>
      mapLanes(({ value }: Item<{ state: number; out: string }>) => TE.right(`${value.state}${value.out}`), {
        operator: 'show',
        lanes: 1,
        ahead: 0,
      })(scan(source)),
  );

describe('scanState', () => {
  const values = { a: '1a', b: '2b', c: '3c', d: '4d', x: 'X', f: 'F' };
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: '-a|', values, run: '^-!' },
    many: { source: '(abC|)', expected: '-a(bC|)', values, run: '^-!' },
    error: { source: 'ab#', expected: '-a(b#)', values, run: '^-!' },
    'unsubscribed early': { source: '(abcd|)', unsubscribe: '--!', expected: '-ab', values, run: '^-!' },
    'callback throws': { source: 'a-x-f-b-|', expected: '-ax-f--b|', values, run: '^-------!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(counting, row);
    expect(actual).toEqual(expected);
  });

  it('is a scan of the items whose step succeeds', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -9, max: 9 })), async (numbers) => {
        const flow = pipe(
          fromIterable(numbers),
          keyed((_, index) => `${index}`),
          scanState(
            'sum',
            (sum: number, { value }) =>
              value < 0
                ? TE.left([failure('run/operator-threw', 'negative')])
                : TE.right([sum + value, value] as const),
            0,
          ),
        );
        const sums = numbers.map((_, index) =>
          numbers.slice(0, index + 1).reduce((sum, value) => sum + Math.max(0, value), 0),
        );
        const expected = numbers.map((value, index) =>
          value < 0 ? 'failed' : { state: sums[index], out: value },
        );
        const given = (await collect(flow)).map(
          E.matchW(
            () => 'failed',
            (item) => item.value,
          ),
        );
        expect(given).toEqual(expected);
      }),
    ));

  it('never has two steps under way, and stops with the state of the last item given', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat({ max: 6 }), async (scheduler, wanted) => {
        let under = 0;
        const flow = pipe(
          fromIterable([1, 2, 3, 4, 5]),
          keyed((_, index) => `${index}`),
          scanState(
            'sum',
            (sum: number, { value }) =>
              async () => {
                expect(++under).toBe(1);
                await scheduler.schedule(Promise.resolve());
                under--;
                return E.right([sum + value, value] as const);
              },
            0,
          ),
        );
        const run = flow.open();
        let last = 0;
        const consume = async () => {
          for (let taken = 0; taken < wanted; taken++) {
            const result = await run.next();
            if (!result.done && E.isRight(result.value)) last = result.value.right.value.state;
          }
        };
        await scheduler.waitFor(consume());
        await run.close();
        expect(last).toBe([0, 1, 3, 6, 10, 15, 15][wanted]);
      }),
    ));

  it('tells a step under way that nobody wants its result', async () => {
    const aborted: string[] = [];
    const flow = pipe(
      fromIterable([1]),
      keyed(() => 'only'),
      scanState(
        'wait',
        (_state: number, _item, signal) => () =>
          new Promise<E.Either<never, readonly [number, number]>>((resolve) =>
            signal.addEventListener('abort', () => {
              aborted.push('told');
              resolve(E.right([1, 1] as const));
            }),
          ),
        0,
      ),
    );
    const run = flow.open();
    const pending = run.next();
    await new Promise((resolve) => setImmediate(resolve));
    await run.close();
    expect([await pending, aborted]).toEqual([{ done: true, value: undefined }, ['told']]);
  });
});
