import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definedOnly } from '../../ports/defined.js';
import { notStarted, type Progress, progress, type RunEvent } from '../../streams/index.js';
import type { Paints } from '../terminal.js';
import { clock, duration, progressLine } from './progress-line.js';

const plain = (text: string): string => text;
const paint: Paints = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

const key = { path: 'a.jpg', index: 0, epoch: 0 };

/** The progress after some items at a steady pace. */
const runAfter = (done: number, failed: number, total: number | undefined, msEach: number): Progress => {
  const events: RunEvent[] = [{ kind: 'started', at: 0, ...definedOnly({ total }) }];
  for (let i = 1; i <= done + failed; i++)
    events.push(
      i <= failed
        ? {
            kind: 'failed',
            at: i * msEach,
            failure: {
              key,
              operator: 'x',
              diagnostics: [{ code: 'value/invalid', severity: 'error', message: '' }],
            },
          }
        : { kind: 'done', at: i * msEach, key },
    );
  return events.reduce(progress, notStarted);
};

describe('progressLine', () => {
  it('shows counts, rate and time left', () => {
    expect(progressLine(runAfter(30, 2, 64, 500), 3, 80, paint)).toBe(
      '███████████████░░░░░░░░░░░░░░░  32/64  2 failed  3 skipped  2.0/s  0:16 left',
    );
  });

  it('does without a total, and before the first item', () => {
    expect(progressLine(runAfter(7, 0, undefined, 2000), 0, 80, paint)).toBe('7  2.0 s each');
    expect(progressLine(notStarted, 0, 80, paint)).toBe('0');
  });

  it('fits into any terminal', () => {
    fc.assert(
      fc.property(
        fc.nat(300),
        fc.nat(300),
        fc.option(fc.nat(1000), { nil: undefined }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 8, max: 200 }),
        (done, failed, total, pace, width) => {
          const line = progressLine(runAfter(done, failed, total, pace), 5, width, paint);
          expect(line.length).toBeLessThan(width);
          expect(line).toContain(String(done + failed));
        },
      ),
    );
  });
});

describe('times', () => {
  it('read like a clock', () => {
    expect([0, 59_499, 60_000, 3_599_000, 3_600_000, 86_399_000].map(clock)).toEqual([
      '0:00',
      '0:59',
      '1:00',
      '59:59',
      '1:00:00',
      '23:59:59',
    ]);
    expect([3, 999, 1000, 59_949, 61_000].map(duration)).toEqual([
      '3 ms',
      '999 ms',
      '1.0 s',
      '59.9 s',
      '1:01',
    ]);
  });
});
