import { describe, expect, it } from 'vitest';
import type { Look } from './settle.js';
import { createSightings } from './sightings.js';

const look = (size: number): Look => ({ size, modified: 1000, changed: 2000, inode: 7 });

const pathsOf = (sightings: ReturnType<typeof createSightings>): readonly string[] =>
  [...sightings.pending()].map(([path]) => path);

describe('sightings', () => {
  it('hold what was seen and not taken, what changed last coming last', () => {
    const sightings = createSightings(false);
    sightings.see('a', look(1), 10);
    sightings.see('b', look(1), 20);
    sightings.see('c', look(1), 30);
    expect([...sightings.pending()]).toEqual([
      ['a', { look: look(1), since: 10, isDoubtful: false }],
      ['b', { look: look(1), since: 20, isDoubtful: false }],
      ['c', { look: look(1), since: 30, isDoubtful: false }],
    ]);
    // What is as it was keeps its place and its time.
    sightings.see('a', look(1), 40);
    expect(pathsOf(sightings)).toEqual(['a', 'b', 'c']);
    expect(sightings.find('a')?.since).toBe(10);
    sightings.see('a', look(2), 50);
    expect(pathsOf(sightings)).toEqual(['b', 'c', 'a']);
    expect(sightings.find('a')).toEqual({ look: look(2), since: 50, isDoubtful: false });
    sightings.see('b', undefined, 60);
    expect(pathsOf(sightings)).toEqual(['c', 'a']);
    expect(sightings.find('b')).toBeUndefined();
  });

  it('believe the times of files where the clock is shared', () => {
    const sightings = createSightings(true);
    sightings.see('a', look(1), 5000);
    expect(sightings.find('a')?.since).toBe(2000);
  });

  it('do not hold what was taken, unless it changes', () => {
    const sightings = createSightings(false);
    sightings.see('a', look(1), 10);
    sightings.take('a');
    expect(pathsOf(sightings)).toEqual([]);
    sightings.see('a', look(1), 20);
    expect(pathsOf(sightings)).toEqual([]);
    sightings.see('a', look(2), 30);
    expect(pathsOf(sightings)).toEqual(['a']);
    // Back to what was taken: nothing is new about it.
    sightings.see('a', look(1), 40);
    expect(pathsOf(sightings)).toEqual([]);
    sightings.see('a', look(2), 50);
    sightings.take('a');
    sightings.see('a', look(1), 60);
    expect(pathsOf(sightings)).toEqual(['a']);
    // What went and came back is new.
    sightings.take('a');
    sightings.see('a', undefined, 70);
    sightings.see('a', look(1), 80);
    expect(pathsOf(sightings)).toEqual(['a']);
  });

  it('know what was doubted, until it changes', () => {
    const sightings = createSightings(false);
    sightings.see('a', look(1), 10);
    sightings.markUnstable('a');
    expect(sightings.find('a')).toEqual({ look: look(1), since: 10, isDoubtful: true });
    sightings.see('a', look(1), 20);
    expect(sightings.find('a')?.isDoubtful).toBe(true);
    sightings.see('a', look(2), 30);
    expect(sightings.find('a')?.isDoubtful).toBe(false);
  });

  it('take and doubt nothing that is not there', () => {
    const sightings = createSightings(false);
    sightings.markUnstable('a');
    sightings.take('a');
    expect(pathsOf(sightings)).toEqual([]);
    sightings.see('a', look(1), 10);
    expect(pathsOf(sightings)).toEqual(['a']);
  });

  it('forget what a sweep did not see, and nothing else', () => {
    const sightings = createSightings(false);
    for (const path of ['waits', 'gone', 'taken', 'taken and gone']) sightings.see(path, look(1), 10);
    for (const path of ['taken', 'taken and gone']) sightings.take(path);
    const forgetOthers = sightings.sweep();
    sightings.see('waits', look(1), 20);
    sightings.see('taken', look(1), 20);
    sightings.see('new', look(1), 20);
    forgetOthers();
    expect(pathsOf(sightings)).toEqual(['waits', 'new']);
    sightings.see('taken', look(1), 30);
    expect(pathsOf(sightings)).toEqual(['waits', 'new']);
    sightings.see('taken and gone', look(1), 30);
    expect(pathsOf(sightings)).toEqual(['waits', 'new', 'taken and gone']);
  });

  it('still know, after a sweep, what a file was taken as that is changing', () => {
    const sightings = createSightings(false);
    sightings.see('a', look(1), 10);
    sightings.take('a');
    sightings.see('a', look(2), 20);
    const forgetOthers = sightings.sweep();
    sightings.see('a', look(2), 30);
    forgetOthers();
    sightings.see('a', look(1), 40);
    expect(pathsOf(sightings)).toEqual([]);
  });

  it('go through more sweeps than are told apart', () => {
    const sightings = createSightings(false);
    sightings.see('a', look(1), 10);
    sightings.take('a');
    for (let i = 0; i < 4100; i++) {
      const forgetOthers = sightings.sweep();
      sightings.see('a', look(1), 20 + i);
      forgetOthers();
      expect(pathsOf(sightings)).toEqual([]);
    }
  });
});
