import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultOf } from '../../disk/pattern.js';
import type { OpContext } from '../../operator/behaviour.js';
import { randomFor } from '../../operator/random.js';
import type { FileRef, Item } from '../../ports/index.js';
import { testContext } from '../testing/run.js';
import { files } from './index.js';
import { listFiles } from './list.js';
import { bound } from './split.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-files-'));
const names = [
  'b.jpg',
  'a.JPG',
  'notes.txt',
  'sub/c.png',
  'sub/deep/d.tiff',
  '.hidden.jpg',
  '.cache/e.jpg',
  'é 🌄.webp',
];

beforeAll(() => {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
  symlinkSync(folder, join(folder, 'sub', 'loop'));
  symlinkSync(join(folder, 'b.jpg'), join(folder, 'sub', 'link.jpg'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const context = (seed: number): OpContext => ({
  ...testContext({ seed }),
  path: 'steps[0]/files',
  random: (key) => randomFor(seed, 'steps[0]/files', key),
});

/** The first items that the source gives. */
const taken = async (written: unknown, count: number, seed = 0): Promise<readonly Item<FileRef>[]> => {
  const params = files.operator.params.codec.decode(written);
  const { behaviour } = files.operator;
  if (E.isLeft(params) || behaviour.kind !== 'source') throw new Error('no such source');
  const items: Item<FileRef>[] = [];
  for await (const outcome of behaviour.source(params.right, context(seed))) {
    if (E.isRight(outcome)) items.push(outcome.right as Item<FileRef>);
    if (items.length === count) break;
  }
  return items;
};

const paths = (items: readonly Item<FileRef>[]): readonly string[] => items.map(({ key }) => key.path);

describe('files', () => {
  it('gives pictures in the order of their paths, without hidden files and links', async () => {
    const items = await taken({ in: folder }, 99);
    expect(paths(items)).toEqual(['a.JPG', 'b.jpg', 'sub/c.png', 'sub/deep/d.tiff', 'é 🌄.webp']);
    expect(items.map(({ key }) => key.index)).toEqual([0, 1, 2, 3, 4]);
    expect(items[2]?.value.path).toBe(join(folder, 'sub/c.png'));
  });

  it('takes patterns, one or several', async () => {
    expect(paths(await taken({ in: folder, match: '*.txt' }, 99))).toEqual(['notes.txt']);
    expect(paths(await taken({ in: folder, match: ['sub/*', '*.jpg'] }, 99))).toEqual([
      'a.JPG',
      'b.jpg',
      'sub/c.png',
    ]);
  });

  it('takes a single file', async () => {
    const [only, ...others] = await taken(join(folder, 'notes.txt'), 99);
    expect([only?.key.path, only?.value.path, others]).toEqual(['notes.txt', join(folder, 'notes.txt'), []]);
  });

  it('ends when there is nothing, also when it should repeat', async () => {
    expect(await taken({ in: folder, match: '*.raw', repeat: true }, 99)).toEqual([]);
  });

  it('fails when the folder is not there', async () => {
    await expect(taken(join(folder, 'nowhere'), 99)).rejects.toThrow('file/missing');
  });

  it('shuffles each pass anew, and the same for the same seed', async () => {
    const all = { in: folder, match: '**', shuffle: true, repeat: true };
    const count = (await listFiles(folder, ['**'], new AbortController().signal)).paths.length;
    const [first, again, other] = [
      await taken(all, 6 * count, 7),
      await taken(all, 6 * count, 7),
      await taken(all, 6 * count, 8),
    ];
    expect(again).toEqual(first);
    expect(paths(other)).not.toEqual(paths(first));
    const passes = Array.from({ length: 6 }, (_, epoch) => first.slice(epoch * count, (epoch + 1) * count));
    expect(new Set(passes.map((pass) => paths(pass).join())).size).toBeGreaterThan(1);
    for (const [epoch, pass] of passes.entries()) {
      expect(pass.map(({ key }) => [key.epoch, key.index])).toEqual(pass.map((_, index) => [epoch, index]));
      expect([...paths(pass)].sort()).toEqual([...paths(passes[0] ?? [])].sort());
    }
  });
});

describe('links', () => {
  const annex = mkdtempSync(join(tmpdir(), 'prismflow-annex-'));
  const outside = mkdtempSync(join(tmpdir(), 'prismflow-beside-'));
  beforeAll(() => {
    mkdirSync(join(annex, '.git', 'annex', 'objects'), { recursive: true });
    mkdirSync(join(annex, '2024'));
    writeFileSync(join(annex, '.git', 'annex', 'objects', 'SHA256E-s3--1.jpg'), 'one');
    writeFileSync(join(outside, 'secret.jpg'), 'no');
    const link = (to: string, name: string) => symlinkSync(to, join(annex, name));
    link('../.git/annex/objects/SHA256E-s3--1.jpg', '2024/a.jpg');
    link('2024/a.jpg', 'twice.jpg');
    link('.git/annex/objects/SHA256E-s3--2.jpg', 'not-here.jpg');
    link(join(outside, 'secret.jpg'), 'out.jpg');
    link(outside, 'folder-out');
    link('folder-out/secret.jpg', 'detour.jpg');
    link('2024', 'folder');
    link('loop', 'loop');
  });
  afterAll(() => {
    rmSync(annex, { recursive: true });
    rmSync(outside, { recursive: true });
  });
  const list = (links: 'skip' | 'follow', match?: readonly string[]) =>
    listFiles(annex, match, new AbortController().signal, links);

  it('are followed where it is asked for, within the folder alone', async () => {
    const found = await list('follow');
    expect(found.paths).toEqual(['2024/a.jpg', 'twice.jpg']);
    expect(found.leftOut?.message).toContain('leads out of the folder');
    expect(found.leftOut?.message).toContain('a file that is not there');
    expect(found.leftOut?.message).toContain('a link to a folder');
    expect((await list('follow', ['*.jpg'])).paths).toEqual(['twice.jpg']);
  });

  it('are left out else, and said how they are followed', async () => {
    const found = await list('skip');
    expect([found.paths, found.leftOut?.hint]).toEqual([[], expect.stringContaining('links: follow')]);
  });
});

describe('sidecars', () => {
  it('are no photos; those without one are told', async () => {
    const place = mkdtempSync(join(tmpdir(), 'prismflow-alone-'));
    for (const name of ['a.xmp', 'b.jpg.xmp', 'c.xmp']) writeFileSync(join(place, name), '<x:xmpmeta/>');
    for (const name of ['a.jpg', 'b.jpg']) writeFileSync(join(place, name), '\xff\xd8\xff');
    const found = await listFiles(place, undefined, new AbortController().signal);
    expect(found.paths).toEqual(['a.jpg', 'b.jpg']);
    expect(found.leftOut?.message).toBe('1 file is left out: 1 .xmp (a sidecar without its photo).');
    rmSync(place, { recursive: true });
  });
});

describe('faultOf', () => {
  it.each([
    '**/*.{jpg,jpeg,png,tif,tiff,webp,avif}',
    '*',
    'sub/**/*.png',
    'img_[0-9]*.jpg',
    'a/b/c/d.jpg',
    '{1..12}.jpg',
  ])('lets %s pass', (pattern) => expect(faultOf(pattern)).toBeUndefined());

  it.each([
    ['/etc/*', 'relative'],
    ['C:/x/*', 'relative'],
    ['a\\b', 'relative'],
    ['./a', 'empty'],
    ['a//b', 'empty'],
    ['a/../../b', 'climbs'],
    ['**/**/**/**/**/a', 'four'],
    ['a*b*c*d*e', 'three'],
    ['+(a|b)', 'extended'],
    ['{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}', 'braces'],
    ['{1..99999}', 'braces'],
    ['x'.repeat(257), '256'],
  ])('refuses %s', (pattern, reason) => expect(faultOf(pattern)).toContain(reason));

  it('lets nothing pass that leaves the folder', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'prismflow-outside-'));
    writeFileSync(join(outside, 'x.jpg'), '');
    const piece = fc.constantFrom('..', '.', '**', '*', 'sub', '{..,sub}', '[.][.]', '*.jpg', '');
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), async (pieces) => {
        const pattern = pieces.join('/');
        fc.pre(faultOf(pattern) === undefined && pattern !== '');
        const found = await listFiles(folder, [pattern], new AbortController().signal);
        expect(found.paths.filter((path) => path.startsWith('..') || path.startsWith('/'))).toEqual([]);
      }),
      { numRuns: 200 },
    );
    rmSync(outside, { recursive: true });
  });
});

