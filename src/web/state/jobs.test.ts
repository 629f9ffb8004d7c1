import { describe, expect, it } from 'vitest';
import type { Job, JobItem } from '../api/types.js';
import { emptyQueue, queueAfter, shareOf, toCome, toHear } from './jobs.js';

const job = (id: string, created: string, state: Job['state'] = 'working'): Job => ({
  id,
  state,
  edits: [],
  created,
  counts: { total: 10, waiting: 5, working: 1, done: 3, failed: 1, cancelled: 0 },
  bytes: 0,
});
const item = (number: number, state: JobItem['state']): JobItem => ({ number, state, name: `${number}.jpg` });

describe('the queue', () => {
  it('has the newest job first and each once, however it is told', () => {
    const one = job('1', '2025-01-01');
    const two = job('2', '2025-01-02');
    const queue = [one, two, { ...one, state: 'done' as const }].reduce(
      (before, each) => queueAfter(before, { kind: 'job', job: each }),
      emptyQueue,
    );
    expect(queue.jobs.map(({ id, state }) => `${id} ${state}`)).toEqual(['2 working', '1 done']);
    expect(queueAfter(emptyQueue, { kind: 'all', jobs: [one, two] }).jobs[0]).toBe(two);
  });

  it('keeps what failed in order, and forgets it when it is tried again', () => {
    const failed = [3, 1].reduce(
      (queue, number) => queueAfter(queue, { kind: 'item', job: '1', item: item(number, 'failed') }),
      emptyQueue,
    );
    expect(failed.failures['1']?.map(({ number }) => number)).toEqual([1, 3]);
    const again = queueAfter(failed, { kind: 'item', job: '1', item: item(1, 'waiting') });
    expect(again.failures['1']?.map(({ number }) => number)).toEqual([3]);
  });

  it('is heard of the jobs that are worked on, and of the next in line', () => {
    const queue = queueAfter(emptyQueue, {
      kind: 'all',
      jobs: [
        job('1', 'a', 'done'),
        job('2', 'b', 'waiting'),
        job('3', 'c', 'working'),
        job('4', 'd', 'waiting'),
      ],
    });
    expect(toHear(queue, 2)).toEqual(['3', '2']);
  });

  it('counts what is to come in jobs that are open', () => {
    const queue = queueAfter(emptyQueue, {
      kind: 'all',
      jobs: [job('1', 'a'), job('2', 'b', 'cancelled'), job('3', 'c', 'waiting')],
    });
    expect(toCome(queue)).toBe(12);
    expect(shareOf(job('1', 'a'))).toBeCloseTo(0.4);
  });
});
