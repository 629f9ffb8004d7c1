import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../ports/index.js';
import { fromIterable } from '../from-iterable.js';
import { createStage, frames } from '../testing/marbles.js';
import { collect } from '../testing/probes.js';
import { keyed } from './keyed.js';

describe('keyed', () => {
  it('names values and counts them', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.string()), async (names) => {
        const flow = keyed((name: string, index) => `${index}/${name}`)(fromIterable(names));
        const expected: readonly Outcome<string>[] = names.map((value, index) =>
          E.right({ key: { path: `${index}/${value}`, index, epoch: 0 }, value }),
        );
        expect(await collect(flow)).toEqual(expected);
        expect(await collect(flow)).toEqual(expected);
      }),
    ));

  it.each([
    ['never', '-', '---!', '-', '^--!'],
    ['empty', '--|', '', '--|', '^-!'],
    ['one', 'a|', '', 'a|', '^!'],
    ['many', 'a-b|', '', 'a-b|', '^--!'],
    ['error', 'a#', '', 'a#', '^!'],
    ['unsubscribed early', 'abc|', '-!', 'ab', '^!'],
    ['callback throws', 'ax|', '', 'a#', '^!'],
  ])('%s', async (_name, diagram, unsubscribe, expected, run) => {
    const stage = createStage();
    const source = stage.source(diagram);
    const name = (value: string): string => {
      if (value === 'x') throw 'error';
      return value;
    };
    expect(await stage.play(keyed(name)(source.flow), unsubscribe)).toEqual(frames(expected));
    expect(source.runs()).toEqual([run]);
  });
});
