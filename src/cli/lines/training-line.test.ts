import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrainedStep } from '../../execution/run.js';
import { notStarted, progress } from '../../streams/index.js';
import type { Paints } from '../terminal.js';
import { milestone, trained, trainingLine } from './training-line.js';

const plain = (text: string): string => text;
const paint: Paints = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

const step = (n: number, more: Partial<TrainedStep> = {}): TrainedStep => ({
  step: n,
  total: 400,
  phase: 'train',
  cycle: 1,
  images: 4 * n,
  rate: 5e-4,
  metrics: { generator: 1, pixel: 0.08 },
  marks: [],
  ...more,
});

/** The pace of a run that takes half a second a step. */
const pace = (steps: number) =>
  Array.from({ length: steps }, (_, i) => i + 1).reduce(
    (state, n) => progress(state, { kind: 'done', at: 500 * n, key: { path: '', index: n, epoch: 0 } }),
    progress(notStarted, { kind: 'started', at: 0 }),
  );

describe('trainingLine', () => {
  it('shows step, time left, metrics, rate and speed', () => {
    const state = trained(trained(undefined, step(99)), step(100));
    expect(trainingLine(state, pace(10), 120, paint)).toBe(
      '███████░░░░░░░░░░░░░░░░░░░░░░░  100/400  2:30 left  cycle 2  rate 5e-4  8 images/s  generator 1  pixel 0.08',
    );
  });

  it('takes the pace of a training that was taken up from what it does now', () => {
    const state = trained(trained(undefined, step(200)), step(201));
    expect(trainingLine(state, pace(2), 60, paint)).toContain('201/400  1:40 left');
  });

  it('counts what steps of the other kinds take, and takes their pace from them when they come', () => {
    const initial = { phase: 'pretrain', paceUntil: 100, stepsLeft: 650 } as const;
    const first = trained(trained(undefined, step(49, initial), 0), step(50, initial), 500);
    expect(trainingLine(first, pace(10), 90, paint)).toContain('50/400  5:25 left  initial');
    const later = { paceUntil: 400 };
    const next = trained(trained(first, step(100, initial), 25_000), step(101, later), 30_000);
    expect(trainingLine(next, pace(99), 90, paint)).toContain('101/400  cycle 2  rate');
    const after = trained(next, step(102, later), 32_000);
    expect(trainingLine(after, pace(99), 90, paint)).toContain(
      '102/400  9:56 left  cycle 2  rate 5e-4  2 images/s',
    );
  });

  it('fits into any terminal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 12, max: 200 }), (n, width) => {
        expect(trainingLine(trained(undefined, step(n)), pace(3), width, paint).length).toBeLessThan(width);
      }),
    );
  });
});

describe('trained', () => {
  it('evens metrics out, and begins anew with another task', () => {
    const before = trained(undefined, step(1, { metrics: { pixel: 1 }, phase: 'pretrain' }));
    const after = trained(before, step(2, { metrics: { pixel: 2 }, phase: 'pretrain' }));
    expect(after.metrics.pixel).toBeCloseTo(1.1);
    expect(trained(after, step(3, { metrics: { pixel: 5 } })).metrics.pixel).toBe(5);
  });

  it('knows how many examples a step has', () => {
    expect(trained(undefined, step(5)).batch).toBe(4);
    expect(trained(trained(undefined, step(5)), step(6, { images: 22 })).batch).toBe(2);
  });
});

describe('milestone', () => {
  it('says that a loss grows, and what to change', () => {
    expect(milestone(trained(undefined, step(7, { marks: ['growing'] })))).toContain('lower `rate`');
  });

  it('says what happened', () => {
    const state = trained(undefined, step(7, { marks: ['restart', 'end'] }));
    expect(milestone(state)).toBe('step 7/400: end of a cycle, end of the training  generator 1  pixel 0.08');
  });
});
