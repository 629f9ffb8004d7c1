import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { patterns } from '../operator/params/patterns.js';
import { withoutBraces } from './braces.js';
import { depthOf, matcherOf } from './glob.js';
import { faultOf } from './pattern.js';

const fits = (pattern: string, path: string): boolean => matcherOf([pattern])(path);

describe('a pattern', () => {
  it.each([
    ['*.jpg', 'a.jpg A.JPG é🌄.jpg', 'sub/a.jpg .a.jpg a.png'],
    ['**/*.jpg', 'a.jpg sub/a.jpg a/b/c/d.jpg', '.a/b.jpg a/.b.jpg a.jpg/b'],
    ['**', 'a a/b', '.a a/.b'],
    ['a/**', 'a/b a/b/c', 'b/a'],
    ['a/**/b', 'a/b a/x/b a/x/y/b', 'a/x/c b/a/b'],
    ['**/a/*/b/**', 'a/x/b/c q/a/a/x/b/y/z a/a/b/b/b', 'a/b/c'],
    ['img_[0-9]?.jpg', 'img_12.jpg IMG_1x.JPG img_1🌄.jpg', 'img_x1.jpg img_1.jpg'],
    ['[!a-c]*', 'd é', 'a b c'],
    ['[^A]*', 'b', 'a'],
    ['[]x]', '] x', 'a'],
    ['a[b', 'a[b', 'ab'],
    ['photo (1).jpg', 'photo\u00a0(1).jpg'.replace('\u00a0', ' '), 'photo1.jpg'],
    ['a+b$c^d.jpg', 'a+b$c^d.jpg', 'aab$c^d.jpg'],
    ['{a,b{c,d},}x', 'ax bcx bdx x', 'bx'],
    ['{1..12}.jpg', '1.jpg 9.jpg 10.jpg 12.jpg', '0.jpg 13.jpg 112.jpg'],
    ['{08..10}.jpg', '08.jpg 09.jpg 10.jpg', '8.jpg'],
    ['{c..a}', 'a b c', 'd'],
    ['{a}', '{a}', 'a'],
    ['[0-9]{a,b}(1){x,}', '1a(1)x 2b(1)', '1(1)x'],
    ['[{]a[}]', '{a}', 'a'],
    ['{x/y,z/**}/a', 'x/y/a z/a z/q/a', 'x/a'],
    ['\nstart', '\nstart', 'start'],
  ])('%s', (pattern, those, others) => {
    expect(faultOf(pattern)).toBeUndefined();
    const split = (text: string) => (pattern.includes(' ') ? [text] : text.split(' '));
    for (const path of split(those)) expect([path, fits(pattern, path)]).toEqual([path, true]);
    for (const path of split(others)) expect([path, fits(pattern, path)]).toEqual([path, false]);
  });

  it('behind `!` takes away', () => {
    const matches = matcherOf(['**/*.jpg', '!drafts/**', 'b.png']);
    expect(['a.jpg', 'drafts/a.jpg', 'b.png', 'c.png'].map(matches)).toEqual([true, false, true, false]);
    expect(['a.jpg', 'b.png'].map(matcherOf(['!*.png']))).toEqual([true, false]);
  });

  it('matches what picomatch does, where both know it', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?', 'ab', '[ab]', '{a,b}', '{a,*b}');
    const part = fc.oneof(
      fc.constant('**'),
      fc.array(piece, { minLength: 1, maxLength: 4 }).map((all) => all.join('')),
    );
    // Whether `a/**` takes in `a` itself, picomatch decides in more than one way.
    const pattern = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => [...parts, '*'].join('/'));
    const name = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
      .map((all) => all.join(''));
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(pattern, path, (wanted, given) => {
        fc.pre(faultOf(wanted) === undefined && !/[*]{3}|[^/]\*\*|\*\*[^/]/.test(wanted));
        expect(fits(wanted, given)).toBe(picomatch(wanted, { nocase: true })(given));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a hostile pattern', () => {
  it.each([
    '(a+)+b',
    '(a|aa)+b',
    '[a]+[a]+[a]+[a]+[a]+[a]+[a]+[a]+[a]+[a]+b',
    '**/(?:a+)+b',
    '*a*a*a*a*b',
    '**/**/**/**/**/b',
    '{'.repeat(200),
    '{a,'.repeat(60),
    `${'{a,'.repeat(60)}${'}'.repeat(60)}`,
    '{a,b}'.repeat(50),
    '{1..999999999}',
    '{-9999999999999999999..1}{a..z}{a..z}',
    '{,}{,}{,}{,}{,}{,}{,}{,}{,}',
    'a}',
  ])('%s is refused', (pattern) => expect(faultOf(pattern)).toBeDefined());

  it('ends at once on any name', () => {
    const piece = fc.constantFrom(
      'a',
      '*',
      '?',
      '[a]',
      '[!b]',
      '**',
      '/',
      '(',
      ')',
      '+',
      '{a,aa}',
      '{',
      ',',
      '}',
      '[',
      ']',
      '!',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
        (pattern) => {
          const began = performance.now();
          if (faultOf(pattern) === undefined) {
            const matches = matcherOf([pattern]);
            for (const path of ['a'.repeat(255), `${'a/'.repeat(120)}a`, `${'a'.repeat(254)}c`])
              matches(path);
          }
          expect(performance.now() - began).toBeLessThan(1000);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('of the slowest kind takes no more than the product of both lengths', () => {
    const pattern = `**/*${'a'.repeat(120)}b/**/*${'a'.repeat(120)}b`;
    expect(faultOf(pattern)).toBeUndefined();
    expect(fits(pattern, Array.from({ length: 15 }, () => 'a'.repeat(255)).join('/'))).toBe(false);
  });
});

describe('a list of patterns', () => {
  const complaint = (written: unknown): boolean => E.isLeft(patterns.codec.decode(written));

  it('may name thousands of files, and is refused when it has thousands of patterns to try', () => {
    const names = Array.from({ length: 5000 }, (_, i) => `photo-${i}.jpg`);
    expect(complaint(names)).toBe(false);
    const matches = matcherOf(names);
    expect([matches('photo-4999.jpg'), matches('PHOTO-7.jpg'), matches('photo-5000.jpg')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(complaint(names.map((name) => `*${name}`))).toBe(true);
    expect(complaint(Array.from({ length: 9 }, () => '*{1..64}'))).toBe(true);
    expect(complaint(Array.from({ length: 20_000 }, (_, i) => `${i}`))).toBe(true);
  });

  it('says how deep to look', () => {
    expect(depthOf(['*.jpg', 'a/{b/c,d}/*'])).toBe(3);
    expect(depthOf(['*.jpg', '!a/b/c/d'])).toBe(0);
    expect([depthOf(['**/*.jpg', '*']), depthOf(['!a'])]).toEqual([undefined, undefined]);
  });
});

it('braces stand for what is in them', () => {
  expect(withoutBraces('a{b,{c,d}e}{1..3}')).toEqual(
    E.right(['ab1', 'ab2', 'ab3', 'ace1', 'ace2', 'ace3', 'ade1', 'ade2', 'ade3']),
  );
  expect(withoutBraces('{-2..1}')).toEqual(E.right(['-2', '-1', '0', '1']));
});
