import * as E from 'fp-ts/lib/Either.js';
import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Batch, Outcome } from '../../ports/index.js';
import type { ItemFlow } from '../flow.js';
import { type MarbleCases, playCase } from '../testing/marbles.js';
import { through } from '../through.js';
import { batch } from './batch.js';

/** Batches as words, to be seen. */
const spelled = (source: ItemFlow<Batch<string>>): ItemFlow<string> =>
  through<Outcome<Batch<string>>, Outcome<string>>(
    map(E.map((item) => ({ ...item, value: item.value.items.map((part) => part.value).join('') }))),
  )(source);

describe('batch', () => {
  const values = { p: 'ab', q: 'cd', r: 'c' };
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'c-|', expected: '--(r|)', values, run: '^-!' },
    many: { source: 'abcd|', expected: '-p-q|', values, run: '^---!' },
    error: { source: 'abc#', expected: '-p-#', values, run: '^--!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '--!', expected: '-p', values, run: '^-!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(() => (source) => spelled(batch<string>(2)(source)), row);
    expect(actual).toEqual(expected);
  });

  it('lets failures pass ahead of the batch that is being filled', async () => {
    const { actual, expected } = await playCase(() => (source) => spelled(batch<string>(2)(source)), {
      source: 'aBc|',
      expected: '-Bx|',
      values: { x: 'ac' },
      run: '^--!',
    });
    expect(actual).toEqual(expected);
  });

  it('leaves the last batch out when it is to be full', async () => {
    const { actual, expected } = await playCase(
      () => (source) => spelled(batch<string>(2, { partial: false })(source)),
      { source: 'abc|', expected: '-p-|', values, run: '^--!' },
    );
    expect(actual).toEqual(expected);
  });

  it('refuses an empty batch', () => {
    expect(() => batch(0)).toThrow('size is 0');
  });
});
