import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hidingPaths, nothingHidden } from './hide.js';

const hide = hidingPaths(['/srv/my photos', '/var/lib/prismflow', '/srv/my photos/state', '/']);

describe('what others than administrators are told', () => {
  it.each([
    ['There is no /srv/my photos/2024/a b.jpg.', 'There is no 2024/a b.jpg.'],
    [
      "ENOENT: no such file or directory, open '/var/lib/prismflow/incoming/x'",
      "ENOENT: no such file or directory, open 'incoming/x'",
    ],
    ['The state in /var/lib/prismflow cannot be written.', 'The state in … cannot be written.'],
    ['It is in /srv/my photos/state/store/data.mdb', 'It is in store/data.mdb'],
    ['/usr/lib/node/sharp.node: cannot open', 'sharp.node: cannot open'],
    ['(/opt/a/b.js:3:4)', '(b.js:3:4)'],
    ['C:\\Users\\me\\a.jpg is broken.', 'a.jpg is broken.'],
    ['See /openapi.json, or GET /v1/jobs/x.', 'See /openapi.json, or GET /v1/jobs/x.'],
    ['https://example.org/a/b.jpg answered', 'https://example.org/a/b.jpg answered'],
    ['image/jpeg, 24/7 and photos/lake.jpg', 'image/jpeg, 24/7 and photos/lake.jpg'],
  ])('of %j is %j', (text, told) => {
    expect(hide(text)).toBe(told);
    expect(nothingHidden(text)).toBe(text);
  });

  it('holds none of the folders, whatever stands around them', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom('/srv/my photos', '/var/lib/prismflow'),
        (a, b, folder) => {
          expect(hide(`${a}${folder}${b}`)).not.toContain(folder);
        },
      ),
    );
  });
});
