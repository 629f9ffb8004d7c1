import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromIterable } from '../from-iterable.js';
import { createStage, frames } from '../testing/marbles.js';
import { collect, countingSource } from '../testing/probes.js';
import { concat, sequence } from './concat.js';

describe('concat', () => {
  it.each([
    ['never', '-', 'a|', '---!', '-', ['^--!'], []],
    ['empty', '|', '--|', '', '--|', ['(^!)'], ['^-!']],
    ['one', 'a|', '|', '', 'a|', ['^!'], ['-(^!)']],
    ['many', 'ab-|', '-c|', '', 'ab--c|', ['^--!'], ['---^-!']],
    ['error in the first', 'a#', 'b|', '', 'a#', ['^!'], []],
    ['error in the second', 'a|', '-#', '', 'a-#', ['^!'], ['-^!']],
    ['unsubscribed early in the first', 'ab--|', 'c|', '--!', 'ab-', ['^-!'], []],
    ['unsubscribed early in the second', 'a|', '-bcd|', '---!', 'a-bc', ['^!'], ['-^-!']],
  ])('%s', async (_name, one, other, unsubscribe, expected, firstRuns, secondRuns) => {
    const stage = createStage();
    const [first, second] = [stage.source(one), stage.source(other)];
    expect(await stage.play(concat(first.flow, second.flow), unsubscribe)).toEqual(frames(expected));
    expect([first.runs(), second.runs()]).toEqual([firstRuns, secondRuns]);
  });

  it('is the concatenation of its sources', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.integer())), async (parts) => {
        expect(await collect(concat(...parts.map(fromIterable)))).toEqual(parts.flat());
      }),
    ));
});

describe('sequence', () => {
  it('fails when the callback throws', async () => {
    const source = countingSource(1, (n) => n);
    const broken = sequence((n) => {
      if (n === 1) throw new Error('no second');
      return source.flow;
    });
    await expect(collect(broken)).rejects.toThrow('no second');
    expect(source.closed()).toBe(1);
  });

  it('tells how much the flow before gave', async () => {
    const given: number[] = [];
    const counted = sequence((n, before) => {
      given.push(before);
      return n < 3 ? fromIterable('x'.repeat(n)) : undefined;
    });
    expect(await collect(counted)).toHaveLength(3);
    expect(given).toEqual([0, 0, 1, 2]);
  });
});
