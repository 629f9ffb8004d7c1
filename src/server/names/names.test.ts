import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryNames } from '../jobs/zip-names.js';
import { attachment } from './disposition.js';
import { safeName } from './safe-name.js';

describe('a safe name', () => {
  it.each([
    ['lake.jpg', 'lake.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['..', 'photo'],
    ['', 'photo'],
    ['.bashrc', 'bashrc'],
    ['a\0b\n.jpg', 'a_b_.jpg'],
    ['con.jpg', '_con.jpg'],
    ['LPT1', '_LPT1'],
    ['a:b?.jpg', 'a_b_.jpg'],
    ['gpj.\u202eexe', 'gpj._exe'],
    ['e\u0301te\u0301.jpg', '\u00e9t\u00e9.jpg'],
    ['x. . .', 'x'],
  ])('of %j is %j', (name, safe) => expect(safeName(name)).toBe(safe));

  it('leads nowhere, whatever it is made of', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom('.', '/', '\\', ' ', 'a', '\ud800', '\0') }),
        ),
        (name) => {
          const safe = safeName(name);
          expect(safe).not.toMatch(/[/\\\0]/);
          expect(safe).not.toMatch(/^\.|[. ]$/);
          expect(Buffer.byteLength(safe)).toBeLessThan(200);
          expect(safe.length).toBeGreaterThan(0);
          expect(safeName(safe)).toBe(safe);
          expect(attachment(name)).toMatch(/^attachment; filename="[ -~]+"(?:; filename\*=UTF-8''[!-~]+)?$/);
        },
      ),
    );
  });
});

describe('the names of an archive', () => {
  it('are each there once, whatever the case of their letters', () => {
    const nameFor = entryNames();
    expect(
      ['a.png', 'A.jpg', 'a', 'a (2).jpg', 'dir/a.tif', 'failures.txt'].map((name) => nameFor(name, 'jpg')),
    ).toEqual(['a.jpg', 'A (2).jpg', 'a (3).jpg', 'a (2) (2).jpg', 'a (4).jpg', 'failures.jpg']);
    expect(nameFor('failures', 'txt')).toBe('failures.txt');
  });
});

describe('a header for saving', () => {
  it('keeps the name in all its letters', () =>
    expect(attachment('Été "1".jpg')).toBe(
      `attachment; filename="_t_ _1_.jpg"; filename*=UTF-8''%C3%89t%C3%A9%20_1_.jpg`,
    ));
});
