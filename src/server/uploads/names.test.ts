import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachment, named, safeName } from './names.js';

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

  it('are short, and keep their extension', () => {
    const name = safeName(`${'é'.repeat(5000)}.jpeg`);
    expect([...name]).toHaveLength(120);
    expect(name.endsWith('.jpeg')).toBe(true);
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
