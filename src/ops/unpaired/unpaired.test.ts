import { describe, expect, it } from 'vitest';
import type { Unpaired } from '../../ports/index.js';
import { collectValues, itemsOf, runJoin, streamOf } from '../testing/run.js';
import { unpaired } from './index.js';

describe('unpaired', () => {
  it('puts the items of two domains side by side, each with its own key, until one ends', async () => {
    const step = unpaired({ a: streamOf('day'), b: streamOf('sunset') });
    const both = await collectValues(
      runJoin<Unpaired<string, number>>(step, { a: itemsOf('x', 'y', 'z'), b: itemsOf(1, 2) }),
    );
    expect(both.map(({ a, b }) => [a.value, b.value])).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
    expect(both[1]?.b.key.index).toBe(1);
  });
});
