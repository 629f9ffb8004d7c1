import { relative, sep } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { template as templateType } from '../../operator/params/index.js';
import { fileOf, folderOf, isDistinct } from './destination.js';

const template = (text: string) => {
  const read = templateType.codec.decode(text);
  if (E.isLeft(read)) throw new Error(`${text} is no template`);
  return read.right;
};

const target = (text: string, path: string, extension?: string, index = 0): string => {
  const file = fileOf(template(text), { path, index, epoch: 0 }, extension);
  return E.isRight(file) ? file.right : (file.left[0]?.code ?? '');
};

describe('fileOf', () => {
  it.each([
    ['/out/{path}', 'sub/a.jpg', undefined, '/out/sub/a.jpg'],
    ['/out/{path}', 'sub/a.jpg', 'webp', '/out/sub/a.webp'],
    ['/out/{path}', 'a.JPEG', 'jpg', '/out/a.JPEG'],
    ['/out/{path}', 'a.tiff', 'tif', '/out/a.tiff'],
    ['/out/{path}', 'no-extension', undefined, '/out/no-extension'],
    ['/out/{path}', 'no-extension', 'png', '/out/no-extension.png'],
    ['/out/{path}', 'sub.dir/a', undefined, '/out/sub.dir/a'],
    ['/out/{name}-{index}.{ext}', 'sub/a.b.jpg', undefined, '/out/a.b-7.jpg'],
    ['/out/{{{name}}}.png', 'a.jpg', undefined, '/out/{a}.png'],
    ['/out', 'sub/a.jpg', undefined, '/out/sub/a.jpg'],
    ['/out/one.jpg', 'sub/a.jpg', undefined, '/out/one.jpg'],
  ])('%s of %s as %s is %s', (text, path, extension, expected) => {
    expect(target(text, path, extension, 7)).toBe(expected);
  });

  it('never leaves the folder', () => {
    const segment = fc.oneof(fc.constantFrom('..', '.', 'a', 'b.jpg', ''), fc.string({ maxLength: 6 }));
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/'));
    const text = fc
      .array(fc.constantFrom('{path}', '{name}', '{ext}', '{index}', '/', 'x', '.', '-'), {
        minLength: 1,
        maxLength: 6,
      })
      .map((parts) => `/home/you/out/${parts.join('')}`)
      .filter((written) => E.isRight(templateType.codec.decode(written)));
    fc.assert(
      fc.property(
        text,
        path,
        fc.option(fc.constantFrom('webp', 'jpg'), { nil: undefined }),
        (written, given, extension) => {
          const parts = template(written);
          const file = fileOf(parts, { path: given, index: 3, epoch: 0 }, extension);
          const way = E.isRight(file) ? relative(folderOf(parts), file.right) : 'refused';
          expect(way === '' || way === '..' || way.startsWith(`..${sep}`)).toBe(false);
          expect(folderOf(parts).startsWith('/home/you/out')).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives results of formats that are never written the extension of what they are', () => {
    for (const name of ['a.heic', 'a.HEIF', 'a.hif']) expect(target('/out/{path}', name)).toBe('/out/a.jpg');
    expect(target('/out/{name}-{sourceExt}.{ext}', 'a.HEIC')).toBe('/out/a-HEIC.jpg');
    expect(target('/out/{path}', 'a.heic', 'png')).toBe('/out/a.png');
  });

  it('keeps paths apart', () => {
    const name = fc.stringMatching(/^[a-z]{1,4}(\.[a-z]{1,3})?$/);
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
    fc.assert(
      fc.property(path, path, (one, other) => {
        fc.pre(one !== other);
        expect(target('/out/{path}', one)).not.toBe(target('/out/{path}', other));
      }),
    );
  });
});

describe('isDistinct', () => {
  it('promises only what holds', () => {
    const text = fc.constantFrom(
      '/out',
      '/out/{name}',
      '/out/{index}',
      '/out/{name}.{ext}',
      '/out/a-{path}',
      '/out/{index}{path}',
    );
    const path = fc.constantFrom('a.jpg', 'a.heic', 'b.jpg', 'a.png', 'sub/a.jpg', 'a', 'a.jpeg', '1a.jpg');
    const extension = fc.constantFrom(undefined, 'jpg', 'webp');
    fc.assert(
      fc.property(text, path, path, extension, (written, one, other, ext) => {
        fc.pre(one !== other && isDistinct(template(written)));
        expect(target(written, one, ext, 1)).not.toBe(target(written, other, ext, 11));
      }),
    );
    expect([isDistinct(template('/out/{index}')), isDistinct(template('/out'))]).toEqual([true, false]);
    expect(isDistinct(template('/out/{name}.jpg'))).toBe(false);
  });
});

describe('folderOf', () => {
  it.each([
    ['/out/{path}', '/out'],
    ['/out/sub/pre-{name}.jpg', '/out/sub'],
    ['/out', '/out'],
    ['/out/', '/out'],
    ['/out/one.jpg', '/out'],
    ['/{path}', '/'],
  ])('of %s is %s', (text, folder) => expect(folderOf(template(text))).toBe(folder));
});
