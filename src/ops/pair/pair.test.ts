import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Pair } from '../../ports/index.js';
import { fromIterable } from '../../streams/index.js';
import { collect } from '../../streams/testing/probes.js';
import { collectValues, itemOf, itemsOf, runJoin, streamOf } from '../testing/run.js';
import { pair } from './index.js';

const step = (window?: number) => pair({ from: streamOf('hazy'), to: streamOf('clear'), window });

describe('pair', () => {
  it('puts the parts of one item side by side', async () => {
    const pairs = runJoin<Pair<string, number>>(step(), { from: itemsOf('a', 'b'), to: itemsOf(1, 2) });
    expect(await collectValues(pairs)).toEqual([
      { from: 'a', to: 1 },
      { from: 'b', to: 2 },
    ]);
  });

  it('goes by the items, not by their order, within the window', async () => {
    const late = () => fromIterable([1, 0].map((index) => E.right(itemOf(`${index}`, index))));
    const pairs = await collectValues(runJoin(step(), { from: itemsOf('0', '1'), to: late() }));
    expect(pairs).toHaveLength(2);
    expect(pairs).toEqual(
      expect.arrayContaining([
        { from: '0', to: '0' },
        { from: '1', to: '1' },
      ]),
    );
    const outcomes = await collect(runJoin(step(0), { from: itemsOf('0', '1'), to: late() }));
    expect(outcomes.map((outcome) => E.isLeft(outcome) && outcome.left.diagnostics[0].code)).toEqual(
      Array(4).fill('run/unpaired'),
    );
  });

  it('goes by place unless told otherwise, whatever the names', async () => {
    const named = (...paths: readonly string[]) =>
      fromIterable(paths.map((path, index) => E.right({ key: { path, index, epoch: 0 }, value: path })));
    const pairs = (by: 'place' | 'name' | undefined) =>
      collectValues(
        runJoin<Pair<string, string>>(pair({ from: streamOf('hazy'), to: streamOf('clear'), by }), {
          from: named('a.jpg', 'b.jpg'),
          to: named('b.jpg', 'c.jpg'),
        }),
      );
    const byPlace = [
      { from: 'a.jpg', to: 'b.jpg' },
      { from: 'b.jpg', to: 'c.jpg' },
    ];
    expect(await pairs(undefined)).toEqual(byPlace);
    expect(await pairs('place')).toEqual(byPlace);
    expect(await pairs('name')).toEqual([{ from: 'b.jpg', to: 'b.jpg' }]);
  });

  it('finds no partners of another pass, and takes no more of a name than its last extension', async () => {
    const one = (path: string, epoch: number) =>
      fromIterable([E.right({ key: { path, index: 0, epoch }, value: path })]);
    const pairs = (from: readonly [string, number], to: readonly [string, number]) =>
      collectValues(
        runJoin<Pair<string, string>>(pair({ from: streamOf('hazy'), to: streamOf('clear'), by: 'name' }), {
          from: one(...from),
          to: one(...to),
        }),
      );
    expect(await pairs(['a.jpg', 0], ['a.jpg', 1])).toEqual([]);
    expect(await pairs(['a.b.jpg', 0], ['a.b.png', 0])).toHaveLength(1);
    expect(await pairs(['a.b.jpg', 0], ['a.png', 0])).toEqual([]);
    expect(await pairs(['x.y/a', 0], ['x.y/a.png', 0])).toHaveLength(1);
    expect(await pairs(['x/a.jpg', 0], ['y/a.jpg', 0])).toEqual([]);
  });

  it('finds partners by name, whatever their place and extension', async () => {
    const named = (...paths: readonly string[]) =>
      fromIterable(paths.map((path, index) => E.right({ key: { path, index, epoch: 0 }, value: path })));
    const pairs = runJoin(pair({ from: streamOf('hazy'), to: streamOf('clear'), by: 'name' }), {
      from: named('a/1.jpg', 'a/2.jpg', 'b.c.jpg'),
      to: named('a/2.png', 'b.c.webp'),
    });
    const outcomes = await collect(pairs);
    expect(outcomes.flatMap((outcome) => (E.isRight(outcome) ? [outcome.right.value] : []))).toEqual([
      { from: 'a/2.jpg', to: 'a/2.png' },
      { from: 'b.c.jpg', to: 'b.c.webp' },
    ]);
    expect(outcomes.flatMap((outcome) => (E.isLeft(outcome) ? [outcome.left.key.path] : []))).toEqual([
      'a/1.jpg',
    ]);
  });
});
