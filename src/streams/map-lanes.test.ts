import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Observable } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { DiagnosticError, type Diagnostics, failure } from '../diagnostics/index.js';
import type { Item, Outcome } from '../ports/index.js';
import type { ItemFlow } from './flow.js';
import { mapLanes, prefetch } from './map-lanes.js';
import { createStage, frames, type MarbleCases, type MarbleStage, playCase } from './testing/marbles.js';
import { collect, countingSource, numbered } from './testing/probes.js';

/** Takes two frames an item; `x` throws. */
const slowly =
  (stage: MarbleStage) =>
  ({ value }: Item<string>) =>
    TE.fromTask(async () => {
      if (value === 'x') throw new Error('x is too much');
      await stage.sleep(2);
      return value;
    });

const twoLanes = (stage: MarbleStage) => mapLanes(slowly(stage), { operator: 'slowly', lanes: 2, ahead: 0 });

/** Takes as many frames as the letter's place in the alphabet. */
const byLetter =
  (stage: MarbleStage) =>
  ({ value }: Item<string>) =>
    TE.fromTask(async () => {
      await stage.sleep(value.charCodeAt(0) - 96);
      return value;
    });

describe('mapLanes', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a|', expected: '--(a|)', run: '^!' },
    many: { source: 'abcde--|', expected: '--abcde|', run: '^------!' },
    error: { source: 'ab#', expected: '--a(b#)', run: '^-!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '---!', expected: '--ab', run: '^--!' },
    'callback throws': {
      source: 'axb--|',
      expected: '--(ax)',
      values: { x: 'X' },
      unsubscribe: '--!',
      run: '^-!',
    },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(twoLanes, row);
    expect(actual).toEqual(expected);
  });

  it.each([
    ['keeps order by default', true, 'dab|', '----(dab|)'],
    ['gives order up when told', false, 'dab|', '--a-(db|)'],
    ['passes failures in their place', true, 'dAb|', '----(dAb|)'],
    ['passes failures as they come without order', false, 'dAb|', '-A--(db|)'],
  ])('%s', async (_name, ordered, source, expected) => {
    const stage = createStage();
    const flow = mapLanes(byLetter(stage), { operator: 'byLetter', lanes: 3, ordered })(
      stage.items(source).flow,
    );
    expect(await stage.play(flow)).toEqual(frames(expected));
  });

  it('idles no lane behind a slow item as far as `ahead` goes', async () => {
    const played = async (ahead: number) => {
      const stage = createStage();
      const f = ({ value }: Item<string>) =>
        TE.fromTask(() => stage.sleep(value === 'z' ? 4 : 1).then(() => value));
      return stage.play(mapLanes(f, { operator: 'f', lanes: 2, ahead })(stage.items('(zabcd|)').flow));
    };
    expect(await played(0)).toEqual([...frames('----(za)'), ...frames('-----(bc)'), ...frames('------(d|)')]);
    expect(await played(2)).toEqual([...frames('----(zabc)'), ...frames('-----(d|)')]);
  });

  it('tells what failed, where and why', async () => {
    const full = failure('run/cancelled', 'given up');
    const f = ({ value }: Item<number>): TE.TaskEither<readonly [typeof full], number> => {
      if (value === 0) return TE.left([full]);
      if (value === 1) throw new Error('early');
      if (value === 2) return () => Promise.reject(new DiagnosticError([full]));
      return TE.right(value);
    };
    const flow = mapLanes(f, { operator: 'steps[0]/f', lanes: 2 })(countingSource(4, numbered).flow);
    const outcomes = await collect(flow);
    expect(outcomes).toMatchObject([
      { left: { key: { index: 0 }, operator: 'steps[0]/f', diagnostics: [full] } },
      {
        left: {
          key: { index: 1 },
          diagnostics: [{ code: 'run/operator-threw', message: 'steps[0]/f: early' }],
        },
      },
      { left: { key: { index: 2 }, diagnostics: [full] } },
      { right: { key: { index: 3 }, value: 3 } },
    ]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d lanes', (lanes) => {
    expect(() => mapLanes(() => TE.right(0), { operator: 'f', lanes })).toThrow(DiagnosticError);
  });

  it('is no operator of plain Observables, which have no demand', () => {
    const operator = mapLanes(({ value }: Item<number>) => TE.right(`${value}`), { operator: 'f', lanes: 1 });
    expectTypeOf(operator).toBeCallableWith({} as ItemFlow<number>);
    expectTypeOf<Observable<Outcome<number>>>().not.toExtend<Parameters<typeof operator>[0]>();
    expectTypeOf(operator).returns.toEqualTypeOf<ItemFlow<string>>();
    expectTypeOf<ItemFlow<number>>().toExtend<Observable<Outcome<number>>>();
  });
});

type Fate = 'fine' | 'refused' | 'threw' | 'above';

const setAside = (index: number, message: string): Outcome<never> =>
  E.left({
    key: { path: '', index, epoch: 0 },
    operator: 'f',
    diagnostics: [failure('run/operator-threw', message)],
  });

const textOf = (outcome: Outcome<number>): string =>
  E.isRight(outcome)
    ? `${outcome.right.key.index} gives ${outcome.right.value}`
    : `${outcome.left.key.index} ${outcome.left.diagnostics[0].message}`;

/** What must come out for one item that goes in. */
const model = (fate: Fate, index: number): string =>
  ({
    fine: `${index} gives ${2 * index}`,
    refused: `${index} refused`,
    threw: `${index} f: thrown`,
    above: `${index} above`,
  })[fate];

