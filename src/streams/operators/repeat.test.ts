import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { fromIterable } from '../from-iterable.js';
import { createStage, frames } from '../testing/marbles.js';
import { collect, countingSource, numbered } from '../testing/probes.js';
import { keyed } from './keyed.js';
import { repeat } from './repeat.js';
import { shuffle } from './shuffle.js';
import { skip, take } from './take.js';

describe('repeat', () => {
  it.each([
    ['never', '-', '---!', '-', ['^--!']],
    ['empty', '-|', '', '-|', ['^!']],
    ['one', 'a|', '', 'aa|', ['^!', '-^!']],
    ['many', 'aB|', '', 'aBaB|', ['^-!', '--^-!']],
    ['error', 'a-#', '', 'a-#', ['^-!']],
    ['unsubscribed early', 'abc-|', '-----!', 'abc-ab', ['^---!', '----^!']],
  ])('%s', async (_name, diagram, unsubscribe, expected, runs) => {
    const stage = createStage();
    const source = stage.items(diagram);
    expect(
      await stage.play(
        repeat(() => source.flow, { times: 2 }),
        unsubscribe,
      ),
    ).toEqual(frames(expected));
    expect(source.runs()).toEqual(runs);
  });

  it('fails when its callback throws', async () => {
    const flow = repeat((epoch) => {
      if (epoch === 1) throw new Error('no second pass');
      return fromIterable([numbered(0)]);
    });
    await expect(collect(flow)).rejects.toThrow('no second pass');
  });

  it('counts epochs, of failures as well', () =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: 4 }), fc.nat({ max: 9 }), async (times, from) => {
        const stage = createStage();
        const outcomes = await collect(repeat(() => stage.items('(aB|)').flow, { times, from }));
        const keys = outcomes.map(
          E.matchW(
            (failed) => failed.key,
            (item) => item.key,
          ),
        );
        expect(keys.map(({ epoch, index }) => [epoch, index])).toEqual(
          Array.from({ length: 2 * times }, (_, n) => [from + Math.floor(n / 2), n % 2]),
        );
      }),
    ));

  it('goes on for ever when it may, and reads no further than asked', async () => {
    const source = countingSource(3, numbered);
    expect(await collect(take<unknown>(10)(repeat(() => source.flow)))).toHaveLength(10);
    expect([source.pulled(), source.opened(), source.closed()]).toEqual([10, 4, 4]);
  });

  it('ends when there is nothing to repeat', async () => {
    expect(await collect(repeat(() => fromIterable([])))).toEqual([]);
  });

  it('shuffles each pass in its own way, and goes on in the middle of one as if never stopped', async () => {
    const files = pipe(
      fromIterable('abcdefgh'),
      keyed((letter: string) => letter),
    );
    const data = (from: number) =>
      repeat((epoch) => pipe(files, shuffle({ buffer: 8, seed: 7, epoch })), { times: 4 - from, from });
    const straight = await collect(data(0));
    const resumed = await collect(skip<unknown>(3)(data(2)));
    expect(resumed).toEqual(straight.slice(2 * 8 + 3));
    const passes = [0, 1, 2, 3].map((epoch) =>
      straight.slice(8 * epoch, 8 * epoch + 8).map(E.map((item) => item.value)),
    );
    expect(new Set(passes.map((pass) => JSON.stringify(pass))).size).toBe(4);
  });
});
