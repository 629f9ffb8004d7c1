import { describe, expect, it } from 'vitest';
import { nextOf, type Priority } from './queue.js';

const task = (priority: Priority, isSuspect = false) => ({ priority, isSuspect });

describe('what is begun next', () => {
  it('is what somebody looks at, then single edits, then those of jobs', () => {
    const waiting = [task('job'), task('edit'), task('preview')];
    expect(nextOf(waiting, [], 2)).toBe(waiting[2]);
    expect(nextOf(waiting.slice(0, 2), [], 2)).toBe(waiting[1]);
    expect(nextOf(waiting.slice(0, 1), [], 2)).toBe(waiting[0]);
    expect(nextOf([], [], 2)).toBeUndefined();
  });

  it('is, of one priority, what came first', () => {
    const waiting = [task('edit'), task('edit')];
    expect(nextOf(waiting, [], 2)).toBe(waiting[0]);
  });

  it('is no more edits than there may be at once, which previews do not count among', () => {
    const edits = [task('edit'), task('job')];
    expect(nextOf([task('edit')], edits, 2)).toBeUndefined();
    const preview = task('preview');
    expect(nextOf([task('edit'), preview], edits, 2)).toBe(preview);
    expect(nextOf([task('edit')], [task('preview'), task('edit')], 2)).toBeDefined();
  });

  it('is no more of a job while a preview waits', () => {
    const busy = [task('preview'), task('preview')];
    expect(nextOf([task('job'), task('preview')], busy, 2)).toBeUndefined();
    expect(nextOf([task('edit'), task('preview')], busy, 2)).toBeDefined();
  });

  it('is, of what a process ended at, one thing alone', () => {
    const suspect = task('job', true);
    expect(nextOf([task('preview'), suspect], [task('edit')], 2)).toBeUndefined();
    expect(nextOf([task('preview'), suspect], [], 2)).toBe(suspect);
    expect(nextOf([task('preview')], [suspect], 2)).toBeUndefined();
  });
});
