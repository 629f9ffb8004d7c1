import { describe, expect, it } from 'vitest';
import type { Samples, Training, TrainingLine } from '../api/training-types.js';
import {
  cutOf,
  figuresAfter,
  marksOf,
  noFigures,
  pointsOf,
  RATE,
  rangeOf,
  shareDone,
  shownStep,
  trainingsAfter,
} from './trainings.js';

const line = (step: number, more: Partial<TrainingLine> = {}): TrainingLine => ({
  step,
  phase: 'train',
  cycle: 0,
  rate: 0.1,
  seconds: 1,
  metrics: { pixel: 1 / step },
  marks: [],
  ...more,
});
const lines = (from: number, to: number): readonly TrainingLine[] =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i));
const stepsOf = (all: readonly TrainingLine[]): readonly number[] => all.map(({ step }) => step);

describe('figures of a training', () => {
  it('are added as they come, each step once', () => {
    const first = figuresAfter(noFigures, { isAnew: true, lines: lines(1, 3) });
    const second = figuresAfter(first, { isAnew: false, lines: lines(4, 5) });
    expect(stepsOf(second.lines)).toEqual([1, 2, 3, 4, 5]);
    // A connection that came back tells some steps again.
    const again = figuresAfter(second, { isAnew: false, lines: [line(4, { rate: 0.2 }), line(5), line(6)] });
    expect(stepsOf(again.lines)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(again.lines[3]?.rate).toBe(0.2);
    expect(figuresAfter(again, { isAnew: false, lines: [] })).toEqual(again);
  });

  it('begin anew when the training went back to a checkpoint', () => {
    const before = figuresAfter(noFigures, { isAnew: true, lines: lines(1, 9) });
    expect(stepsOf(figuresAfter(before, { isAnew: true, lines: lines(1, 4) }).lines)).toEqual([1, 2, 3, 4]);
    expect(figuresAfter(before, { isAnew: true, lines: [] }).lines).toEqual([]);
  });
});

describe('a curve', () => {
  it('has a trend that follows its values, and gaps where there are none', () => {
    const { steps, values, trend } = pointsOf(
      [line(1), line(2, { metrics: { pixel: null } }), line(3)],
      'pixel',
    );
    expect([steps, values]).toEqual([
      [1, 2, 3],
      [1, null, 1 / 3],
    ]);
    expect([trend[0], trend[1]]).toEqual([1, null]);
    expect(trend[2]).toBeGreaterThan(1 / 3);
    expect(trend[2]).toBeLessThan(1);
    expect(pointsOf([line(1)], 'none').values).toEqual([null]);
  });

  it('of the learning rate is as it is', () => {
    const all = [line(1, { rate: 1 }), line(2, { rate: 0 })];
    expect(pointsOf(all, RATE)).toEqual({ steps: [1, 2], values: [1, 0], trend: [1, 0] });
  });

  it('is not flattened by a leap, and is never below zero for nothing', () => {
    const values = [...Array.from({ length: 200 }, (_, i) => 1 + i / 200), 1000];
    const [least, most] = rangeOf(values);
    expect(least).toBeLessThan(1);
    expect(least).toBeGreaterThanOrEqual(0);
    expect(most).toBeGreaterThan(1.9);
    expect(most).toBeLessThan(3);
    expect(rangeOf([-1, null, 1])[0]).toBeLessThan(-1);
    for (const each of [[], [null], [0], [5, 5]]) {
      const [low, high] = rangeOf(each);
      expect(high).toBeGreaterThan(low);
    }
  });

  it('is marked where a cycle ended', () => {
    expect(marksOf([line(1), line(2, { marks: ['restart'] }), line(3)], 'restart')).toEqual([2]);
  });
});

describe('samples', () => {
  const samples: Samples = {
    steps: [1, 10, 20],
    columns: ['input', 'output', 'target'],
    rows: 2,
    cell: { width: 100, height: 50 },
    gap: 4,
  };

  it('are cut out of their grid by shares of one picture', () => {
    expect(cutOf(samples, 0, 'input')).toEqual({ width: 3.08, left: 0, top: 0 });
    expect(cutOf(samples, 1, 'output')).toEqual({ width: 3.08, left: 1.04, top: 54 / 50 });
    expect(cutOf(samples, 0, 'none')).toBeUndefined();
    expect(cutOf({ steps: [1] }, 0, 'input')).toBeUndefined();
    expect(cutOf({ ...samples, cell: { width: 0, height: 0 } }, 0, 'input')).toBeUndefined();
  });

  it('are the newest, until others are chosen that are there', () => {
    expect(shownStep(samples, undefined)).toBe(20);
    expect(shownStep(samples, 10)).toBe(10);
    expect(shownStep(samples, 15)).toBe(20);
    expect(shownStep({ steps: [] }, 10)).toBeUndefined();
  });
});

describe('the list of trainings', () => {
  const training = (id: string, step?: number): Training => ({
    id,
    name: id,
    state: 'running',
    isOwn: true,
    ...(step === undefined ? {} : { step, total: 10 }),
    canResume: false,
    canUse: false,
    snapshots: [],
    samples: { steps: [] },
    changed: '',
  });

  it('has each as it is now, a new one first', () => {
    const list = [training('a'), training('b')];
    expect(trainingsAfter(list, training('b', 3)).map(({ id, step }) => [id, step])).toEqual([
      ['a', undefined],
      ['b', 3],
    ]);
    expect(trainingsAfter(list, training('c')).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });

  it('says how much is done', () => {
    expect([training('a'), training('a', 5), training('a', 12)].map(shareDone)).toEqual([0, 0.5, 1]);
  });
});
