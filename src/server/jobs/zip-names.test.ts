import { describe, expect, it } from 'vitest';
import { entryNames } from './zip-names.js';

describe('the names of an archive', () => {
  it('are each there once, whatever the case of their letters', () => {
    const nameFor = entryNames();
    expect(
      ['a.png', 'A.jpg', 'a', 'a (2).jpg', 'dir/a.tif', '../..', 'con.jpg', 'failures.txt'].map((name) =>
        nameFor(name, 'jpg'),
      ),
    ).toEqual([
      'a.jpg',
      'A (2).jpg',
      'a (3).jpg',
      'a (2) (2).jpg',
      'a (4).jpg',
      'photo.jpg',
      '_con.jpg',
      'failures.jpg',
    ]);
    expect(nameFor('failures', 'txt')).toBe('failures.txt');
  });

  it('take no longer for many of one name', () => {
    const nameFor = entryNames();
    const names = Array.from({ length: 20_000 }, () => nameFor('a.jpg', 'jpg'));
    expect(new Set(names).size).toBe(20_000);
  });
});
