import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { lastValueFrom, Observable, take as takeValues, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Item } from '../ports/index.js';
import { type Flow, generate, type ItemFlow, operate } from './flow.js';
import { fromIterable } from './from-iterable.js';
import { mapLanes } from './map-lanes.js';
import { batch } from './operators/batch.js';
import { scanState } from './operators/scan-state.js';
import { unbatch } from './operators/unbatch.js';
import { createStage, frames } from './testing/marbles.js';
import { collect, countingSource, numbered } from './testing/probes.js';

describe('Flow', () => {
  it('is a cold Observable', async () => {
    const source = countingSource(3, (n) => n);
    expect(source.flow).toBeInstanceOf(Observable);
    const values = source.flow.pipe(toArray());
    expect(source.opened()).toBe(0);
    expect([await lastValueFrom(values), await lastValueFrom(values)]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect([source.opened(), source.closed()]).toEqual([2, 2]);
  });

  it.each([
    ['never', '-', '---!', '-', ['^--!']],
    ['empty', '--|', '', '--|', ['^-!']],
    ['one', '-a|', '', '-a|', ['^-!']],
    ['many', 'a-(bc)d|', '', 'a-(bc)d|', ['^------!']],
    ['error', 'ab#', '', 'ab#', ['^-!']],
    ['unsubscribed early', 'abcd|', '-!', 'ab', ['^!']],
  ])('%s', async (_name, diagram, unsubscribe, expected, runs) => {
    const stage = createStage();
    const source = stage.source(diagram);
    expect(await stage.play(source.flow, unsubscribe)).toEqual(frames(expected));
    expect(source.runs()).toEqual(runs);
  });

  it('takes no more from its source than an operator of RxJS lets through', async () => {
    const source = countingSource(Number.POSITIVE_INFINITY, (n) => n);
    expect(await lastValueFrom(source.flow.pipe(takeValues(3), toArray()))).toEqual([0, 1, 2]);
    expect([source.pulled(), source.closed()]).toEqual([3, 1]);
  });

  it('is closed when an observer’s callback throws', async () => {
    const source = countingSource(10, (n) => n);
    const broken = source.flow.pipe(
      tap((value) => {
        if (value === 2) throw new Error('no twos');
      }),
    );
    await expect(lastValueFrom(broken)).rejects.toThrow('no twos');
    await Promise.resolve();
    expect([source.pulled(), source.closed()]).toEqual([3, 1]);
  });

  it('can be read with for await', async () => {
    expect(await collect(fromIterable('abc'))).toEqual(['a', 'b', 'c']);
  });
});

describe('operate', () => {
  const upperCase = operate<string, string>(async function* (source) {
    for await (const value of source) yield value.toUpperCase();
  });

  it('makes an operator of a generator', async () => {
    expect(await collect(upperCase(fromIterable('abc')))).toEqual(['A', 'B', 'C']);
  });

  it('closes the source when the generator throws', async () => {
    const source = countingSource(3, (n) => n);
    const broken = operate<number, number>(async function* (run) {
      for await (const value of run) {
        if (value === 1) throw new Error('broken');
        yield value;
      }
    });
    await expect(collect(broken(source.flow))).rejects.toThrow('broken');
    expect(source.closed()).toBe(1);
  });

  it('wakes a generator that waits for its source, or for its signal', async () => {
    const log: string[] = [];
    const waits = operate<string, string>(async function* (source, signal) {
      try {
        for await (const value of source) {
          if (value === 'b') await new Promise((resolve) => signal.addEventListener('abort', resolve));
          yield value;
        }
      } finally {
        log.push('closed');
      }
    });
    for (const diagram of ['-', 'ab-|']) {
      const stage = createStage();
      await stage.play(waits(stage.source(diagram).flow), '---!');
    }
    expect(log).toEqual(['closed', 'closed']);
  });
});

describe('generate', () => {
  it('closes all its runs when one of them fails', async () => {
    const stage = createStage();
    const left = stage.source('a--b|');
    const right = stage.source('a-#');
    const alternating = generate(
      () => [left.flow.open(), right.flow.open()] as const,
      async function* (runs) {
        while (true) {
          const [a, b] = await Promise.all([runs[0].next(), runs[1].next()]);
          if (a.done || b.done) return;
          yield `${a.value}${b.value}`;
        }
      },
    );
    expect(await stage.play(alternating)).toEqual(frames('x-#', { x: 'aa' }));
    expect([left.runs(), right.runs()]).toEqual([['^-!'], ['^-!']]);
  });
});

describe('a whole stream', () => {
  const stream = (source: ItemFlow<number>): Flow<unknown> =>
    pipe(
      source,
      mapLanes(({ value }: Item<number>) => TE.right({ value, weight: new Float64Array(8) }), {
        operator: 'decode',
        lanes: 4,
        ahead: 2,
      }),
      batch(4),
      scanState('step', (sum: number, { value }) => TE.right([sum + value.items.length, value] as const), 0),
      mapLanes(({ value }) => TE.right(value.out), { operator: 'out', lanes: 2, ahead: 0 }),
      unbatch(),
    );

  it('reads no further ahead in a million items than in ten, in flat memory', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const source = countingSource(1_000_000, numbered);
    let delivered = 0;
    let furthest = 0;
    const heap: number[] = [];
    for await (const _outcome of stream(source.flow)) {
      delivered++;
      furthest = Math.max(furthest, source.pulled() - delivered);
      if (delivered % 250_000 === 1) {
        collectGarbage();
        heap.push(process.memoryUsage().heapUsed);
      }
    }
    expect(delivered).toBe(1_000_000);
    // Six in the lanes; batches of four: one filling, two in the lanes below, one being given out.
    expect(furthest).toBeLessThanOrEqual(6 + 4 + 2 * 4 + 4);
    expect(Math.max(...heap) - (heap[0] as number)).toBeLessThan(2 ** 20);
    expect(source.closed()).toBe(1);
  });

  it('closes its source once, wherever it is stopped', async () => {
    for (let wanted = 0; wanted < 14; wanted++) {
      const source = countingSource(12, numbered);
      let taken = 0;
      const run = stream(source.flow).open();
      while (taken < wanted && !(await run.next()).done) taken++;
      await run.close();
      expect(source.closed()).toBe(source.opened());
    }
  });

  it('lets failures pass to its end', async () => {
    const source = fromIterable([
      numbered(0),
      E.left({
        key: { path: 'b', index: 1, epoch: 0 },
        operator: 'above',
        diagnostics: [{ code: 'run/operator-threw', severity: 'error', message: '' }] as const,
      }),
      numbered(2),
    ]);
    expect(await collect(stream(source))).toMatchObject([
      { left: { operator: 'above' } },
      { right: { key: { index: 0 } } },
      { right: { key: { index: 2 } } },
    ]);
  });
});
