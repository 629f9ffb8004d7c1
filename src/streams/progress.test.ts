import fc from 'fast-check';
import { from, lastValueFrom, scan } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failure } from '../diagnostics/index.js';
import { definedOnly } from '../ports/defined.js';
import { notStarted, type Progress, progress } from './progress.js';
import type { RunEvent } from './run.js';

const key = { path: 'a', index: 0, epoch: 0 };
const started = (total?: number): RunEvent => ({
  kind: 'started',
  at: 1000,
  ...definedOnly({ total }),
});
const done = (at: number): RunEvent => ({ kind: 'done', at, key });
const failed = (at: number): RunEvent => ({
  kind: 'failed',
  at,
  failure: { key, operator: 'f', diagnostics: [failure('run/operator-threw', '')] },
});
const finished = (at: number): RunEvent => ({ kind: 'finished', at, end: { kind: 'complete' } });

const progressOf = (...events: readonly RunEvent[]): Progress => events.reduce(progress, notStarted);

describe('progress', () => {
  it('waits, runs and finishes', async () => {
    expect(notStarted.phase).toBe('waiting');
    expect(progressOf(started(3))).toMatchObject({
      phase: 'running',
      done: 0,
      failed: 0,
      total: 3,
      elapsed: 0,
    });
    const events = [started(3), done(1500), failed(2000), done(2500), finished(2600)];
    const last = await lastValueFrom(from(events).pipe(scan(progress, notStarted)));
    expect(last).toMatchObject({ phase: 'finished', done: 2, failed: 1, total: 3, elapsed: 1600 });
    expect(last.eta).toBeUndefined();
  });

  it('knows the rate of a steady pace from the first item on, however quick or slow', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        (count, interval) => {
          const events = Array.from({ length: count }, (_, n) => done(1000 + (n + 1) * interval));
          const { rate, eta } = progressOf(started(count + 10), ...events);
          expect(rate).toBeCloseTo(1000 / interval, 3 - Math.ceil(Math.log10(1000 / interval)));
          expect((eta as number) / (10 * interval)).toBeCloseTo(1, 3);
        },
      ),
    ));

  it('is not misled by items that come in bursts', () => {
    const events = Array.from({ length: 400 }, (_, n) => done(1000 + 400 * Math.ceil((n + 1) / 4)));
    const { rate } = progressOf(started(), ...events);
    expect(rate).toBeGreaterThan(9);
    expect(rate).toBeLessThan(11);
  });

  it('follows a change of pace', () => {
    const slow = Array.from({ length: 100 }, (_, n) => done(1000 + 1000 * (n + 1)));
    const quick = Array.from({ length: 1000 }, (_, n) => done(101_000 + 100 * (n + 1)));
    expect(progressOf(started(), ...slow).rate).toBeCloseTo(1);
    expect(progressOf(started(), ...slow, ...quick).rate).toBeCloseTo(10, 1);
  });

  it('has no ETA without a total, and none before the first item', () => {
    expect(progressOf(started(), done(2000)).eta).toBeUndefined();
    expect(progressOf(started(5)).eta).toBeUndefined();
    expect(progressOf(started(5), done(1000)).rate).toBeUndefined();
  });

  it('counts what fails, and never expects less than nothing', () => {
    expect(progressOf(started(1), done(2000), failed(3000))).toMatchObject({
      done: 1,
      failed: 1,
      eta: 0,
      rate: 1,
    });
  });

  it('forgets the run before when another starts', () => {
    expect(progressOf(started(3), done(2000), started())).toEqual(progressOf(started()));
  });
});
