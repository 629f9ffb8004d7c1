import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachment, joined, named, safeName } from './names.js';

describe('names of uploads', () => {
  it.each([
    ['lake.jpg', 'lake.jpg'],
    ['Größe 東京.jpg', 'Größe 東京.jpg'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['C:\\photos\\a.jpg', 'a.jpg'],
    ['a\0b.jpg', 'ab.jpg'],
    ['..', 'photo'],
    ['', 'photo'],
    ['.htaccess', 'htaccess'],
    ['a.jpg. . ', 'a.jpg'],
    ['con', '_con'],
    ['NUL.jpg', '_NUL.jpg'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['a<b>:"|?*.png', 'ab.png'],
  ])('%j become %j', (given, name) => {
    expect(safeName(given)).toBe(name);
  });

  it.each([
    ['é', '.jpeg', 2],
    ['東', '.jpg', 3],
    ['😀', '.tiff', 4],
    ['a', '.png', 1],
  ])('of %s are 255 bytes long, and keep their extension', (character, extension, bytes) => {
    const name = safeName(`${character.repeat(5000)}${extension}`);
    const most = 255 - extension.length;
    expect(name).toBe(`${character.repeat(Math.floor(most / bytes))}${extension}`);
  });

  it('are 255 bytes at most whatever they were, with the extension that they had, and whole characters', () => {
    const parts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 150 }),
      fc.string({ unit: 'grapheme', maxLength: 150 }),
      fc.constantFrom('.', ' ', '😀', '東', 'con', '\ud800', '/').map((part) => part.repeat(90)),
    );
    fc.assert(
      fc.property(
        fc.array(parts, { maxLength: 4 }),
        fc.constantFrom('', '.jpg', '.tiff', '.JPEG'),
        (some, extension) => {
          const given = `${some.join('')}${extension}`;
          const name = safeName(given);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          expect(Buffer.from(name).toString()).toBe(name);
          expect(safeName(name)).toBe(name);
          if (extension !== '' && safeName(some.join('')) !== 'photo')
            expect(name.endsWith(extension)).toBe(true);
          for (const longer of [named(name, 'jpeg'), joined(name, ' (12345).jpg')]) {
            expect(Buffer.byteLength(longer)).toBeLessThanOrEqual(255);
            expect(Buffer.from(longer).toString()).toBe(longer);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lead nowhere and say nothing to a terminal, whatever they were', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (given) => {
        const name = safeName(given);
        expect(name).not.toMatch(/[/\\\p{Cc}]|^\.|^ |[ .]$/u);
        expect(name.length).toBeGreaterThan(0);
        expect(attachment(name)).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  });

  it('stand in headers in ASCII, and as they are', () => {
    expect(attachment('Größe "1".jpg')).toBe(
      'attachment; filename="Gro_sse _1_.jpg"; filename*=UTF-8\'\'Gr%C3%B6%C3%9Fe%20%221%22.jpg'.replace(
        'Gro_sse',
        'Gro__e',
      ),
    );
    expect(named('lake.jpg', 'png')).toBe('lake.png');
    expect(named('lake', 'png')).toBe('lake.png');
  });
});
