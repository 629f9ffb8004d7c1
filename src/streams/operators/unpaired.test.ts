import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Outcome, Unpaired } from '../../ports/index.js';
import type { ItemFlow } from '../flow.js';
import { createStage, frames } from '../testing/marbles.js';
import { collect, countingSource, numbered } from '../testing/probes.js';
import { through } from '../through.js';
import { unpaired } from './unpaired.js';

const spelled = (flow: ItemFlow<Unpaired<string, string>>): ItemFlow<string> =>
  through<Outcome<Unpaired<string, string>>, Outcome<string>>(
    map(E.map((item) => ({ ...item, value: item.value.a.value + item.value.b.value }))),
  )(flow);

describe('unpaired', () => {
  const values = { p: 'ak', q: 'bl', r: 'cm' };
  it.each([
    ['never', '-', 'k|', '---!', '-', '^--!', '^--!'],
    ['empty', '-|', 'kl|', '', '-|', '^!', '^!'],
    ['one', 'a|', '-k|', '', '-p|', '^!', '^-!'],
    ['many', 'a-b|', '-kl|', '', '-pq|', '^--!', '^--!'],
    ['a failure of either side', 'aBc-|', 'Klm|', '', 'KBr-|', '^---!', '^--!'],
    ['error', 'ab--|', 'k-#', '', 'p-#', '^-!', '^-!'],
    ['unsubscribed early', 'abcd|', 'klmn|', '-!', 'pq', '^!', '^!'],
  ])('%s', async (_name, left, right, unsubscribe, expected, leftRun, rightRun) => {
    const stage = createStage();
    const [a, b] = [stage.items(left), stage.items(right)];
    expect(await stage.play(spelled(unpaired(a.flow, b.flow)), unsubscribe)).toEqual(
      frames(expected, values),
    );
    expect([a.runs(), b.runs()]).toEqual([[leftRun], [rightRun]]);
  });

  it('is zip: as long as the shorter, each with its own key', () =>
    fc.assert(
      fc.asyncProperty(fc.nat({ max: 9 }), fc.nat({ max: 9 }), async (m, n) => {
        const [a, b] = [countingSource(m, numbered), countingSource(n, (index) => numbered(100 + index))];
        const outcomes = await collect(unpaired(a.flow, b.flow));
        expect(outcomes).toMatchObject(
          Array.from({ length: Math.min(m, n) }, (_, index) => ({
            right: { key: { index }, value: { a: { key: { index } }, b: { key: { index: 100 + index } } } },
          })),
        );
        expect([a.closed(), b.closed()]).toEqual([1, 1]);
      }),
    ));
});