const anyRun = fc.record({
  fates: fc.array(fc.constantFrom<Fate>('fine', 'fine', 'fine', 'refused', 'threw', 'above'), {
    maxLength: 20,
  }),
  lanes: fc.integer({ min: 1, max: 5 }),
  ahead: fc.integer({ min: 0, max: 3 }),
  scheduler: fc.scheduler(),
});

/** A flow whose items meet their fates in an order that the scheduler chooses. */
const start = (
  { fates, lanes, ahead, scheduler }: typeof anyRun extends fc.Arbitrary<infer R> ? R : never,
  ordered: boolean,
) => {
  const source = countingSource(fates.length, (index) =>
    fates[index] === 'above' ? setAside(index, 'above') : numbered(index),
  );
  const signals: AbortSignal[] = [];
  let working = 0;
  let busiest = 0;
  const f = ({ value }: Item<number>, signal: AbortSignal): TE.TaskEither<Diagnostics, number> => {
    if (fates[value] === 'threw') throw new Error('thrown');
    signals.push(signal);
    busiest = Math.max(busiest, ++working);
    return async () => {
      await scheduler.schedule(Promise.resolve(), `work ${value}`);
      working--;
      return fates[value] === 'refused'
        ? E.left([failure('run/operator-threw', 'refused')])
        : E.right(2 * value);
    };
  };
  const flow = mapLanes(f, { operator: 'f', lanes, ahead, ordered })(source.flow);
  return { flow, source, signals, busiest: () => busiest, working: () => working };
};

describe('mapLanes, however its work is interleaved', () => {
  it('in order, is Array.map', () =>
    fc.assert(
      fc.asyncProperty(anyRun, async (chosen) => {
        const { flow, source, busiest } = start(chosen, true);
        const outcomes = await chosen.scheduler.waitFor(collect(flow));
        expect(outcomes.map(textOf)).toEqual(chosen.fates.map(model));
        expect(source.closed()).toBe(1);
        expect(busiest()).toBeLessThanOrEqual(chosen.lanes);
      }),
    ));

  it('without order, is Array.map as a multiset', () =>
    fc.assert(
      fc.asyncProperty(anyRun, async (chosen) => {
        const { flow, source, busiest } = start(chosen, false);
        const outcomes = await chosen.scheduler.waitFor(collect(flow));
        expect(outcomes.map(textOf).sort()).toEqual(chosen.fates.map(model).sort());
        expect(source.closed()).toBe(1);
        expect(busiest()).toBeLessThanOrEqual(chosen.lanes);
      }),
    ));

  it('reads at most lanes + ahead items ahead, with a consumer of any pace', () =>
    fc.assert(
      fc.asyncProperty(anyRun, fc.boolean(), async (chosen, ordered) => {
        const { flow, source } = start(chosen, ordered);
        let delivered = 0;
        const consume = async () => {
          for await (const _outcome of flow) {
            delivered++;
            expect(source.pulled() - delivered).toBeLessThanOrEqual(chosen.lanes + chosen.ahead);
            await chosen.scheduler.schedule(Promise.resolve(), 'consume');
            expect(source.pulled() - delivered).toBeLessThanOrEqual(chosen.lanes + chosen.ahead);
          }
        };
        await chosen.scheduler.waitFor(consume());
        expect(delivered).toBe(chosen.fates.length);
      }),
    ));

  it('closes the source once and aborts its work, wherever it is stopped', () =>
    fc.assert(
      fc.asyncProperty(anyRun, fc.boolean(), fc.nat({ max: 20 }), async (chosen, ordered, wanted) => {
        const { flow, source, signals } = start(chosen, ordered);
        const run = flow.open();
        const taken: Outcome<number>[] = [];
        const consume = async () => {
          while (taken.length < wanted) {
            const result = await run.next();
            if (result.done) return;
            taken.push(result.value);
          }
        };
        await chosen.scheduler.waitFor(consume());
        const pending = run.next();
        await chosen.scheduler.waitFor(run.close());
        const pulled = source.pulled();
        await pending;
        expect((await run.next()).done).toBe(true);
        await chosen.scheduler.waitIdle();
        expect(taken).toHaveLength(Math.min(wanted, chosen.fates.length));
        expect(source.closed()).toBe(source.opened());
        expect(source.pulled()).toBe(pulled);
        expect(signals.every((signal) => signal.aborted)).toBe(true);
      }),
    ));
});

describe('mapLanes, closed', () => {
  it('leaves behind work that ignores the signal, and drops its result', async () => {
    let finish: (value: string) => void = () => undefined;
    const stuck = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const source = countingSource(10, numbered);
    const seen: unknown[] = [];
    const flow = mapLanes(() => TE.fromTask(() => stuck), { operator: 'f', lanes: 2 })(source.flow);
    const run = flow.open();
    const next = run.next().then((result) => seen.push(result));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await run.close();
    await next;
    finish('too late');
    await stuck;
    expect(seen).toEqual([{ done: true, value: undefined }]);
    expect(source.closed()).toBe(1);
  });
});

describe('prefetch', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a--|', expected: 'a--|', run: '^--!' },
    many: { source: 'abCde|', expected: 'abCde|', run: '^----!' },
    error: { source: 'ab#', expected: 'ab#', run: '^-!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '--!', expected: 'abc', run: '^-!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(() => prefetch(2), row);
    expect(actual).toEqual(expected);
  });

  it('fills up while nobody asks, and no further', async () => {
    const source = countingSource(100, numbered);
    const run = prefetch<Outcome<number>>(5)(source.flow).open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.pulled()).toBe(0);
    await run.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.pulled()).toBe(6);
    await run.close();
  });
});
