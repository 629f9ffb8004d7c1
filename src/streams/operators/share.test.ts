import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../flow.js';
import { createStage, frames, type MarbleCases, playCase } from '../testing/marbles.js';
import { collect, countingSource } from '../testing/probes.js';
import { concat } from './concat.js';
import { share } from './share.js';
import { take } from './take.js';

describe('share, with one consumer', () => {
  const cases: MarbleCases = {
    never: { source: '-', unsubscribe: '---!', expected: '-', run: '^--!' },
    empty: { source: '--|', expected: '--|', run: '^-!' },
    one: { source: 'a-|', expected: 'a-|', run: '^-!' },
    many: { source: 'aBcd|', expected: 'aBcd|', run: '^---!' },
    error: { source: 'ab#', expected: 'ab#', run: '^-!' },
    'unsubscribed early': { source: 'abcd|', unsubscribe: '-!', expected: 'ab', run: '^!' },
  };
  it.each(Object.entries(cases))('%s', async (_name, row) => {
    const { actual, expected } = await playCase(() => share(), row);
    expect(actual).toEqual(expected);
  });
});

describe('share, with two consumers', () => {
  it.each([
    ['never', '-', '---!', '--!', '-', '-', ['^--!']],
    ['empty', '--|', '', '', '--|', '--|', ['^-!']],
    ['one', 'a-|', '', '', 'a-|', 'a-|', ['^-!']],
    ['many', 'a-bc|', '', '', 'a-bc|', 'a-bc|', ['^---!']],
    ['error', 'ab#', '', '', 'ab#', 'ab#', ['^-!']],
    ['one leaves early', 'abcd|', '', '-!', 'abcd|', 'ab', ['^---!']],
    ['both leave early', 'abcdef|', '---!', '-!', 'abcd', 'ab', ['^--!']],
  ])('%s', async (_name, diagram, stopOne, stopOther, one, other, runs) => {
    const stage = createStage();
    const source = stage.source(diagram);
    const shared = share<string>()(source.flow);
    const played = await stage.playAll([shared, stopOne], [shared, stopOther]);
    expect(played).toEqual([frames(one), frames(other)]);
    expect(source.runs()).toEqual(runs);
  });
});

/** Reads a flow at a pace that the scheduler chooses, and leaves after so many values. */
const consumer = (scheduler: fc.Scheduler, shared: Flow<number>, wanted: number) => {
  const run = shared.open();
  const taken: number[] = [];
  const read = async (): Promise<void> => {
    while (taken.length < wanted) {
      const result = await run.next();
      if (result.done) break;
      taken.push(result.value);
      await scheduler.schedule(Promise.resolve(), 'consume');
    }
    await run.close();
  };
  return { taken, read };
};

describe('share', () => {
  const consumers = fc.array(fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat({ max: 12 })), {
    minLength: 1,
    maxLength: 4,
  });

  it('gives every consumer all that it wants, and holds the source back for the slowest', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        consumers,
        fc.nat({ max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        async (scheduler, wanted, length, ahead) => {
          let furthest = 0;
          let slowest = () => 0;
          const source = countingSource(length, (n) => {
            furthest = Math.max(furthest, n + 1 - slowest());
            return n;
          });
          const shared = share<number>({ ahead })(source.flow);
          const readers = wanted.map((count) => consumer(scheduler, shared, count));
          const reading = new Set(readers);
          slowest = () => Math.min(...Array.from(reading, (reader) => reader.taken.length));
          const all = readers.map(async (reader) => {
            await reader.read();
            reading.delete(reader);
          });
          await scheduler.waitFor(Promise.all(all));
          readers.forEach((reader, place) => {
            const count = Math.min(length, wanted[place] as number);
            expect(reader.taken).toEqual(Array.from({ length: count }, (_, n) => n));
          });
          // A value on its way to the slowest consumer is not counted by it yet.
          expect(furthest).toBeLessThanOrEqual(ahead + 1);
          expect(source.opened()).toBeLessThanOrEqual(1);
          expect(source.closed()).toBe(source.opened());
        },
      ),
    ));

  it('gives all to a consumer that comes too late to share, in a run of its own', async () => {
    const source = countingSource(5, (n) => n);
    const shared = share<number>({ ahead: 2 })(source.flow);
    expect(await collect(concat(take<number>(3)(shared), shared))).toEqual([0, 1, 2, 0, 1, 2, 3, 4]);
    expect([source.opened(), source.closed()]).toEqual([2, 2]);
  });

  it('gives all to a consumer that opens while a run is under way, or after one was given up', async () => {
    const source = countingSource(4, (n) => n);
    const shared = share<number>()(source.flow);
    const early = shared.open();
    await early.next();
    expect(await collect(shared)).toEqual([0, 1, 2, 3]);
    expect(await early.next()).toMatchObject({ value: 1 });
    await early.close();
    await shared.open().close();
    expect(await collect(shared)).toEqual([0, 1, 2, 3]);
    expect(source.closed()).toBe(source.opened());
  });

  it('wakes a consumer that waits when the slowest leaves', async () => {
    const shared = share<number>({ ahead: 1 })(countingSource(3, (n) => n).flow);
    const [quick, slow] = [shared.open(), shared.open()];
    expect(await quick.next()).toMatchObject({ value: 0 });
    const waiting = quick.next();
    await new Promise((resolve) => setImmediate(resolve));
    await slow.close();
    expect(await waiting).toMatchObject({ value: 1 });
    await quick.close();
  });

  it('refuses to share without reading ahead', () => {
    expect(() => share({ ahead: 0 })).toThrow('ahead is 0');
  });
});