describe('files that are split', () => {
  const parted = mkdtempSync(join(tmpdir(), 'prismflow-split-'));
  const fill = (to: string, all: readonly number[], more = ''): string => {
    const place = join(parted, to);
    mkdirSync(place, { recursive: true });
    for (const i of all) writeFileSync(join(place, `${i}.jpg`), `photo ${i}${more}`);
    return place;
  };
  const hundred = Array.from({ length: 100 }, (_, i) => i);
  const part = async (place: string, split: object): Promise<readonly string[]> =>
    paths(await taken({ in: place, match: '*.jpg', split }, 999));

  afterAll(() => rmSync(parted, { recursive: true }));

  it('are each given once, to learn from or to judge by', async () => {
    const place = fill('all', hundred);
    const [learned, kept] = [
      await part(place, { every: 10 }),
      await part(place, { every: 10, give: 'validation' }),
    ];
    expect([...learned, ...kept].sort()).toEqual(hundred.map((i) => `${i}.jpg`).sort());
    expect(kept.length).toBeGreaterThan(3);
    expect(kept.length).toBeLessThan(20);
    expect(learned).toEqual([...learned].sort());
  });

  it('stay where they are when others come, and whatever they are called', async () => {
    const before = await part(join(parted, 'all'), { every: 10, give: 'validation' });
    const more = fill('more', [...hundred, ...hundred.map((i) => i + 100)]);
    const after = await part(more, { every: 10, give: 'validation' });
    expect(after.filter((name) => Number.parseInt(name, 10) < 100)).toEqual(before);
    writeFileSync(join(more, 'a copy.jpg'), `photo ${Number.parseInt(before[0]!, 10)}`);
    expect(await part(more, { every: 10, give: 'validation' })).toContain('a copy.jpg');
  });

  it('are split as the files of the same names in another folder', async () => {
    const edited = fill('edited', hundred, ', edited');
    const by = join(parted, 'all');
    const split = { every: 10, give: 'validation', by };
    expect(await part(edited, split)).toEqual(await part(by, { every: 10, give: 'validation' }));
    expect(await part(edited, split)).not.toEqual(await part(edited, { every: 10, give: 'validation' }));
  });

  it('are kept apart by twos at least, and no more than half of them', async () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (places, every) => {
          const kept = places.filter((place) => place <= bound(places, every)).length;
          expect(kept).toBeLessThanOrEqual(places.length / 2);
          expect(kept).toBeGreaterThanOrEqual(Math.min(2, Math.floor(places.length / 2)));
        },
      ),
    );
    expect(await part(fill('one', [1]), { every: 3 })).toEqual(['1.jpg']);
  });

  it('are all learned from where none is to be kept apart', async () => {
    const place = join(parted, 'all');
    expect(await part(place, { every: 0 })).toHaveLength(100);
    expect(await part(place, { every: 0, give: 'validation' })).toEqual([]);
  });
});
